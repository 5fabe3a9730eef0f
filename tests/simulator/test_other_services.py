"""What the clients of training jobs ask of other services."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainstate.simulator import Simulation, on_demand, simulate
from trainstate.simulator.other_services import GROUP

SCENARIO = on_demand().training("10m").printing("one loss=0.5", "two loss=0.25").then_completed()
METRIC = {"Name": "loss", "Regex": "loss=([0-9.]+)"}
ALGORITHM = {
    "TrainingImage": "train:1",
    "TrainingInputMode": "File",
    "MetricDefinitions": [METRIC],
}


def created(sm: Simulation) -> str:
    """A job whose script prints two lines, and its ARN."""
    request = SCENARIO.request("job", AlgorithmSpecification=ALGORITHM)
    arn: str = sm.client().create_training_job(**request)["TrainingJobArn"]
    return arn


def test_lines_appear_while_the_script_trains() -> None:
    """None before; each once, page by page; none after the end."""
    with simulate(SCENARIO) as sm:
        logs = sm.client("logs")
        created(sm)
        before = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="job/")
        sm.clock.advance("10m")
        (stream,) = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="job/")[
            "logStreams"
        ]
        asked = {"logGroupName": GROUP, "logStreamName": stream["logStreamName"]}
        pages: list[list[str]] = []
        token: dict[str, Any] = {}
        for _ in range(3):
            page = logs.get_log_events(**asked, **token, startFromHead=True, limit=1)
            pages.append([event["message"] for event in page["events"]])
            token = {"nextToken": page["nextForwardToken"]}
        last = logs.get_log_events(**asked, limit=1)

    assert [] == before["logStreams"]
    assert [["one loss=0.5"], ["two loss=0.25"], []] == pages
    assert ["two loss=0.25"] == [event["message"] for event in last["events"]]


def test_a_stop_ends_the_lines() -> None:
    """What was not printed yet is never printed."""
    with simulate(SCENARIO) as sm:
        client, logs = sm.client(), sm.client("logs")
        created(sm)
        sm.clock.advance("1m50s")
        client.stop_training_job(TrainingJobName="job")
        sm.clock.advance("1h")
        found = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="job")
        streams = found["logStreams"]
        events = [
            logs.get_log_events(logGroupName=GROUP, logStreamName=stream["logStreamName"])
            for stream in streams
        ]

    assert [1, 0] == [len(events), sum(len(page["events"]) for page in events)]


@pytest.mark.parametrize("token", ["x", "f/x/s", "g/1/s", "f/²/s"])
def test_a_foreign_token_is_refused(token: str) -> None:
    """As CloudWatch does it."""
    with simulate(SCENARIO) as sm:
        logs = sm.client("logs")
        created(sm)
        sm.clock.advance("10m")
        (stream,) = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="job/")[
            "logStreams"
        ]
        with pytest.raises(ClientError, match="InvalidParameterException"):
            logs.get_log_events(
                logGroupName=GROUP, logStreamName=stream["logStreamName"], nextToken=token
            )


@pytest.mark.parametrize(
    ("statistic", "axis", "expected"),
    [
        ("Min", "IterationNumber", [0.5, 0.25]),
        ("Avg", "Timestamp", [0.5, 0.25]),
        ("Count", "IterationNumber", [1.0, 1.0]),
    ],
)
def test_metrics_are_asked_for_in_a_batch(statistic: str, axis: str, expected: list[float]) -> None:
    """What the expressions find in the lines, by iteration or by time."""
    query = {
        "MetricName": "loss",
        "MetricStat": statistic,
        "Period": "OneMinute" if axis == "Timestamp" else "IterationNumber",
        "XAxisType": axis,
    }
    with simulate(SCENARIO) as sm:
        metrics = sm.client("sagemaker-metrics")
        arn = created(sm)
        sm.clock.advance("1h")
        component = f"{arn.rpartition(':')[0]}:experiment-trial-component/job-aws-training-job"
        queries = [{**query, "ResourceArn": place} for place in (arn, component, f"{arn}-none")]
        results = metrics.batch_get_metrics(MetricQueries=queries)["MetricQueryResults"]

    assert [expected, expected, []] == [result["MetricValues"] for result in results]
    assert ["Complete", "Complete", "ValidationError"] == [r["Status"] for r in results]


def test_who_one_is() -> None:
    """The account of the jobs."""
    with simulate() as sm:
        said = sm.client("sts").get_caller_identity()

    assert "123456789012" == said["Account"]
    assert said["Arn"].startswith("arn:aws:iam::123456789012:")


def test_everybody_may_do_everything() -> None:
    """What the SageMaker SDK asks before it trains."""
    with simulate() as sm:
        said = sm.client("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:role/example-role",
            ActionNames=["s3:GetObject", "s3:PutObject"],
        )

    assert {"allowed"} == {row["EvalDecision"] for row in said["EvaluationResults"]}
    assert 2 == len(said["EvaluationResults"])
