"""What the service refuses though the API's model allows it, in its words."""

from __future__ import annotations

import json
import os
import random
from copy import deepcopy
from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainstate.errors import TrainstateError
from trainstate.simulator import Service, VirtualClock, chooser, on_demand, simulate, spot
from trainstate.simulator.errors import facts
from trainstate.simulator.service import HANDLERS
from trainstate.simulator.wire import answer

PLAIN = on_demand().request("job")
RESOURCES = PLAIN["ResourceConfig"]
GROUP = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "InstanceGroupName": "group"}
SOURCE = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://example-bucket/train"}}
CHANNEL = {"ChannelName": "train", "DataSource": SOURCE}
WRONG: dict[str, dict[str, Any]] = {
    "a waiting time without managed spot training": {
        "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}
    },
    "managed spot training without a waiting time, or with one below the run time": {
        "EnableManagedSpotTraining": True
    },
    "a warm pool with managed spot training": {
        **spot().request("job"),
        "ResourceConfig": {**RESOURCES, "KeepAlivePeriodInSeconds": 60},
    },
    "both or neither of a training image and an algorithm's name": {
        "AlgorithmSpecification": {"TrainingInputMode": "File"}
    },
    "instance groups beside an instance type or count": {
        "ResourceConfig": {**RESOURCES, "InstanceGroups": [GROUP]}
    },
    "neither instance groups nor an instance type and count": {
        "ResourceConfig": {"VolumeSizeInGB": 30}
    },
    "two channels of one name": {"InputDataConfig": [CHANNEL, CHANNEL]},
    "two tags with one key": {
        "Tags": [{"Key": "team", "Value": "a"}, {"Key": "Team", "Value": "b"}]
    },
    "a tag of the service's own": {"Tags": [{"Key": "aws:team", "Value": "a"}]},
    "a role of another account": {"RoleArn": "arn:aws:iam::210987654321:role/example-role"},
    "a run time of more than 28 days": {
        "StoppingCondition": {"MaxRuntimeInSeconds": 28 * 86_400 + 1}
    },
    "more instances than a quota has": {"ResourceConfig": {**RESOURCES, "InstanceCount": 3}},
    "the tags of another account's, or region's, resource": {},
}


@pytest.mark.parametrize("what", [row["what"] for row in facts()["refused"]])
def test_a_row_of_the_facts_is_refused(what: str) -> None:
    """With its code and its text, and nothing is created."""
    row = next(row for row in facts()["refused"] if row["what"] == what)
    with simulate(quotas={"ml.m5.large": 2}) as sm:
        client = sm.client()
        call, params = client.create_training_job, {**PLAIN, **WRONG[what]}
        if not WRONG[what]:
            arn = "arn:aws:sagemaker:us-east-1:210987654321:training-job/job"
            call, params = client.list_tags, {"ResourceArn": arn}
        with pytest.raises(ClientError) as refusal:
            call(**params)

        assert () == sm.service.records()
    assert row["code"] == refusal.value.response["Error"]["Code"]
    assert row["text"].partition("{")[0] in str(refusal.value)


def test_a_quota_counts_active_jobs() -> None:
    """What has ended leaves room; the words are the service's."""
    with simulate(on_demand().then_completed(), quotas={"ml.m5.large": 1}) as sm:
        client = sm.client()
        client.create_training_job(**PLAIN)
        with pytest.raises(client.exceptions.ResourceLimitExceeded, match="utilization of 1 Inst"):
            client.create_training_job(**on_demand().request("other"))
        sm.clock.advance("1h")
        client.create_training_job(**on_demand().request("other"))


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_a_client_gets_the_arns_of_its_own_region(region: str, partition: str) -> None:
    """Jobs of one name in two regions are two."""
    with simulate() as sm:
        there, here = sm.client(region_name=region), sm.client()
        arn = there.create_training_job(**PLAIN)["TrainingJobArn"]
        here.create_training_job(**PLAIN)

        assert f"arn:{partition}:sagemaker:{region}:123456789012:training-job/job" == arn
        assert 1 == len(there.list_training_jobs()["TrainingJobSummaries"])


@pytest.mark.parametrize("time", [1e18, 1e400, float("nan"), -1e300, 10**400, "soon", True, [1]])
def test_a_time_that_is_none_is_refused(time: Any) -> None:
    """With status 400."""
    service = Service(choose=chooser(None), clock=VirtualClock())
    body = json.dumps({"CreationTimeAfter": time}).encode()

    assert 400 == answer(service, "ListTrainingJobs", body).status


VALUES: list[Any] = [
    *(None, True, -1, 0, 1e400, -1e400, 1e18, 10**40, "", "x", "\x00", "é" * 2_000, "1e9"),
    *([], {}, [None], {"x": 1}, [[[]]], "f/1/s", "f/99999999999/s", "WzEsMl0=", "W251bGwsIngiXQ=="),
    *("arn:aws:sagemaker:us-east-1:123456789012:training-job/a", "TrainingJobName", "a,b", "2026"),
]


def bodies(chance: random.Random) -> tuple[str, bytes]:
    """An operation with the body of another request, a part of which is something else."""
    operation = chance.choice(sorted(HANDLERS))
    named = {"TrainingJobName": "a", "HyperParameterTuningJobName": "t"}
    start = chance.choice(
        [
            {**PLAIN, **WRONG[chance.choice(sorted(WRONG))]},
            {**named, "ResourceArn": VALUES[-5], "Tags": [], "TagKeys": ["x"]},
            {"Resource": "TrainingJob", "SearchExpression": {"Filters": [{"Name": "RoleArn"}]}},
            {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamName": "a/algo-1-1"},
            {"SortBy": "Name", "MaxResults": 1, "NextToken": "x", "CreationTimeAfter": 1},
            TUNING,
        ]
    )
    body = json.loads(json.dumps(start))
    for _ in range(chance.randint(1, 3)):
        mutate(body, chance)
    text = json.dumps(body).encode()
    return operation, text if chance.random() < 0.95 else text[: chance.randrange(len(text) + 1)]


def mutate(value: Any, chance: random.Random) -> None:
    """Replaces, adds or takes away one part, somewhere."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    if not keys:
        return
    key = chance.choice(keys)
    if isinstance(value[key], dict | list) and chance.random() < 0.7:
        mutate(value[key], chance)
    elif chance.random() < 0.2:
        del value[key]
    else:
        value[key] = deepcopy(chance.choice(VALUES))


TUNING: dict[str, Any] = {
    "HyperParameterTuningJobName": "t",
    "HyperParameterTuningJobConfig": {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {
            "IntegerParameterRanges": [{"Name": "n", "MinValue": "1", "MaxValue": "9"}],
            "ContinuousParameterRanges": [{"Name": "x", "MinValue": "0.1", "MaxValue": "0.9"}],
            "CategoricalParameterRanges": [{"Name": "c", "Values": ["a", "b"]}],
        },
    },
    "TrainingJobDefinition": {
        **{k: v for k, v in PLAIN.items() if k != "TrainingJobName"},
        "AlgorithmSpecification": {
            "TrainingImage": "train:1",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
        },
    },
}


def test_no_request_gets_a_500() -> None:
    """Whatever it holds; time passes between, and what was created goes on."""
    count = int(os.environ.get("TRAINSTATE_FUZZED", "3000"))
    chance = random.Random(7)
    failed: list[tuple[str, bytes, object]] = []
    for part in range(0, count, 500):
        service = Service(choose=chooser(part), clock=VirtualClock())
        answer(service, "CreateTrainingJob", json.dumps({**PLAIN, "TrainingJobName": "a"}).encode())
        answer(service, "CreateHyperParameterTuningJob", json.dumps(TUNING).encode())
        for _ in range(500):
            operation, body = bodies(chance)
            try:
                reply = answer(service, operation, body)
                if reply.status >= 500:
                    failed.append((operation, body, reply.body))
                if chance.random() < 0.02:
                    service.clock.advance(chance.choice([1, 600, 86_400]))
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                failed.append((operation, body, error))
        service.close()

    assert [] == failed[:3]


def test_control_requests_are_bounded() -> None:
    """No number is too large for an error in one sentence."""
    service = Service(choose=chooser(None), clock=VirtualClock())
    for by in (1e12, 3e11, 1e308, float("inf"), float("nan"), -1, 10**60, "1" * 400 + "d"):
        with pytest.raises(TrainstateError):
            service.clock.advance(by)
