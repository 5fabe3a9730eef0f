"""Members that nobody asked for, and that the service shows all the same."""

from __future__ import annotations

from typing import Any

import pytest

from trainstate.simulator import Scenario, on_demand, simulate, spot
from trainstate.simulator.errors import facts

SOURCE = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://example-bucket/train"}}
METRIC = {"Name": "loss", "Regex": "loss=([0-9.]+)"}


def ended(scenario: Scenario, **members: Any) -> dict[str, Any]:
    """The description of a job that has ended."""
    with simulate(scenario) as sm:
        client = sm.client()
        client.create_training_job(**scenario.request("job", **members))
        sm.clock.advance("30d")
        response: dict[str, Any] = client.describe_training_job(TrainingJobName="job")
    return response


def test_every_member_that_the_facts_name_is_filled_in() -> None:
    """All of them in one job, with the values of the recordings."""
    request = on_demand().request(
        "job", InputDataConfig=[{"ChannelName": "t", "DataSource": SOURCE}]
    )
    del request["StoppingCondition"]["MaxRuntimeInSeconds"]
    with simulate() as sm:
        client = sm.client()
        client.create_training_job(**request)
        shown = client.describe_training_job(TrainingJobName="job")

    for row in facts()["filled"]:
        *path, name = row["path"].split("/")
        place = shown
        for step in path:
            place = place[step][0] if isinstance(place[step], list) else place[step]
        wanted = row.get("value", False)
        assert wanted == place[name] or (wanted == {} and place[name])


def test_what_was_asked_for_stays() -> None:
    """A value of the request is not replaced; a metric turns its time series on."""
    output = {"S3OutputPath": "s3://example-bucket/output", "KmsKeyId": "key"}
    algorithm = {"TrainingImage": "train:1", "TrainingInputMode": "File"}
    shown = ended(
        on_demand().then_completed(),
        OutputDataConfig=output,
        AlgorithmSpecification={**algorithm, "MetricDefinitions": [METRIC]},
    )

    assert "key" == shown["OutputDataConfig"]["KmsKeyId"]
    assert shown["AlgorithmSpecification"]["EnableSageMakerMetricsTimeSeries"] is True


@pytest.mark.parametrize(
    ("scenario", "uploaded"),
    [
        (on_demand().training("1h").then_stopped(), True),
        (on_demand().then_out_of_time(), True),
        (on_demand().then_failed(), True),
        (on_demand().then_completed(), True),
        (on_demand().then_failed(during="Downloading"), False),
        (on_demand().then_stopped(after="1m"), False),
        (spot().then_out_of_wait_time(), False),
    ],
    ids=[
        "stopped",
        "out-of-time",
        "failed",
        "completed",
        "failed-early",
        "stopped-early",
        "waited",
    ],
)
def test_what_was_uploaded_has_a_place(scenario: Scenario, uploaded: bool) -> None:
    """ModelArtifacts are there once something was uploaded, however the job ended."""
    assert uploaded is ("ModelArtifacts" in ended(scenario))


@pytest.mark.parametrize(
    ("output", "place"),
    [
        ({}, "job/output/model.tar.gz"),
        ({"CompressionType": "NONE"}, "job/output/model"),
    ],
    ids=["plain", "uncompressed"],
)
def test_the_place_of_the_model_follows_the_output(output: dict[str, Any], place: str) -> None:
    """As the members of the output's configuration say."""
    path = "s3://example-bucket/output"
    shown = ended(on_demand().then_completed(), OutputDataConfig={"S3OutputPath": path, **output})

    assert f"{path}/{place}" == shown["ModelArtifacts"]["S3ModelArtifacts"]


def test_metrics_are_found_in_what_the_script_prints() -> None:
    """The last value of each; one that no line has is drawn, the same each time."""
    scenario = on_demand().printing("epoch 1 loss=0.5", "epoch 2 loss=0.25").then_completed()
    algorithm = {
        "TrainingImage": "train:1",
        "TrainingInputMode": "File",
        "MetricDefinitions": [METRIC, {"Name": "other", "Regex": "other=([0-9.]+)"}],
    }
    one, two = (ended(scenario, AlgorithmSpecification=algorithm) for _ in range(2))
    values = {row["MetricName"]: row["Value"] for row in one["FinalMetricDataList"]}

    assert 0.25 == values["loss"]
    assert 0 <= values["other"] < 1
    assert one["FinalMetricDataList"] == two["FinalMetricDataList"]
