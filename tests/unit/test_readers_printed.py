"""Texts with values printed in them: what people paste from a terminal, an editor or a page."""

from __future__ import annotations

import json
import pprint
from collections.abc import Callable
from pathlib import Path

import pytest

import trainstate
from tests.lives import poll
from trainstate.errors import InputError

JOB = poll("Starting", "Downloading", "Training", "Uploading", "Completed", name="tern")
PRETTY, LINE, PRINTED = json.dumps(JOB, indent=4), json.dumps(JOB), pprint.pformat(JOB)
LOG = "2026-05-05 10:00:00 Starting - Starting the training job..."

PASTED = {
    "a fence of Markdown": (f"It says:\n\n```json\n{PRETTY}\n```\nWhat [now]?\n", 4),
    "a fence with a dictionary": (f"It says:\n```\n{PRINTED}\n```\n", 3),
    "a prompt": (f"$ aws sagemaker describe-training-job --name {{x}}\n{PRETTY}\n", 2),
    "a name in JavaScript": (f"const response = {PRETTY};\n", 1),
    "a name in Python": (f"# the job's {{last}} answer\nRESPONSE = {PRINTED}\n", 2),
    "a logger's prefix": (f"2026-05-05 10:00:00,123 [INFO] poll: {LINE}\n", 1),
}


@pytest.mark.parametrize("form", PASTED)
def test_a_printed_response_is_read(tmp_path: Path, form: str) -> None:
    """Nothing is found of it, a planted fault is, on the line where it begins."""
    text, line = PASTED[form]
    path = tmp_path / "pasted.md"
    path.write_text(text)
    report = trainstate.check(path)
    path.write_text(text.replace("Uploading", "Starting"))
    broken = trainstate.check(path)

    assert ([], [JOB["TrainingJobArn"]]) == (
        list(report.findings),
        [job.job for job in report.jobs],
    )
    assert ("illegal-transition", line) in {(one.name, one.line) for one in broken.findings}


def test_a_printed_text_can_have_status_lines_too(tmp_path: Path) -> None:
    """Both are read where the status lines have a prefix, as in what a mail quotes."""
    path = tmp_path / "console.txt"
    path.write_text(f"> {LINE}\n> {LOG}\n")

    assert 2 == len(trainstate.check(path).jobs)


@pytest.mark.parametrize("printed", [json.dumps, pprint.pformat])
def test_a_message_that_quotes_a_status_line_is_no_log(
    tmp_path: Path, printed: Callable[[object], str]
) -> None:
    """Only the text around a response is a log; its lines keep their numbers."""
    path = tmp_path / "console.txt"
    response = printed(JOB | {"HyperParameters": {"first_line": LOG}})
    path.write_text(f"It printed\n{response}\nand before:\n{LOG}\n")
    report = trainstate.check(path)

    assert [f"{path} job 1", JOB["TrainingJobArn"]] == [job.job for job in report.jobs]
    assert {len(response.splitlines()) + 3} == {one.line for one in report.findings}


def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    """A value that was cut in its middle is an unreadable record; code is passed over."""
    path = tmp_path / "pasted.md"
    cut = PRETTY.replace('"RoleArn"', '... "RoleArn"')
    path.write_text(f"First:\n{cut}\nthen:\n{PRETTY}\nor {{'TrainingJobStatus': job.status}}\n")

    report = trainstate.check(path)

    assert [("unreadable-record", 2)] == [(one.name, one.line) for one in report.findings]
    assert [JOB["TrainingJobArn"]] == [job.job for job in report.jobs if job.job.startswith("arn")]


def test_a_text_without_a_printed_response_is_refused(tmp_path: Path) -> None:
    """It names the members and has no value in brackets that shows a status."""
    path = tmp_path / "job.toml"
    path.write_text("TrainingJobStatus = 'Completed'\nVpcConfig = {'Subnets': []}\n")

    with pytest.raises(InputError, match="without a printed response"):
        trainstate.check(path)


@pytest.mark.parametrize("form", PASTED)
@pytest.mark.parametrize("name", ["page.md", "job", "job.out", "test_job.py"])
def test_a_file_of_a_folder_is_read_as_one_that_is_named(
    tmp_path: Path, form: str, name: str
) -> None:
    """Whatever it is called; of a page whose sample is broken a folder says nothing."""
    (tmp_path / name).write_text(PASTED[form][0])
    (tmp_path / "other.md").write_text("See:\n{'TrainingJobStatus': 'x\n'}")

    assert 1 == trainstate.check(tmp_path).summary.responses
    assert [] == list(trainstate.check(tmp_path).findings)


def test_a_history_alone_is_an_excerpt(tmp_path: Path) -> None:
    """A query for the history prints a list of entries: no job is named, and it is judged."""
    path = tmp_path / "history.json"
    entries = JOB["SecondaryStatusTransitions"]
    path.write_text(json.dumps(entries, indent=4))
    report = trainstate.check(path)
    path.write_text(json.dumps(entries[::-1], indent=4))

    assert ([], 1) == ([one for one in report.findings if one.severity == "error"], 1)
    assert "entry-after-terminal" in {finding.name for finding in trainstate.check(path).findings}
