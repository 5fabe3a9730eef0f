"""The operations as boto3 sees them: what they answer, and what they refuse."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError, WaiterError

import trainstate
from trainstate.errors import UsageError
from trainstate.simulator import Simulation, on_demand, simulate, spot

PLAIN = on_demand().then_completed()
KEPT = {**PLAIN.request("x")["ResourceConfig"], "KeepAlivePeriodInSeconds": 600}


@pytest.fixture
def sm() -> Iterator[Simulation]:
    with simulate(PLAIN) as simulation:
        yield simulation


@pytest.fixture
def client(sm: Simulation) -> Any:
    assert sm.clock.speed == 0
    return boto3.client("sagemaker")


def refusal(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_an_ordinary_client_is_served(client: Any) -> None:
    """A client from boto3 itself needs no credentials, no region and no network."""
    created = client.create_training_job(**PLAIN.request("job"))
    shown = client.describe_training_job(TrainingJobName="job")

    assert created["TrainingJobArn"] == shown["TrainingJobArn"]
    assert ("InProgress", "Starting") == (shown["TrainingJobStatus"], shown["SecondaryStatus"])


def test_clients_of_a_default_session_are_served() -> None:
    """A session that was there before does not keep clients from the simulation."""
    boto3.setup_default_session(region_name="eu-west-1")
    try:
        with simulate(PLAIN):
            listed = boto3.client("sagemaker").list_training_jobs()
    finally:
        boto3.DEFAULT_SESSION = None

    assert [] == listed["TrainingJobSummaries"]


def test_a_client_never_reaches_the_network_after_the_simulation() -> None:
    """It raises an error of ours."""
    with simulate(PLAIN):
        client = boto3.client("sagemaker")

    with pytest.raises(UsageError, match="has ended"):
        client.list_training_jobs()


def test_a_default_session_that_a_simulation_made_is_free_afterwards() -> None:
    """Clients that are made after the simulation are none of its own."""
    boto3.DEFAULT_SESSION = None
    with simulate(PLAIN):
        boto3.client("sagemaker")
    later = boto3.client("sagemaker", region_name="us-east-1", endpoint_url="http://127.0.0.1:9")
    boto3.DEFAULT_SESSION = None

    with pytest.raises(BotoCoreError):
        later.list_training_jobs()


def test_a_missing_job_is_refused_as_clients_match_it(client: Any) -> None:
    """Every operation on one job has the same code and text."""
    calls = (
        client.describe_training_job,
        client.stop_training_job,
        client.delete_training_job,
        client.update_training_job,
    )

    assert {("ValidationException", "Requested resource not found.")} == {
        refusal(call, TrainingJobName="none") for call in calls
    }


def test_a_spot_job_is_given_no_warm_pool_later(client: Any) -> None:
    """An update is held to what a creation is held to."""
    client.create_training_job(**spot().request("job"))
    kept = {"KeepAlivePeriodInSeconds": 600}

    code, _ = refusal(client.update_training_job, TrainingJobName="job", ResourceConfig=kept)

    assert code == "ValidationException"


def test_a_name_is_taken_once(client: Any) -> None:
    """A second creation is refused by the modelled error."""
    client.create_training_job(**PLAIN.request("job"))

    with pytest.raises(client.exceptions.ResourceInUse, match="must be unique within an AWS"):
        client.create_training_job(**PLAIN.request("job"))


def test_a_job_that_has_ended_cannot_be_stopped(sm: Simulation, client: Any) -> None:
    """The text names the status, as in the transcript of a real refusal."""
    client.create_training_job(**PLAIN.request("job"))
    client.stop_training_job(TrainingJobName="job")
    text = "The request was rejected because the training job is in status {}."

    assert ("ValidationException", text.format("Stopping")) == refusal(
        client.stop_training_job, TrainingJobName="job"
    )
    sm.clock.advance("10m")
    assert ("ValidationException", text.format("Stopped")) == refusal(
        client.stop_training_job, TrainingJobName="job"
    )


def test_a_stop_shows_in_the_primary_first(sm: Simulation, client: Any) -> None:
    """The secondary status lags, as it was recorded, and the stop ends in Stopped."""
    client.create_training_job(**PLAIN.request("job"))
    client.stop_training_job(TrainingJobName="job")
    at_once = client.describe_training_job(TrainingJobName="job")
    sm.clock.advance("1h")
    ended = client.describe_training_job(TrainingJobName="job")

    assert ("Stopping", "Starting") == (at_once["TrainingJobStatus"], at_once["SecondaryStatus"])
    assert ("Stopped", "Stopped") == (ended["TrainingJobStatus"], ended["SecondaryStatus"])


def test_only_a_job_that_has_ended_can_be_deleted(sm: Simulation, client: Any) -> None:
    """Afterwards the name is free, and the new job has a creation of its own."""
    client.create_training_job(**PLAIN.request("job"))
    assert "InProgress" in refusal(client.delete_training_job, TrainingJobName="job")[1]
    sm.clock.advance("1h")
    first = client.describe_training_job(TrainingJobName="job")
    client.delete_training_job(TrainingJobName="job")
    deleting = client.describe_training_job(TrainingJobName="job")
    sm.clock.advance("1m")
    client.create_training_job(**PLAIN.request("job"))
    second = client.describe_training_job(TrainingJobName="job")

    assert "Deleting" == deleting["TrainingJobStatus"]
    assert first["TrainingJobArn"] == second["TrainingJobArn"]
    assert first["CreationTime"] < second["CreationTime"]
    assert "CONSISTENT" == str(trainstate.check([first, deleting, second]).verdict)


def test_a_job_with_an_available_pool_cannot_be_deleted(sm: Simulation, client: Any) -> None:
    """Once an update ends the pool it can."""
    client.create_training_job(**PLAIN.request("job", ResourceConfig=KEPT))
    sm.clock.advance("9m")

    assert "ResourceInUse" == refusal(client.delete_training_job, TrainingJobName="job")[0]
    client.update_training_job(
        TrainingJobName="job", ResourceConfig={"KeepAlivePeriodInSeconds": 0}
    )
    client.delete_training_job(TrainingJobName="job")


def test_a_matching_job_takes_a_pool_over(sm: Simulation, client: Any) -> None:
    """The pool says who has it now."""
    client.create_training_job(**PLAIN.request("one", ResourceConfig=KEPT))
    sm.clock.advance("9m")
    client.create_training_job(**PLAIN.request("two", ResourceConfig=KEPT))
    pool = client.describe_training_job(TrainingJobName="one")["WarmPoolStatus"]

    assert ("Reused", "two") == (pool["Status"], pool["ReusedByJob"])


def test_rules_are_evaluated(sm: Simulation, client: Any) -> None:
    """An evaluation runs with the job and has its result after the end."""
    rule = {"RuleConfigurationName": "loss", "RuleEvaluatorImage": "rules:1"}
    client.create_training_job(**PLAIN.request("job", DebugRuleConfigurations=[rule]))
    seen = [client.describe_training_job(TrainingJobName="job")]
    sm.clock.advance("1h")
    seen.append(client.describe_training_job(TrainingJobName="job"))

    assert ["InProgress", "NoIssuesFound"] == [
        response["DebugRuleEvaluationStatuses"][0]["RuleEvaluationStatus"] for response in seen
    ]


def test_the_profiler_is_switched_by_an_update(client: Any) -> None:
    """Its status follows, and the rest of its configuration stays."""
    profiler = {"S3OutputPath": "s3://example-bucket/profile"}
    client.create_training_job(**PLAIN.request("job", ProfilerConfig=profiler))
    client.update_training_job(TrainingJobName="job", ProfilerConfig={"DisableProfiler": True})
    shown = client.describe_training_job(TrainingJobName="job")

    assert "Disabled" == shown["ProfilingStatus"]
    assert {**profiler, "DisableProfiler": True} == shown["ProfilerConfig"]


def test_tags_are_added_listed_and_deleted(client: Any) -> None:
    """The tags of the creation count, and a second value replaces the first."""
    arn = client.create_training_job(
        **PLAIN.request("job", Tags=[{"Key": "team", "Value": "a"}, {"Key": "x", "Value": "1"}])
    )["TrainingJobArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}])
    client.delete_tags(ResourceArn=arn, TagKeys=["x"])

    assert [{"Key": "team", "Value": "b"}] == client.list_tags(ResourceArn=arn)["Tags"]


def test_parameters_are_validated_by_the_model(client: Any) -> None:
    """What botocore refuses it refuses itself; the rest the service refuses."""
    with pytest.raises(ParamValidationError):
        client.create_training_job(TrainingJobName="job")
    code, text = refusal(client.create_training_job, **PLAIN.request("not_a_name"))

    assert "ValidationException" == code
    assert "'not_a_name' at 'trainingJobName' failed to satisfy constraint" in text


@pytest.mark.parametrize(
    "members",
    [
        {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}},
        {"EnableManagedSpotTraining": True},
        {
            "EnableManagedSpotTraining": True,
            "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59},
        },
    ],
)
def test_spot_and_waiting_time_go_together(client: Any, members: dict[str, Any]) -> None:
    """One without the other, or a waiting time below the run time, is refused."""
    assert (
        "MaxWaitTime" in refusal(client.create_training_job, **PLAIN.request("job", **members))[1]
    )


def test_an_operation_that_is_not_simulated_says_so(client: Any) -> None:
    """Nothing else of SageMaker is there."""
    assert "UnknownOperationException" == refusal(client.list_models)[0]


def test_boto3s_waiter_ends_without_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `sleep=True` the waiter's two minutes a poll are virtual."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with simulate(spot().interrupted(after="10m").then_completed(), sleep=True) as sm:
        client = boto3.client("sagemaker")
        client.create_training_job(**spot().request("job"))
        client.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="job")
        states = [record.state.primary for record in sm.service.records()]

    assert ["Completed"] == states
    assert [] == slept


def test_boto3s_waiter_fails_with_the_job() -> None:
    """A failure ends the wait with an error."""
    with simulate(on_demand().then_failed(), sleep=True):
        client = boto3.client("sagemaker")
        client.create_training_job(**on_demand().request("job"))
        with pytest.raises(WaiterError, match="Failed"):
            client.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="job")


def test_a_call_takes_time_if_asked_to() -> None:
    """With a latency the clock moves at each call."""
    with simulate(PLAIN, latency="2s") as sm:
        before = sm.clock.now
        boto3.client("sagemaker").list_training_jobs()

        assert 2_000_000 == sm.clock.now - before


def test_concurrent_calls_keep_every_history_legal() -> None:
    """Creations, stops, deletions and polls of one name from eight threads, while time passes."""
    seen: dict[int, list[dict[str, Any]]] = {number: [] for number in range(8)}

    def worker(number: int, simulation: Simulation) -> None:
        client = simulation.client()
        calls = (
            lambda: client.create_training_job(**PLAIN.request("job")),
            lambda: client.stop_training_job(TrainingJobName="job"),
            lambda: client.delete_training_job(TrainingJobName="job"),
            lambda: simulation.clock.advance(7.7),
        )
        for turn in range(60):
            try:
                calls[(turn * 3 + number) % 4]()
                seen[number].append(client.describe_training_job(TrainingJobName="job"))
            except ClientError:
                continue

    with simulate(PLAIN) as simulation:
        threads = [
            threading.Thread(target=worker, args=(number, simulation)) for number in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    together = [response for responses in seen.values() for response in responses]
    reports = [
        *(trainstate.check(responses) for responses in seen.values()),
        trainstate.check(together, order=trainstate.Order.FREE),
    ]

    assert len(together) > 50
    assert [] == [str(f) for report in reports for f in report.findings if f.severity == "error"]
