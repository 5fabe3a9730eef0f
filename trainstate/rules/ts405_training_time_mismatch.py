"""TS405 training-time-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.history.model import Kind
from trainstate.rules.clock import broken_seconds, clocked, elapsed, is_cut, is_plain, is_repeated
from trainstate.rules.example import Poll, poll
from trainstate.rules.model import Place, Reading, Severity, rule

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
_FAILED = "Failed/Failed: Starting 90, Failed"
_STOPPED = "Stopped/Stopped: Starting 90, Training 60, Stopping 5, Stopped"


def _reporting(text: str, seconds: int) -> Poll:
    return poll(text, {"/TrainingTimeInSeconds": seconds, "/BillableTimeInSeconds": seconds})


@rule(
    code="TS405",
    name="training-time-mismatch",
    severity="error",
    scope="response",
    reads=[
        *("TrainingStartTime", "TrainingEndTime", "TrainingTimeInSeconds"),
        *("BillableTimeInSeconds", "SecondaryStatusTransitions"),
    ],
    sources=["api-describe-times", "recordings-responses"],
    message="{reported} seconds are reported, and training took {elapsed} from start to end",
    help="the time is TrainingEndTime - TrainingStartTime, within a second, on all instances alike",
    bad=[*(_reporting(_DONE, seconds) for seconds in (67, 63, 155)), _reporting(_FAILED, 40)],
    good=[_DONE, _reporting(_FAILED, 0), *(_reporting(_STOPPED, seconds) for seconds in (66, 60))],
    since="0.1.0",
)
def training_time_mismatch(reading: Reading) -> Iterator[Place]:
    """The reported training time is not the time between start and end of the training.

    Recordings agree within a second, without being floor, ceiling or rounding. A job
    that was stopped or interrupted reports less: 9527 seconds where 9532 passed, the
    five of its Stopping entry; one that reports less than that by some seconds is only
    suspicious. More than what passed is never reported, but of a job with retries the
    start that is shown may be another attempt's. A job that has not begun to train has no
    seconds to report, and none to pay for.
    """
    yield from _untrained(reading)
    reported = reading.response.seconds(reading.spec.layout.training_seconds)
    passed = elapsed(reading)
    if reading.response.kind is Kind.LOG or reading.tail or reported is None or passed is None:
        return
    tolerance, excess = reading.tolerances.training, reported - passed
    if abs(excess) <= tolerance or (is_cut(reading) and abs(excess) < tolerance + 1):
        return
    lacking = 0.0 if is_plain(reading) else _unexplained(reading, excess)
    if excess < 0 and lacking is None:
        return
    unsure = is_repeated(reading) or (lacking and lacking <= reading.tolerances.doubt)
    yield Place(
        pointer=f"/{reading.spec.layout.training_seconds}",
        facts={"reported": reported, "elapsed": round(passed, 3)},
        severity=Severity.WARNING if unsure else None,
    )


def _untrained(reading: Reading) -> Iterator[Place]:
    """The seconds that a job reports whose history shows that it has never trained."""
    response, layout = reading.response, reading.spec.layout
    shown = bool(response.history) and not reading.trimmed and response.kind is not Kind.LOG
    if not shown or clocked(reading) or layout.started in response.instants:
        return
    for member in (layout.training_seconds, layout.billable_seconds):
        reported = response.seconds(member)
        if reported is not None and reported > reading.tolerances.training:
            yield Place(pointer=f"/{member}", facts={"reported": reported, "elapsed": 0})


def _unexplained(reading: Reading, excess: float) -> float | None:
    """The seconds that are missing beside those of what breaks the training; None if none are."""
    if is_repeated(reading) or not clocked(reading):
        return None
    lacking = -excess - broken_seconds(reading)
    return lacking if lacking > reading.tolerances.training else None
