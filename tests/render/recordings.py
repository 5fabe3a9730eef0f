"""Recordings for the tests of reports: a plain one, and one of hostile text everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from trainstate.cli import main

HOSTILE = (
    "::error::pwned </script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
    "\x1b[31mred\x1b[0m\x07\x00\r\n::set-output name=a::b ##[error]c %0A::debug::d ]]> <!-- &amp;"
    " \u202eevil\u202c \u2028\u2029 \ufffe\uffff {0} [link](https://evil.example) \U000e0041"
)
# Half of a character: no JSON file can hold it, a mapping in memory can.
SURROGATES = f"{HOSTILE} \ud800 \udfff"


def entry(status: str, start: int, end: int | None) -> dict[str, Any]:
    """An entry of a history; times are seconds after the creation."""
    closed = {} if end is None else {"EndTime": 1_700_000_000 + end}
    return {
        "Status": status,
        "StartTime": 1_700_000_000 + start,
        **closed,
        "StatusMessage": "message",
    }


def response(name: str, *entries: dict[str, Any], primary: str, secondary: str) -> dict[str, Any]:
    """A whole response of a job."""
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
        "CreationTime": 1_700_000_000,
        "LastModifiedTime": 1_700_000_400,
        "TrainingJobStatus": primary,
        "SecondaryStatus": secondary,
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
        "EnableNetworkIsolation": False,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "RoleArn": "arn:aws:iam::123456789012:role/example-role",
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "SecondaryStatusTransitions": list(entries),
    }


def good() -> dict[str, Any]:
    """A job without a fault."""
    return {
        **response(
            "good",
            entry("Starting", 0, 90),
            entry("Downloading", 90, 120),
            entry("Training", 120, 300),
            entry("Uploading", 300, 310),
            entry("Completed", 310, 310),
            primary="Completed",
            secondary="Completed",
        ),
        "TrainingStartTime": 1_700_000_090,
        "TrainingEndTime": 1_700_000_310,
        "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/out/model.tar.gz"},
    }


def bad() -> dict[str, Any]:
    """A job whose history skips a stage, and that failed for no reason."""
    return {
        **response(
            "bad",
            entry("Starting", 0, 90),
            entry("Uploading", 90, 120),
            entry("Failed", 120, 120),
            primary="Failed",
            secondary="Failed",
        ),
        "TrainingEndTime": 1_700_000_120,
    }


def plants(value: Any, text: str = HOSTILE) -> Iterator[Any]:
    """The value with the text in one of its strings, for each of them in turn."""
    if isinstance(value, str):
        yield text
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from ({**value, name: planted} for planted in plants(member, text))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            for planted in plants(member, text):
                yield [*value[:index], planted, *value[index + 1 :]]


def everywhere(value: Any, text: str = HOSTILE) -> Any:
    """The value with the text in all of its strings."""
    if isinstance(value, Mapping):
        return {name: everywhere(member, text) for name, member in value.items()}
    if isinstance(value, list):
        return [everywhere(member, text) for member in value]
    return text if isinstance(value, str) else value


def hostile(text: str = HOSTILE) -> list[dict[str, Any]]:
    """Jobs with hostile text: in each string member in turn, in all, and as another member."""
    job = {**bad(), "FailureReason": "reason", "WarmPoolStatus": {"Status": "Available"}}
    planted = [
        *plants(job, text),
        {**job, "TrainingJobName": f"other {text}", "TrainingJobArn": None},
    ]
    # Each is a job of its own, unless the text stands in what tells jobs apart.
    for number, value in enumerate(planted):
        value["CreationTime"] += number * 10_000
    return [*planted, everywhere(job, text), {**job, text: text, "TrainingJobName": text}]


def write(path: Path, responses: list[dict[str, Any]]) -> Path:
    """A file of JSON lines."""
    path.write_text("\n".join(map(json.dumps, responses)), encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    """The command line's answer; nothing but its own exit may escape."""
    result = CliRunner().invoke(main, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
