"""YAML as the AWS CLI, kubectl and VCR write it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import trainstate
from tests.lives import poll
from trainstate.errors import InputError
from trainstate.history import Response, Unreadable
from trainstate.history.readers import read_values
from trainstate.history.readers.recognise import recognised
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
LIFE = ("Starting", "Downloading", "Training", "Uploading", "Completed")
JOB: dict[str, Any] = json.loads(json.dumps(poll(*LIFE, name="tern"), default=str))
ARN = JOB["TrainingJobArn"]
# kubectl sorts the names, so that the first line is no member.
OBJECT = {
    "apiVersion": "sagemaker.services.k8s.aws/v1alpha1",
    "kind": "TrainingJob",
    "metadata": {"annotations": {"a/b": '{"kind":"TrainingJob"}\n'}, "name": "my-object"},
    "spec": {"trainingJobName": "tern", "hyperParameters": {"a": "1"}},
    "status": {
        "ackResourceMetadata": {"arn": ARN},
        "conditions": [{"status": "True", "type": "ACK.ResourceSynced"}],
        "secondaryStatus": "Completed",
        "trainingJobStatus": "Completed",
        "creationTime": "2026-05-05T10:00:00Z",
        "lastModifiedTime": "2026-05-05T10:09:00Z",
    },
}


def cassette(*bodies: str) -> dict[str, Any]:
    headers = {"Content-Type": ["application/x-amz-json-1.1"], "X-Amz-Target": [b"SageMaker"]}
    request = {"body": '{"TrainingJobName": "tern"}', "headers": headers, "method": "POST"}
    status = {"code": 200, "message": "OK"}
    return {
        "interactions": [
            {
                "request": request,
                "response": {"body": {"string": body}, "headers": headers, "status": status},
            }
            for body in bodies
        ],
        "version": 1,
    }


def dumped(value: Any, **style: Any) -> str:
    return str(yaml.safe_dump(value, default_flow_style=False, **style))


WRITTEN = {
    "the AWS CLI": dumped(JOB),
    "a stream of the AWS CLI": dumped([JOB]),
    "documents": f"# two answers\n---\n{dumped(JOB)}---\n\n...\n---\n{dumped({'other': 1})}",
    "kubectl": dumped(OBJECT),
    "kubectl's list": dumped({"apiVersion": "v1", "items": [OBJECT], "kind": "List"}),
    "VCR": dumped(cassette("{}", json.dumps(JOB))),
    "VCR, folded": dumped(cassette(json.dumps(JOB, indent=1)), width=60),
    "VCR, bytes": dumped(cassette(json.dumps(JOB))).replace("string: '", "string: !!str '"),
    "a narrow page": dumped(JOB, width=20, indent=4),
    "a quoted name": dumped(JOB).replace("\n  EndTime:", '\n  "EndTime":'),
    "quoted": yaml.safe_dump(JOB, default_style='"'),
    "Windows": dumped(JOB).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_yaml_is_read(tmp_path: Path, form: str) -> None:
    """Nothing is found of it; a fault that is planted is."""
    path = tmp_path / "job"
    path.write_bytes(WRITTEN[form].encode())
    report = trainstate.check(path)
    text = WRITTEN[form].replace("Completed", "Sleeping", 1)
    path.write_bytes(text.encode())

    assert [(ARN, 1)] == [(job.job, job.responses) for job in report.jobs]
    assert {"wrong-type"} & {one.name for one in report} == set()
    assert not [one for one in report if one.severity == "error" and one.code != "TS001"]
    assert [one for one in trainstate.check(path) if one.severity != "info"]


def test_times_and_texts_are_as_they_are_written() -> None:
    """A time without quotes is no datetime of the loader's, and has its offset."""
    text = dumped(JOB) + "TrainingStartTime: 2026-05-05T10:00:00+02:00\nRoleArn: on\n"
    (record,) = read_values(text, SPEC)

    assert isinstance(record, Response)
    assert "2026-05-05T10:00:00+02:00" == record.members["TrainingStartTime"]


def test_a_damaged_document_costs_itself_alone(tmp_path: Path) -> None:
    """It is told with the line where it begins."""
    path = tmp_path / "job.yaml"
    path.write_text(f"{dumped(JOB)}---\nTrainingJobStatus: [\n---\n{dumped(JOB)}")
    report = trainstate.check(path)

    assert [("unreadable-record", dumped(JOB).count("\n") + 1)] == [
        (f.name, f.line) for f in report
    ]
    assert [2] == [job.responses for job in report.jobs]


NAMED = "TrainingJobStatus: Failed\n"
DEEP = "".join(f"{' ' * at}a:\n" for at in range(500))
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]\n" for at in range(1, 12)
)


@pytest.mark.parametrize(
    "text",
    [
        *(BOMB, "a: &a [*a]\n", "a: &a {b: *a}\n", DEEP, "a: " + "[" * 5000, "a: *b\n"),
        *("a: !!python/object/apply:os.system [ls]\n", "a: 0b\n", "? [a]\n: b\n", "a: \x07\n"),
        *(
            "a: !!int 'x'\n",
            "a: !!timestamp 'x'\n",
            f"a: {'9' * 5000}\n",
            "a: &a {}\nb:\n  <<: *a\n",
        ),
    ],
)
def test_hostile_text_is_a_record(text: str) -> None:
    """Nothing is made of it, and nothing raises but what is documented."""
    records = list(read_values(NAMED + text, SPEC, input_format="yaml"))

    assert 1 == len(records)
    assert all(isinstance(record, Response | Unreadable) for record in records)
    assert isinstance(records[0], Unreadable) or text.startswith(("a: 0b", "a: &a {}\nb"))


@pytest.mark.parametrize(
    "text",
    [
        *("a: 1\nb: 2\n", "Hello: I say\nTrainingJobStatus is Completed\n"),
        *("epoch 1\nTrainingJobStatus: Completed\n", "TrainingJobStatus = 1\n", "key: value\n"),
        "training:\n  image: x\n",
    ],
)
def test_other_texts_are_no_yaml(text: str) -> None:
    """Other names, and prose."""
    assert "yaml" != recognised(text.encode(), whole=True, spec=SPEC)


def test_without_pyyaml_one_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A named file is refused, one of a folder is an unreadable record."""
    from trainstate.history.readers import yaml_text  # noqa: PLC0415

    monkeypatch.setitem(sys.modules, "yaml", None)
    yaml_text._loader.cache_clear()
    path = tmp_path / "job.yaml"
    path.write_text(WRITTEN["the AWS CLI"])
    (tmp_path / "job.json").write_text(json.dumps(JOB))

    with pytest.raises(InputError, match=r"job.yaml: is YAML, which needs PyYAML; .*'\.\[yaml\]'"):
        trainstate.check(path)
    report = trainstate.check(tmp_path)
    assert (["unreadable-record"], 1) == ([one.name for one in report], report.summary.responses)
