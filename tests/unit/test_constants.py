"""Enumerated values as the SDK for Java names them, in the outputs of Step Functions' tasks."""

from __future__ import annotations

import json
from typing import Any

import pytest

import trainstate
from tests.lives import COMPLETED, poll
from trainstate.rules.model import Severity

JAVA = {
    "File": "FILE",
    "S3Prefix": "S3_PREFIX",
    "ShardedByS3Key": "SHARDED_BY_S3_KEY",
    "None": "NONE",
    "RecordIO": "RECORD_IO",
}
CHANNEL = {
    "ChannelName": "train",
    "CompressionType": "None",
    "RecordWrapperType": "RecordIO",
    "DataSource": {
        "S3DataSource": {
            "S3DataType": "S3Prefix",
            "S3Uri": "s3://bucket/train",
            "S3DataDistributionType": "ShardedByS3Key",
        }
    },
}
IMAGE = {"TrainingImage": "image", "TrainingInputMode": "File"}
DESCRIBED = poll(*COMPLETED, AlgorithmSpecification=IMAGE, InputDataConfig=[CHANNEL])


def as_java(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: as_java(item) for name, item in value.items()}
    if isinstance(value, list):
        return [as_java(item) for item in value]
    return JAVA.get(value, value) if isinstance(value, str) else value


def written(**changed: Any) -> dict[str, Any]:
    """The output of a task, with these members as they are."""
    return {**as_java(DESCRIBED), **changed}


def alarms(*responses: dict[str, Any]) -> list[str]:
    return [one.name for one in trainstate.check([*responses]).at_least(Severity.WARNING)]


def test_constants_are_values_of_the_api() -> None:
    assert alarms(written()) == []


def test_a_task_and_the_service_say_the_same() -> None:
    """The configuration has not changed because another client wrote it."""
    assert alarms(DESCRIBED, written()) == []
    assert alarms(written(), DESCRIBED) == []


def test_a_history_of_an_execution_is_read_the_same_way(tmp_path: Any) -> None:
    details = {"resource": "createTrainingJob.sync", "output": json.dumps(written())}
    events = [{"id": 6, "type": "TaskSucceeded", "taskSucceededEventDetails": details}]
    path = tmp_path / "history.json"
    path.write_text(json.dumps({"events": events}), encoding="utf-8")

    report = trainstate.check(path)

    assert [job.verdict for job in report.jobs] == ["CONSISTENT"]
    assert report.at_least(Severity.WARNING) == ()


@pytest.mark.parametrize(
    "image",
    [
        {**IMAGE, "TrainingInputMode": "FILE"},
        {**IMAGE, "TrainingInputMode": "file"},
    ],
)
def test_one_constant_among_others_is_undeclared(image: dict[str, str]) -> None:
    """A client writes all of them in one way."""
    assert alarms({**DESCRIBED, "AlgorithmSpecification": image}) == ["undeclared-value"]


def test_a_constant_that_the_api_has_not_is_undeclared() -> None:
    image = {**IMAGE, "TrainingInputMode": "SLOW_FILE"}

    assert alarms(written(AlgorithmSpecification=image)) == ["undeclared-value"]


@pytest.mark.parametrize("value", ["[]", "x", 3, None, [None, {"DataSource": []}]])
def test_what_has_another_type_stays_as_it_is(value: Any) -> None:
    """Other rules judge it."""
    trainstate.check([written(InputDataConfig=value)])
