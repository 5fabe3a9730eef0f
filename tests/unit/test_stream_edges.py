"""What one stream of many jobs counts, tells once, and whose each response is."""

from __future__ import annotations

from typing import Any

import pytest

import trainstate
from trainstate.checking.stream import Checker, judge
from trainstate.history.model import Kind, Origin, Response, Unreadable
from trainstate.history.wire import read_response
from trainstate.rules.example import poll, written
from trainstate.rules.index import select_rules
from trainstate.spec.load import builtin_spec

ACTIVE = "InProgress/Training: Starting 90, Training"
SKIPPED = "Completed/Completed: Starting 90, Uploading 5, Completed"
DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"


def response(text: str, changes: dict[str, Any] | None = None, at: float | None = None) -> Any:
    return written(poll(text, changes or {}, modified=at))


def job(name: str) -> dict[str, Any]:
    arn = f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/{name}"
    return {"/TrainingJobName": name, "/TrainingJobArn": arn}


def test_the_summary_counts_what_is_there() -> None:
    """Responses, jobs by verdict, and findings by severity are those of the report."""
    seen = [
        response(SKIPPED, job("one")),
        response(ACTIVE, job("two")),
        response(ACTIVE, job("two")),
        response("InProgress/Dreaming: Starting 90, Dreaming", job("three")),
        response(ACTIVE, {**job("four"), "/TrainingStartTime": None}),
        response("InProgress/LaunchingMLInstances: Starting 9, LaunchingMLInstances", job("five")),
    ]
    report = trainstate.check(seen)
    summary, severities = report.summary, [str(found.severity) for found in report]

    assert (summary.responses, summary.jobs) == (6, 5)
    assert (summary.consistent, summary.inconsistent, summary.unknown) == (3, 1, 1)
    assert summary.errors == severities.count("error") > 0
    assert summary.warnings == severities.count("warning") > 0
    assert summary.infos == severities.count("info") > 0


def test_findings_about_records_and_ends_are_counted_and_are_no_responses() -> None:
    """An unreadable record is a finding and no response, and so is what a job lacks at its end."""
    spec = builtin_spec()
    rules = select_rules(select=("TS0", "TS610"))
    records: list[Response | Unreadable] = [
        read_response(response(ACTIVE), spec, kind=Kind.RESPONSE, origin=Origin()),
        Unreadable(reason="not JSON", origin=Origin(file="some", line=3)),
    ]
    report = judge(records, Checker(rules=rules))

    assert ["unreadable-record", "never-finished"] == [found.name for found in report]
    assert (report.summary.responses, report.summary.errors) == (1, 1)
    assert [(found.file, found.line) for found in report] == [("some", 3), (None, None)]
    assert 0 == report.findings[-1].index


def test_a_finding_is_told_once_a_job_and_again_where_it_says_something_else() -> None:
    """The same words at the same place are one finding; of another job they are another one."""
    again = [response(SKIPPED, job(name)) for name in ("one", "one", "two")]
    report = trainstate.check(again, select=["TS301"])
    late = [response(SKIPPED, at=200), response("Completed/Completed: Training 90, Completed")]
    twice = trainstate.check(late, select=["TS301", "TS302"])

    assert [("one", 0), ("two", 0)] == [(f.job.rpartition("/")[2], f.index) for f in report]
    assert [0, 1] == [found.index for found in twice]


@pytest.mark.parametrize(
    ("text", "rule", "cost"),
    [
        # Open: what is absent at the end may still come. Ended: it must be inserted.
        (SKIPPED, "TS301", 1),
        ("InProgress/Uploading: Starting 90, Uploading", "TS301", 1),
        ("InProgress/Training: Training", "TS302", 1),
        ("InProgress/Training: Starting 90, Training", "TS101", None),
        ("Completed/Completed: Starting 90, Training 60, Completed", "TS301", None),
    ],
)
def test_an_illegal_history_has_its_alignment(text: str, rule: str, cost: int | None) -> None:
    """A finding about an illegal history says how it is made legal; another finding does not."""
    report = trainstate.check([response(text)])
    aligned = {found.code: found.alignment for found in report if found.alignment is not None}

    assert (rule in aligned) is (cost is not None)
    assert cost is None or aligned[rule].cost == cost
    assert all(found.pointer.startswith("/SecondaryStatusTransitions/") for found in report
               if found.alignment is not None)  # fmt: skip


def test_a_name_alone_is_the_job_that_was_seen_with_it_last() -> None:
    """A response without an ARN belongs to the job that had its name before."""
    named = {"/TrainingJobArn": None}
    other = {"/TrainingJobArn": "arn:aws:sagemaker:us-east-1:1:training-job/example"}
    seen = [
        response(ACTIVE),
        response(ACTIVE, named),
        response(ACTIVE, other),
        response(ACTIVE, named),
    ]
    report = trainstate.check(seen)

    assert [2, 2] == [known.responses for known in report.jobs]


def test_a_job_that_was_first_seen_by_its_name_keeps_it() -> None:
    """An ARN that comes later is that of the same job."""
    named = {"/TrainingJobArn": None}
    report = trainstate.check([response(ACTIVE, named), response(ACTIVE), response(ACTIVE, named)])

    assert [("example", 3)] == [(known.job, known.responses) for known in report.jobs]


def test_a_creation_time_that_comes_late_is_that_of_the_job() -> None:
    """Another creation time is another job, once one is known."""
    unborn, later = {"/CreationTime": None}, {"/CreationTime": "2026-01-02T09:59:58Z"}
    report = trainstate.check(
        [
            response(ACTIVE, unborn),
            response(ACTIVE),
            response(ACTIVE, unborn),
            response(ACTIVE, later),
        ]
    )

    assert [3, 1] == [known.responses for known in report.jobs]
    assert report.jobs[0].created is not None
