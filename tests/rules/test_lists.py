"""Lists of jobs: what a client asks for, what the service shows, and who of them is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import trainstate
from trainstate.checking.report import Finding
from trainstate.history.model import Origin
from trainstate.history.wire import read_response
from trainstate.rules.example import CREATED, Poll, written
from trainstate.testing.fuzzing.ledger import JobLedger
from trainstate.testing.fuzzing.performer import judged

SPEC = trainstate.SPEC
BORN = CREATED / 1_000_000
RUNNING = "InProgress/Training: Starting 90, Training"
DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"


def row(name: str, status: str, **members: Any) -> dict[str, Any]:
    """A job as a list shows it."""
    return {
        "TrainingJobName": name,
        "TrainingJobStatus": status,
        "CreationTime": BORN,
        **members,
    }


def ledger(*jobs: str, deleted: bool = False) -> JobLedger:
    """What is known after jobs were created and described: ``a running``, ``b done``."""
    found = JobLedger(spec=SPEC)
    for name, _, state in (job.partition(" ") for job in jobs):
        found.called("create", name)
        if state:
            shown = written(Poll(DONE if state == "done" else RUNNING))
            arn = shown["TrainingJobArn"].replace("/example", f"/{name}")
            shown |= {"TrainingJobName": name, "TrainingJobArn": arn}
            found.called("describe", name, response=read_response(shown, SPEC, origin=Origin()))
        if deleted:
            found.called("delete", name)
    return found


def findings(known: JobLedger, *rows: dict[str, Any], **asked: Any) -> Iterator[Finding]:
    """What is found in a list of one page."""
    exchange = known.listed(asked, (tuple(rows),), fault=None, cut=False)
    return judged(exchange, trainstate.rules())


def names(known: JobLedger, *rows: dict[str, Any], **asked: Any) -> list[str]:
    """The names of the rules that a list of one page breaks."""
    return [found.name for found in findings(known, *rows, **asked)]


@pytest.mark.parametrize(
    ("asked", "excluded"),
    [
        ({"NameContains": "nightly"}, True),
        ({"NameContains": "JOB"}, False),
        ({"CreationTimeAfter": BORN + 60}, True),
        ({"CreationTimeAfter": BORN - 60}, False),
        ({"CreationTimeBefore": BORN - 60}, True),
        ({"CreationTimeBefore": BORN + 60}, False),
    ],
)
def test_a_list_leaves_out_what_its_filters_exclude(asked: dict[str, Any], excluded: bool) -> None:
    """A job with another name, or of another time, does not belong in a list that asked so."""
    found = names(ledger("job-1 running"), row("job-1", "InProgress"), **asked)

    assert (["list-filter-ignored"] if excluded else []) == found


def test_a_time_that_cannot_be_read_excludes_nothing() -> None:
    """Of a job whose creation time is no time nobody can say that a filter excludes it."""
    shown = row("job-1", "InProgress", CreationTime="yesterday")
    found = names(ledger("job-1 running"), shown, CreationTimeAfter=BORN + 60)

    assert "list-filter-ignored" not in found


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        ({}, True),
        ({"NameContains": "job"}, True),
        ({"NameContains": "nightly"}, False),
        ({"CreationTimeAfter": BORN - 60}, False),
    ],
)
def test_a_job_is_missed_where_it_must_be_shown(asked: dict[str, Any], missing: bool) -> None:
    """A job that meets the filters is on a page; one of another time perhaps is not."""
    assert (["job-missing-from-list"] if missing else []) == names(ledger("job-1 running"), **asked)


def test_a_deleted_job_is_not_missed() -> None:
    """After a deletion the job may be in a list, or not."""
    assert [] == names(ledger("job-1 done", deleted=True))


@pytest.mark.parametrize(
    ("job", "status", "disagrees"),
    [
        ("job-1 done", "InProgress", True),
        ("job-1 done", "Completed", False),
        ("job-1", "InProgress", False),
        ("job-1 running", "Failed", True),
    ],
)
def test_a_list_shows_what_a_description_shows(job: str, status: str, disagrees: bool) -> None:
    """A job that was just described, or had ended, has one status in both."""
    assert (["list-disagrees"] if disagrees else []) == names(ledger(job), row("job-1", status))


def test_a_job_of_another_client_is_no_concern() -> None:
    """A list may hold jobs that nobody described here."""
    assert [] == names(ledger(), row("another", "Completed"))


def test_a_job_that_was_described_a_while_ago_may_have_ended() -> None:
    """Time has passed since the description: the list may show another status."""
    known = ledger("job-1 running")
    known.pass_time(3600)

    assert [] == names(known, row("job-1", "Failed"))
