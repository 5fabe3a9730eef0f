"""`trainstate align` and the alignment of a finding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import trainstate
from tests.render.recordings import bad, entry, good, response, run, write
from trainstate.machine.align import Alignment, Edit, EditKind
from trainstate.render.align import MOST_EDITS, alignment_line


@pytest.fixture
def jobs(tmp_path: Path) -> str:
    """A recording of a good and a bad job."""
    return str(write(tmp_path / "jobs.jsonl", [good(), bad()]))


def test_only_illegal_histories_are_shown(jobs: str) -> None:
    """A job whose history is legal is left out, unless all are asked for."""
    jobs_shown = [run("align", jobs, *more).stdout.count(": cost ") for more in ([], ["--all"])]

    assert [1, 2] == jobs_shown


def test_edits_are_marked(jobs: str) -> None:
    """A deleted entry has a minus and its number."""
    assert "  -   1  Uploading\n" in run("align", jobs).stdout


def test_json_has_one_object_a_line(jobs: str) -> None:
    """Each line of JSON is a job with its cost, its fitness and its edits."""
    lines = [
        json.loads(line) for line in run("align", jobs, "--format", "json").stdout.split("\n")[:-1]
    ]

    assert [(1, 0.8)] == [(line["cost"], line["fitness"]) for line in lines]


def test_a_finding_about_an_illegal_history_has_its_alignment() -> None:
    """TS301 carries the fewest edits, and the history that they lead to."""
    found = next(f for f in trainstate.check(bad()) if f.name == "illegal-transition")

    assert found.alignment is not None
    assert ("Starting", "Failed") == found.alignment.legal


def test_a_finding_elsewhere_has_none() -> None:
    """A finding that is not about the history has no alignment."""
    found = next(f for f in trainstate.check(bad()) if f.name == "missing-failure-reason")

    assert found.alignment is None


def test_an_unknown_status_alone_asks_for_no_edit() -> None:
    """An unknown status is not illegal: no alignment deletes it."""
    strange = response(
        "strange",
        entry("Starting", 0, 90),
        entry("Dreaming", 90, None),
        primary="InProgress",
        secondary="Dreaming",
    )

    assert {None} == {found.alignment for found in trainstate.check(strange)}


def test_one_line_names_the_first_edits_and_counts_the_rest() -> None:
    """A history with hundreds of faults still has an explanation that can be read."""
    edits = tuple(Edit(EditKind.DELETE, "Training", index) for index in range(40))
    line = alignment_line(Alignment(edits=edits, cost=40, worst=80))

    assert line.count("delete") == MOST_EDITS
    assert "34 more (fitness 0.50)" in line


def test_a_recording_without_faults_is_not_met_with_silence(tmp_path: Path) -> None:
    """Where everything is legal the command says so."""
    result = run("align", str(write(tmp_path / "legal.jsonl", [good()])))

    assert "1 history is legal: nothing to change\n" == result.stdout


def test_a_recording_without_a_legal_history_counts_none(tmp_path: Path) -> None:
    """A line about 0 legal histories would deny the edits above it."""
    result = run("align", str(write(tmp_path / "illegal.jsonl", [bad()])))

    assert "cost" in result.stdout
    assert "legal" not in result.stdout


def test_jobs_without_a_history_are_not_called_legal(tmp_path: Path) -> None:
    """A summary has no history to change."""
    summary = {"TrainingJobName": "tern", "TrainingJobStatus": "Completed"}
    result = run("align", str(write(tmp_path / "summary.jsonl", [summary])))

    assert "no job has a history: nothing to align\n" == result.stdout


@pytest.mark.parametrize("command", ["align", "stats", "discover"])
def test_a_bad_input_does_not_end_the_commands_beside_the_check(
    jobs: str, tmp_path: Path, command: str
) -> None:
    """What was read is shown, what was not is named, and the exit status is 2."""
    result = run(command, str(tmp_path / "gone.json"), jobs)

    assert result.exit_code == 2
    assert "Uploading" in result.stdout
    assert "gone.json: cannot be read" in result.stderr
