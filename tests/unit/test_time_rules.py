"""The edges of the tolerances of the rules on times, on cases made from recorded numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve

import trainstate
from trainstate.checking.ask import Questions
from trainstate.history.instants import SECOND, Instant, iso
from trainstate.history.model import Entry, Kind, Origin
from trainstate.history.wire import read_response
from trainstate.machine.guards import configuration
from trainstate.rules.example import CREATED, poll, written
from trainstate.rules.index import find_rule
from trainstate.rules.model import Reading
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec

DONE = "Completed/Completed: Starting 90, Downloading 20, Training 60, Uploading 5, Completed"
LONG = "Stopped/MaxRuntimeExceeded: Starting 90, Training 3600, Stopping 5, MaxRuntimeExceeded"
BACK = (
    "Completed/Completed:"
    " Starting 90, Training 60, Starting 30, Training 60, Uploading 5, Completed"
)


def reading(
    text: str, changes: Mapping[str, Any] | None = None, *, kind: Kind = Kind.RESPONSE
) -> Reading:
    spec = builtin_spec()
    response = read_response(written(poll(text, changes)), spec, kind=kind, origin=Origin())
    config = configuration(response, spec)
    return Reading(response=response, spec=spec, tolerances=Tolerances(), config=config)


def severities(rule_name: str, subject: Reading) -> list[str]:
    said = Questions.of([find_rule(rule_name)]).ask(subject)
    return [str(place.severity or rule.severity) for rule, place in said]


def after(seconds: float) -> str:
    return iso(CREATED + round(seconds * SECOND))


def trained(text: str, elapsed: float, reported: int) -> Reading:
    """A job whose training began 90.123 s after its creation, as every text here has it."""
    begun = 90.123
    return reading(
        text,
        {
            "/TrainingStartTime": after(begun),
            "/TrainingEndTime": after(begun + elapsed),
            "/LastModifiedTime": after(begun + elapsed + 372),
            "/TrainingTimeInSeconds": reported,
            "/BillableTimeInSeconds": reported,
        },
    )


@pytest.mark.parametrize(("seconds", "expected"), [(-1, ["error"]), (-0.9, []), (0.9, [])])
def test_a_gap_of_a_second_is_flagged_and_a_shorter_one_is_not(
    seconds: float, expected: list[str]
) -> None:
    """Entries that join within less than a second have no gap."""
    subject = reading(DONE, {"/SecondaryStatusTransitions/0/EndTime": after(90 + seconds)})

    assert expected == severities("gap-between-entries", subject)


@pytest.mark.parametrize(("seconds", "expected"), [(1, ["error"]), (0.9, []), (-0.9, [])])
def test_an_overlap_of_a_second_is_flagged_and_a_shorter_one_is_not(
    seconds: float, expected: list[str]
) -> None:
    """Entries that join within less than a second do not overlap."""
    subject = reading(DONE, {"/SecondaryStatusTransitions/0/EndTime": after(90 + seconds)})

    assert expected == severities("overlapping-entries", subject)


@pytest.mark.parametrize(
    ("elapsed", "reported"), [(159.440, 159), (671.361, 672), (508.842, 508), (85.899, 86)]
)
def test_recorded_training_times_are_not_flagged(elapsed: float, reported: int) -> None:
    """Reported seconds may be below and above what passed, by less than a second."""
    assert [] == severities("training-time-mismatch", trained(DONE, elapsed, reported))


@pytest.mark.parametrize("reported", [161, 162, 157])
def test_training_times_beyond_the_tolerance_are_flagged(reported: int) -> None:
    """A plain job reports what passed, within a second."""
    assert ["error"] == severities("training-time-mismatch", trained(DONE, 159.440, reported))


def test_two_seconds_more_are_flagged_where_times_are_whole_seconds() -> None:
    """The second that cutting may hide does not hide two."""
    subject = reading(DONE, {"/TrainingTimeInSeconds": 87})

    assert ["error"] == severities("training-time-mismatch", subject)


def test_a_stopped_job_may_report_less_than_what_passed() -> None:
    """The five seconds of a Stopping entry are not trained."""
    stopped = (
        "Stopped/MaxWaitTimeExceeded: Starting 90, Training 9527, Stopping 5, MaxWaitTimeExceeded"
    )

    assert [] == severities("training-time-mismatch", trained(stopped, 9532.014, 9527))


def test_a_stopped_job_does_not_report_more_than_what_passed() -> None:
    """A stop explains less, never more."""
    stopped = "Stopped/Stopped: Starting 90, Training 60, Stopping 5, Stopped"

    assert ["error"] == severities("training-time-mismatch", trained(stopped, 65.2, 80))


def test_more_than_what_passed_is_a_warning_after_a_retry() -> None:
    """The start that is shown may be that of another attempt."""
    assert ["warning"] == severities("training-time-mismatch", trained(BACK, 125.5, 200))


def test_times_within_a_second_are_in_order() -> None:
    """A creation time that rounding put after the first entry is not flagged."""
    subject = reading(DONE, {"/CreationTime": after(0.999)})

    assert [] == severities("times-out-of-order", subject)


def test_last_modified_may_follow_the_end_by_minutes() -> None:
    """Rules, profiler and warm pools modify the record after the end."""
    subject = reading(DONE, {"/LastModifiedTime": after(175 + 372)})

    assert [] == severities("times-out-of-order", subject)


@pytest.mark.parametrize(("stamps", "expected"), [((1, 0), ["error"]), ((1, 1), [])])
def test_the_stamps_of_a_log_do_not_go_back(stamps: tuple[int, int], expected: list[str]) -> None:
    """Equal neighbouring stamps are normal in a log, and an earlier one is not."""
    entries = tuple(
        Entry(status="Starting", written="Starting", stamp=Instant(CREATED + stamp * SECOND))
        for stamp in stamps
    )
    plain = reading("InProgress/Starting: Starting", kind=Kind.LOG)
    subject = evolve(plain, response=evolve(plain.response, history=entries))

    assert expected == severities("times-out-of-order", subject)


@pytest.mark.parametrize(
    ("limit", "expected"), [(3600, []), (3665, []), (3666, ["warning"]), (3756, ["error"])]
)
def test_a_limit_counts_as_reached_within_a_minute(limit: int, expected: list[str]) -> None:
    """The training of 3605 s is short of a limit, and the whole life of 3695 s surely is."""
    subject = reading(LONG, {"/StoppingCondition/MaxRuntimeInSeconds": limit})

    assert expected == severities("runtime-limit-not-reached", subject)


def test_an_interruption_is_no_overrun() -> None:
    """The hours between an interruption and the end do not count as training."""
    text = "Stopped/Stopped: Starting 90, Training 60, Interrupted 9000, Stopping 5, Stopped"
    changes = {
        "/StoppingCondition/MaxRuntimeInSeconds": 60,
        "/EnableManagedSpotTraining": True,
    }

    assert [] == severities("runtime-limit-ignored", reading(text, changes))


def test_savings_of_a_running_job_are_not_judged() -> None:
    """While a job runs the billed time may lag behind the trained time."""
    changes = {"/TrainingTimeInSeconds": 40, "/BillableTimeInSeconds": 30}
    subject = reading("InProgress/Training: Starting 90, Training", changes)

    assert [] == severities("spot-savings-without-spot", subject)


def test_an_event_without_a_reason_is_only_suspicious() -> None:
    """The text of an event may have been cut for its size."""
    failed = "Failed/Failed: Starting 90, Training 60, Uploading 5, Failed"
    subject = reading(failed, {"/FailureReason": None}, kind=Kind.EVENT)

    assert ["warning"] == severities("missing-failure-reason", subject)


ACTIVE = "InProgress/Training: Starting 90, Training"
NOT_YET = "InProgress/Starting: Starting"
STOPPED = "Stopped/Stopped: Starting 90, Training 120, Stopping 5, Stopped"
LASTING = "Failed/Failed: Starting 90, Failed 60"


def seconds(number: int) -> dict[str, Any]:
    return {"/TrainingTimeInSeconds": number, "/BillableTimeInSeconds": number}


@pytest.mark.parametrize(
    ("text", "changes", "error", "warning"),
    [
        # Further from what all recordings show than any clock explains, and less far.
        (ACTIVE, {"/CreationTime": "2026-01-02T09:58:00Z"}, "late-first-entry", None),
        (ACTIVE, {"/CreationTime": "2026-01-02T09:59:30Z"}, None, "late-first-entry"),
        (ACTIVE, {"/TrainingStartTime": "2026-01-02T10:00:10Z"}, "training-start-mismatch", None),
        (ACTIVE, {"/TrainingStartTime": "2026-01-02T10:01:00Z"}, None, "training-start-mismatch"),
        (ACTIVE, {"/TrainingStartTime": "2026-01-02T11:00:00Z"}, "times-out-of-order", None),
        (NOT_YET, {"/TrainingStartTime": "2026-01-02T10:00:00Z"}, None, "training-start-mismatch"),
        (STOPPED, seconds(30), "training-time-mismatch", None),
        (STOPPED, seconds(110), None, "training-time-mismatch"),
        (STOPPED, seconds(120), None, None),
        (STOPPED, {"/TrainingEndTime": "2026-01-02T10:02:00Z"}, "training-end-mismatch", None),
        (LASTING, {}, "open-terminal-entry", None),
    ],
)
def test_a_time_that_no_clock_explains_is_an_error(
    text: str, changes: dict[str, Any], error: str | None, warning: str | None
) -> None:
    """Up to a minute what contradicts recordings is a warning, beyond it an error."""
    report = trainstate.check(written(poll(text, changes)))
    found = {finding.name: str(finding.severity) for finding in report}

    assert found.get(error or "") == (error and "error")
    assert found.get(warning or "") == (warning and "warning")
    assert error or "error" not in found.values()
    assert error or warning or "warning" not in found.values()
