"""No value that may be a secret leaves in any format of any command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import trainstate
from tests.render.recordings import bad, good, run

SECRET = "hunter2-s3cr3t"
MEMBERS = ("HyperParameters", "Environment", "FailureReason")
SHAPES: tuple[Any, ...] = (
    SECRET,
    f"{SECRET}: of a form that is none",
    [SECRET],
    {"key": SECRET},
    {SECRET: "1"},
    {"key": {SECRET: [SECRET]}},
    {"key": [SECRET, 3]},
    json.dumps({"key": SECRET}),
)
COMMANDS = (
    *(("check", "--verbose", "--format", form) for form in ("text", "json", "jsonl", "sarif")),
    *(("check", "--verbose", "--format", form) for form in ("junit", "github", "gitlab", "html")),
    *(("stats", "--format", form) for form in ("table", "json", "csv")),
    *(
        ("discover", "--format", form)
        for form in ("table", "json", "mermaid", "dot", "xes", "spec")
    ),
    *(("align",), ("align", "--format", "json")),
)


def planted() -> Iterator[dict[str, Any]]:
    """Jobs with a secret in each place and shape: twice each, the second one changed."""
    for member in MEMBERS:
        for number, shape in enumerate(SHAPES):
            for base in (good(), bad()):
                name = f"{base['TrainingJobName']}-{member}-{number}".lower()
                job = {**base, "TrainingJobName": name}
                job["TrainingJobArn"] = base["TrainingJobArn"].rpartition("/")[0] + f"/{name}"
                job[member] = shape
                yield job
                yield {**job, member: {"key": f"{SECRET}-changed"}}
                said = [
                    {**entry, "StatusMessage": shape} for entry in job["SecondaryStatusTransitions"]
                ]
                yield {**job, "SecondaryStatusTransitions": said}


def damaged() -> Iterator[str]:
    """Files of which some of the text is no record, in each form that is read."""
    whole = json.dumps({**bad(), "HyperParameters": {"key": SECRET}})
    hidden = [whole.index(SECRET) + 3, whole.index(SECRET) + len(SECRET), len(whole) - 1]
    for end in hidden:
        yield f"{json.dumps(good())}\n{whole[:end]}\n{json.dumps(good())}\n"
        yield whole[:end]
        yield f"[{json.dumps(good())}, {whole[:end]}"
    yield f"{json.dumps(good())}\n{SECRET}\n"
    yield f"{json.dumps(good())}\n{json.dumps(SECRET)}\n{json.dumps([SECRET])}\n"
    yield f"{json.dumps(good())}\n{json.dumps({'key': SECRET, SECRET: 1})}\n"
    yield f"{json.dumps(good(), indent=1)}\n{json.dumps(json.loads(whole), indent=1)[:-30]}\n"
    yield f"{good()!r}\n{json.loads(whole)!r}"[:-3]
    rows = f"a,Completed,{SECRET}\nb,{SECRET}\nc,d,e,{SECRET}\n"
    yield f"TrainingJobName,TrainingJobStatus,HyperParameters\n{rows}"
    yield f"2020-05-18 10:11:12 Starting - {SECRET}\n2020-05-18 10:20:10 Completed - {SECRET}\n"
    yield json.dumps({"cells": [{"cell_type": "code", "outputs": [{"text": [whole[:-9]]}]}]})
    yield json.dumps({"cells": SECRET, "nbformat": 4})
    yield f"$ aws sagemaker describe-training-job\n{whole[:-20]}\n$ echo {SECRET}\n"


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of recordings in which each kind of secret stands."""
    folder = tmp_path_factory.mktemp("secrets")
    lines = "\n".join(map(json.dumps, planted()))
    (folder / "jobs.ndjson").write_text(lines, encoding="utf-8")
    for number, text in enumerate(damaged()):
        (folder / f"damaged-{number}.txt").write_text(text, encoding="utf-8")
    return folder


def shown(words: tuple[str, ...], *paths: Path) -> str:
    """What a command writes anywhere."""
    result = run(words[0], *map(str, paths), *words[1:])

    assert result.exit_code in (0, 1, 2), result.output
    return result.stdout + result.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_shows_a_secret(words: tuple[str, ...], recordings: Path) -> None:
    """Neither of a folder nor of one file is a value printed, nor a part of it."""
    for path in (recordings, *recordings.iterdir()):
        text = shown(words, path)
        at = text.find(SECRET[:6])

        assert at < 0, f"{path.name}: {text[max(0, at - 300) : at + 100]}"


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
@pytest.mark.parametrize("member", MEMBERS)
def test_no_tracker_tells_a_secret(member: str, shape: Any) -> None:
    """Neither findings nor changes quote one; a reason is given to those who ask for it."""
    tracker = trainstate.Tracker()
    for response in (bad(), {**bad(), member: shape}):
        update = tracker.observe(response)

        assert SECRET[:6] not in f"{[*map(str, update.findings)]} {[*map(str, update.changes)]}"
