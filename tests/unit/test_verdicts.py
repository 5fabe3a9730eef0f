"""Verdicts that a mutation of the package could change without another test seeing it."""

from __future__ import annotations

from typing import Any

import trainstate
from trainstate.rules.example import poll, written


def response(text: str, changes: dict[str, Any] | None = None, at: float | None = None) -> Any:
    return written(poll(text, changes, modified=at))


def errors(*responses: Any, **options: Any) -> set[str]:
    """The names of the errors that the check finds."""
    report = trainstate.check(list(responses), **options)
    return {finding.name for finding in report if finding.severity == "error"}


def closed_alone(**members: Any) -> dict[str, Any]:
    """An excerpt: a name, and a history of one entry that has an end."""
    times = {"StartTime": "2026-01-02T10:00:00Z", "EndTime": "2026-01-02T10:01:00Z"}
    entry = {"Status": "Starting", **times}
    return {"TrainingJobName": "a", "SecondaryStatusTransitions": [entry], **members}


def test_a_record_last_modified_before_its_last_entry_ends() -> None:
    """The end of the last entry alone tells that LastModifiedTime is too early."""
    lasting = response("Failed/Failed: Starting 90, Failed 60", {"/TrainingEndTime": None}, at=95)

    assert {"times-out-of-order"} == errors(lasting)


def test_an_excerpt_of_closed_entries_without_a_primary() -> None:
    """What an excerpt cut off may have been the end: a closed last entry is no error."""
    assert set() == errors(closed_alone())


def test_an_excerpt_of_closed_entries_of_an_active_job() -> None:
    """Where an excerpt shows that the job goes on, a closed last entry is an error."""
    active = closed_alone(TrainingJobStatus="InProgress", SecondaryStatus="Starting")

    assert {"closed-last-entry-while-active"} == errors(active)


def test_two_histories_at_one_moment_that_no_run_shows() -> None:
    """Of responses without an order among them each counts, not only the first."""
    stopping = response("Stopping/Starting: Starting", at=100)
    going_on = response("InProgress/Downloading: Starting 90, Downloading", at=100)

    assert {"unreachable-state"} == errors(stopping, going_on, order="free")
    assert {"unreachable-state"} == errors(going_on, stopping, order="free")
