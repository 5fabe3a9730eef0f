"""moto's users: legal lives behind its own service, everything else as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError

import trainstate
from trainstate.simulator import Simulation, on_demand
from trainstate.simulator.moto import legal_jobs

moto = pytest.importorskip("moto", reason="moto is not installed")

PLAIN = on_demand().then_completed()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What moto asks for in a test."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture(params=["inside", "outside"])
def jobs(request: pytest.FixtureRequest) -> Iterator[Simulation]:
    """The context inside of moto's, or moto's inside of it."""
    if request.param == "inside":
        with moto.mock_aws(), legal_jobs() as simulation:
            yield simulation
    else:
        with legal_jobs() as simulation, moto.mock_aws():
            yield simulation


def test_a_job_lives_as_the_services_do(jobs: Simulation) -> None:
    """In progress first, then whatever its scenario says; the history is legal."""
    client, seen = boto3.client("sagemaker"), []
    client.create_training_job(**PLAIN.request("job"))
    for _ in range(12):
        seen.append(client.describe_training_job(TrainingJobName="job"))
        jobs.clock.advance("1m")

    assert "InProgress" == seen[0]["TrainingJobStatus"]
    assert "Completed" == seen[-1]["TrainingJobStatus"]
    assert "CONSISTENT" == str(trainstate.check(seen).verdict)


def test_everything_else_stays_motos(jobs: Simulation) -> None:
    """Other services, other operations of this one, other resources' tags, other log groups."""
    client, s3, logs = (boto3.client(name) for name in ("sagemaker", "s3", "logs"))
    s3.create_bucket(Bucket="bucket-of-a-test")
    model = client.create_model(
        ModelName="model",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/example-role",
        PrimaryContainer={"Image": "image:1"},
        Tags=[{"Key": "team", "Value": "a"}],
    )
    logs.create_log_group(logGroupName="mine")
    logs.create_log_stream(logGroupName="mine", logStreamName="one")
    client.create_training_job(**PLAIN.request("job", Tags=[{"Key": "team", "Value": "b"}]))
    job = client.describe_training_job(TrainingJobName="job")
    jobs.clock.advance("1h")

    def tags(arn: str) -> list[str]:
        return [tag["Value"] for tag in client.list_tags(ResourceArn=arn)["Tags"]]

    def streams(group: str) -> int:
        return len(logs.describe_log_streams(logGroupName=group)["logStreams"])

    assert ["a"] == tags(model["ModelArn"])
    assert ["b"] == tags(job["TrainingJobArn"])
    assert 1 == len(client.list_models()["Models"]) == len(s3.list_buckets()["Buckets"])
    assert 1 == streams("mine")
    assert (
        "job"
        in logs.describe_log_streams(
            logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix="job"
        )["logStreams"][0]["logStreamName"]
    )


def test_what_moto_does_not_have_is_there(jobs: Simulation) -> None:
    """A stop, a deletion, a taken name, a missing job."""
    client = boto3.client("sagemaker")
    client.create_training_job(**PLAIN.request("job"))
    client.stop_training_job(TrainingJobName="job")
    with pytest.raises(client.exceptions.ResourceInUse):
        client.create_training_job(**PLAIN.request("job"))
    jobs.clock.advance("10m")
    stopped = client.describe_training_job(TrainingJobName="job")
    client.delete_training_job(TrainingJobName="job")
    jobs.clock.advance("10s")
    with pytest.raises(ClientError, match="Requested resource not found"):
        client.describe_training_job(TrainingJobName="job")

    assert "Stopped" == stopped["TrainingJobStatus"]


def test_clients_may_be_older_and_of_any_region() -> None:
    """Jobs are in the region of the client."""
    with moto.mock_aws():
        client: Any = boto3.client("sagemaker", region_name="eu-west-1")
    with moto.mock_aws(), legal_jobs():
        arn = client.create_training_job(**PLAIN.request("job"))["TrainingJobArn"]

        assert [] == boto3.client("sagemaker").list_training_jobs()["TrainingJobSummaries"]
    assert ":eu-west-1:" in arn


def test_motos_reset_takes_the_jobs_away() -> None:
    """One context over many mocks, as a fixture of a session has it."""
    with legal_jobs():
        for _ in range(2):
            with moto.mock_aws():
                client = boto3.client("sagemaker")
                client.create_training_job(**PLAIN.request("job"))


@moto.mock_aws  # type: ignore[untyped-decorator]
@legal_jobs({"bad-*": on_demand().then_failed()}, sleep=True)
def test_a_decorator_and_a_waiter() -> None:
    """`sleep` lets the waiter's two minutes be virtual."""
    client = boto3.client("sagemaker")
    waiter = client.get_waiter("training_job_completed_or_stopped")
    for name in ("good-1", "bad-1"):
        client.create_training_job(**PLAIN.request(name))
    waiter.wait(TrainingJobName="good-1")

    with pytest.raises(WaiterError):
        waiter.wait(TrainingJobName="bad-1")


def test_afterwards_moto_is_what_it_was() -> None:
    """A job is born Completed again."""
    with legal_jobs():
        pass
    with moto.mock_aws():
        client = boto3.client("sagemaker")
        client.create_training_job(**PLAIN.request("job"))

        assert (
            "Completed" == client.describe_training_job(TrainingJobName="job")["TrainingJobStatus"]
        )
