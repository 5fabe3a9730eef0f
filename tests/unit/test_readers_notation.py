"""Responses as Node and the SDK for Go print them, and what can be said of other notations."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import trainstate
from tests.lives import COMPLETED, poll
from trainstate.errors import InputError
from trainstate.history.readers.notation import notation
from trainstate.history.readers.python_literal import NotLiteral

NODE = """\
{
  '$metadata': { httpStatusCode: 200, requestId: 'a', extendedRequestId: undefined },
  TrainingJobName: 'tern',
  TrainingJobArn: 'arn:aws:sagemaker:eu-central-1:111122223333:training-job/tern',
  TrainingJobStatus: 'Failed',
  SecondaryStatus: 'Failed',
  FailureReason: `it's "over"`,
  HyperParameters: { lr: '0.1', sagemaker_program: '"train.py"' },
  AlgorithmSpecification: { TrainingInputMode: 'File', MetricDefinitions: [ [Object] ] },
  InputDataConfig: [ { ChannelName: 'train', DataSource: [Object] } ],
  ResourceConfig: { InstanceGroups: [ [Object], [Object] ], VolumeSizeInGB: 30 },
  StoppingCondition: { MaxRuntimeInSeconds: 86400 },
  CreationTime: 2026-05-05T08:00:00.123Z,
  LastModifiedTime: 2026-05-05T08:01:00.123Z,
  TrainingEndTime: 2026-05-05T08:01:00.123Z,
  EnableManagedSpotTraining: false,
  SecondaryStatusTransitions: [
    {
      EndTime: 2026-05-05T08:01:00.123Z,
      StartTime: 2026-05-05T08:00:00.123Z,
      Status: 'Starting',
      StatusMessage: 'Preparing the instances ' +
        'for training'
    },
    {
      EndTime: 2026-05-05T08:01:00.123Z,
      StartTime: 2026-05-05T08:01:00.123Z,
      Status: 'Failed',
      StatusMessage: 'Training job failed'
    }
  ]
}
"""
GO = """\
{
  CreationTime: 2026-05-05 08:00:00.123 +0000 UTC,
  EnableManagedSpotTraining: false,
  LastModifiedTime: 2026-05-05 08:00:00.123 +0000 UTC,
  SecondaryStatus: "Starting",
  SecondaryStatusTransitions: [{
      StartTime: 2026-05-05 08:00:00.123 +0000 UTC,
      Status: "Starting",
      StatusMessage: "Starting the \\"training\\" job"
    }],
  StoppingCondition: {
    MaxRuntimeInSeconds: 86400
  },
  TrainingJobArn: "arn:aws:sagemaker:eu-central-1:111122223333:training-job/tern",
  TrainingJobName: "tern",
  TrainingJobStatus: "InProgress"
}
"""


def read(tmp_path: Path, text: str | bytes) -> trainstate.Report:
    path = tmp_path / "output"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return trainstate.check(path)


@pytest.mark.parametrize("around", ["{}", "polled\n{}done\n", "response: {}", "&{}", "{0}{0}"])
@pytest.mark.parametrize("printed", [NODE, GO], ids=["node", "go"])
def test_a_printed_response_is_judged(tmp_path: Path, printed: str, around: str) -> None:
    """Alone, between lines, after a name, or several; what is left out is no fault."""
    report = read(tmp_path, around.format(printed))

    assert [] == [str(one) for one in report if one.severity != "info"]
    assert [("CONSISTENT", around.count("{"))] == [(j.verdict, j.responses) for j in report.jobs]


def test_a_printed_fault_is_found(tmp_path: Path) -> None:
    """Its times, statuses and seconds are those that were printed."""
    found = read(tmp_path, NODE.replace("Status: 'Starting'", "Status: 'Uploading'")).findings

    assert "wrong-initial-status" in {one.name for one in found}


def test_what_is_nested_deeply_is_left_out(tmp_path: Path) -> None:
    """A response inside another value has its history replaced, which says nothing of it."""
    inner = NODE[: NODE.index("SecondaryStatusTransitions")].replace("\n", "\n  ")
    history = "SecondaryStatusTransitions: [ [Object], [Object] ]"
    wrapped = f"{{\n  response: {inner}{history}\n  }}\n}}\n"
    report = read(tmp_path, wrapped)

    assert [] == [str(one) for one in report if one.severity != "info"]
    assert [1] == [job.responses for job in report.jobs]


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        (
            "{ a: -1.5e3, b: [ 1, 2 ], c: null, 'd-e': true }",
            {"a": -1500.0, "b": [1, 2], "c": None, "d-e": True},
        ),
        ("Response { a: `x` }", {"a": "x"}),
        ("{ a: 1, b: [Array] }", {"a": 1}),
        ("{ a: { b: [Object], d: [ 1, ... 5 more items ] } }", {"a": {"b": {}, "d": []}}),
    ],
)
def test_a_value_is_read_as_it_was_printed(printed: str, value: dict[str, Any]) -> None:
    """Numbers, words and texts are values; a part that was left out is empty."""
    assert value == notation(printed.encode())


@pytest.mark.parametrize(
    "text", ["{ a: b }", "{ a: f(1) }", "{ a }", "{ a: 'x' + y }", "{ a: 1", "{ a: 1 } 2", "[" * 99]
)
def test_code_is_no_value(text: str) -> None:
    """A bare word has a value only when the program runs."""
    with pytest.raises(NotLiteral):
        notation(text.encode())


OTHERS = {
    "go": "&{TrainingJobName:tern TrainingJobStatus:Completed SecondaryStatus:Completed}\n" * 2,
    "java": "DescribeTrainingJobResponse(TrainingJobName=tern, TrainingJobStatus=Completed)\n",
    "ruby": '#<struct Types::X training_job_name="tern", training_job_status="Completed">\n',
    "php": "Array\n(\n    [TrainingJobName] => tern\n    [TrainingJobStatus] => Completed\n)\n",
    "powershell": "TrainingJobName   : tern\nTrainingJobStatus : Completed\n",
    "kubectl": "Name: tern\nStatus:\n  Training Job Status:  Completed\nEvents:  <none>\n",
}


@pytest.mark.parametrize("language", OTHERS)
def test_another_notation_is_named_with_its_remedy(tmp_path: Path, language: str) -> None:
    """An ARN of something else in it does not say what it is."""
    text = OTHERS[language] + "arn:aws:sagemaker:us-east-1:aws:hub-content/a/b\n"

    with pytest.raises(InputError, match="print that as JSON") as caught:
        read(tmp_path, text)
    assert "hub-content" not in str(caught.value)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_an_archive_is_named_with_its_remedy(tmp_path: Path, kind: str) -> None:
    """Its files are not looked for; in a folder it is passed over."""
    path = tmp_path / f"polls.{kind}"
    data = "\n".join(json.dumps(one) for one in (poll("Starting"), poll(*COMPLETED))).encode()
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("polls.ndjson", data)
    else:
        with tarfile.open(path, "w:gz" if kind.endswith("gz") else "w") as tar:
            member = tarfile.TarInfo("polls.ndjson")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))

    with pytest.raises(InputError, match=f"is a {kind[:3]} archive; unpack it"):
        trainstate.check(path)
