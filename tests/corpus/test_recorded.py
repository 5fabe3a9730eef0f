"""Recorded jobs: no false alarm on any, and a judged snapshot of the doubtful ones.

The recordings are data of their own and stay where they are; the tests skip, with a
reason, where they are absent.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

import trainstate
from trainstate.rules.model import Severity

JUDGED = tomllib.loads((Path(__file__).parent / "judged.toml").read_text(encoding="utf-8"))


def rows(corpus: Path, file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (corpus / file).read_text(encoding="utf-8").splitlines()]


def is_trusted(row: dict[str, Any]) -> bool:
    return row["provenance"] == "recorded" and not row.get("artefact")


def alarms(report: trainstate.Report) -> list[str]:
    return [str(finding) for finding in report.at_least(Severity.WARNING)]


def as_log(row: dict[str, Any]) -> str:
    """A row of entries as the SDK prints it."""
    lines = [
        f"{entry['time'].replace('T', ' ')} {entry['status']} - {entry['message']}"
        for entry in row["entries"]
    ]
    if row.get("training_seconds") is not None:
        lines.append(f"Training seconds: {row['training_seconds']}")
    if row.get("billable_seconds") is not None:
        lines.append(f"Billable seconds: {row['billable_seconds']}")
    return "\n".join(lines) + "\n"


def test_no_recorded_response_raises_an_alarm(corpus: Path) -> None:
    """Every recorded response is consistent, without an error and without a warning."""
    for row in rows(corpus, "responses.jsonl"):
        if is_trusted(row):
            report = trainstate.check(row["response"])

            assert alarms(report) == [], row["id"]
            assert report.verdict == "CONSISTENT" or row["partial"], row["id"]


EXCERPTS = (
    {"TrainingJobArn", "CreationTime"},
    {"TrainingJobName", "CreationTime", "LastModifiedTime", "ResourceConfig"},
    {"TrainingJobArn", "TrainingTimeInSeconds", "BillableTimeInSeconds", "StoppingCondition"},
    {"TrainingJobName", "TrainingJobArn", "HyperParameters", "ResourceConfig", "RoleArn"},
)
"""What people take from a response beside statuses and history."""


@pytest.mark.parametrize("taken", EXCERPTS, ids=lambda taken: f"{len(taken)}-{min(taken)}")
def test_no_excerpt_of_a_recorded_response_raises_an_alarm(taken: set[str], corpus: Path) -> None:
    """What ``describe-training-job --query`` writes of a recorded job accuses it of nothing."""
    always = {"TrainingJobStatus", "SecondaryStatus", "SecondaryStatusTransitions"}
    for row in rows(corpus, "responses.jsonl"):
        if is_trusted(row):
            for kept in (always, always - {"SecondaryStatus"}, always - {"TrainingJobStatus"}):
                whole = row["response"]
                excerpt = {name: whole[name] for name in whole if name in kept | taken}

                assert alarms(trainstate.check(excerpt)) == [], (row["id"], kept, taken)


def test_recorded_responses_that_ended_are_complete(corpus: Path) -> None:
    """A job whose last entry is terminal is complete, on the basis of its history."""
    for row in rows(corpus, "responses.jsonl"):
        entries = row["response"].get("SecondaryStatusTransitions") or []
        if is_trusted(row) and entries and entries[-1]["Status"] == "Completed":
            (job,) = trainstate.check(row["response"]).jobs

            assert (job.complete, job.basis) == (True, "history"), row["id"]


def test_no_recorded_log_raises_an_alarm(corpus: Path) -> None:
    """Every recorded log, as the SDK prints it, is one consistent job."""
    for row in rows(corpus, "sdk_logs.jsonl"):
        if is_trusted(row):
            report = trainstate.check(as_log(row))

            assert alarms(report) == [], row["id"]
            assert [job.verdict for job in report.jobs] == ["CONSISTENT"], row["id"]


def test_recorded_logs_that_ended_are_complete(corpus: Path) -> None:
    """A log that ends with a terminal status is a complete job."""
    terminal = {"Completed", "Failed", "Stopped"}
    for row in rows(corpus, "sdk_logs.jsonl"):
        if is_trusted(row):
            (job,) = trainstate.check(as_log(row)).jobs

            assert job.complete == (row["entries"][-1]["status"] in terminal), row["id"]


def test_the_recordings_are_read_as_they_are(corpus: Path) -> None:
    """The files themselves are recordings: each row is found, none is unreadable."""
    responses = trainstate.check(corpus / "responses.jsonl")
    logs = trainstate.check(corpus / "sdk_logs.jsonl")

    assert responses.summary.responses == len(rows(corpus, "responses.jsonl"))
    assert logs.summary.responses == len(rows(corpus, "sdk_logs.jsonl"))


def test_doubtful_rows_are_judged_as_written_down(corpus: Path) -> None:
    """Fixtures, documentation samples and artefacts keep the findings that were judged."""
    found: dict[str, Any] = {}
    for file in ("responses.jsonl", "sdk_logs.jsonl"):
        for row in rows(corpus, file):
            if not is_trusted(row):
                report = trainstate.check(row.get("response") or as_log(row))
                names = sorted({finding.name for finding in report.at_least(Severity.WARNING)})
                found[row["id"]] = {"verdict": str(report.verdict), "findings": names}

    expected = {key: {k: row[k] for k in ("verdict", "findings")} for key, row in JUDGED.items()}
    assert found == expected
