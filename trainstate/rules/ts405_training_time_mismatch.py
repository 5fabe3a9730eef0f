"""TS405 training-time-mismatch."""

from trainstate.history.model import Kind
from trainstate.rules import clock
from trainstate.rules.example import DONE, STOPPED, Poll, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Clock

_FAILED = "Failed/Failed: Starting 90, Failed"


def _reporting(text: str, seconds: int) -> Poll:
    return poll(text, {"/TrainingTimeInSeconds": seconds, "/BillableTimeInSeconds": seconds})


@rule(
    severity="error",
    sources=["api-describe-times", "recordings-responses"],
    message="{reported} seconds are reported, but {elapsed} passed {span}",
    help="report TrainingEndTime - TrainingStartTime, within a second, whatever the instance count",
    bad=[*(_reporting(DONE, seconds) for seconds in (67, 63, 155)), _reporting(_FAILED, 40)],
    good=[DONE, _reporting(_FAILED, 0), *(_reporting(STOPPED, seconds) for seconds in (66, 60))],
    needs=["training_seconds"],
    follows=["TS401", "TS402", "TS403", "TS404", "TS407", "TS408", "TS409", "TS508"],
)
def training_time_mismatch(times: Clock) -> Violations:
    """The reported training time is not the time between the start and end of training.

    Recordings agree within a second, without being floor, ceiling or rounding. A job that was
    stopped or interrupted reports less: 9527 seconds where 9532 passed, the five being its
    Stopping entry. Some seconds less than that are only suspicious. Waiting to start again
    is not training either. No job reports more than passed, but the start of a retried job
    may belong to another attempt: it cannot have trained for longer than its whole life. A
    job that has not begun to train reports no seconds and is billed for none.
    """
    yield from _untrained(times)
    layout = times.spec.layout
    reported, passed = times.reported(layout.training_seconds), clock.elapsed(times)
    if times.kind is Kind.LOG or times.tail or reported is None:
        return
    life = clock.life(times)
    if life is not None and _exceeds(times, reported - life, layout.created):
        yield _violation(times, reported, life, layout.created)
    elif passed is None:
        return
    elif _exceeds(times, reported - passed, layout.started):
        unsure = clock.is_repeated(times)
        yield _violation(times, reported, passed, layout.started, unsure=unsure)
    elif lacking := _lacking(times, passed - reported):
        unsure = not clock.is_plain(times) and lacking <= times.tolerances.doubt
        yield _violation(times, reported, passed, layout.started, unsure=unsure)


def _violation(
    times: Clock, reported: float, passed: float, start: str, *, unsure: bool = False
) -> Violation:
    layout = times.spec.layout
    span = f"from {start} to {layout.ended}"
    return Violation(
        pointer=f"/{layout.training_seconds}",
        facts={"reported": reported, "elapsed": round(passed, 3), "span": span},
        severity=Severity.WARNING if unsure else None,
    )


def _untrained(times: Clock) -> Violations:
    """Reported seconds of a job whose history shows that it never trained."""
    layout = times.spec.layout
    shown = bool(times.history) and not times.trimmed and times.kind is not Kind.LOG
    if not shown or clock.clocked(times) or layout.started in times.instants:
        return
    for member in (layout.training_seconds, layout.billable_seconds):
        reported = times.reported(member)
        if reported is not None and reported > times.tolerances.training:
            facts = {"reported": reported, "elapsed": 0, "span": "in statuses of training"}
            yield Violation(pointer=f"/{member}", facts=facts)


def _exceeds(times: Clock, excess: float, start: str) -> bool:
    """Whether more is reported than passed from a start to the end, however it was cut."""
    slack = clock.slack(times, start, times.spec.layout.ended)
    return _is_beyond(excess, times.tolerances.training, slack)


def _lacking(times: Clock, missing: float) -> float | None:
    """Seconds missing besides those of the breaks in training; None if none are."""
    layout, allowed = times.spec.layout, times.tolerances.training
    slack = clock.slack(times, layout.started, layout.ended)
    plain = clock.is_plain(times)
    if not plain:
        if clock.is_repeated(times) or not clock.clocked(times):
            return None
        missing -= clock.broken_seconds(times)
        slack += clock.broken_slack(times)
    return missing if _is_beyond(missing, allowed, slack) else None


def _is_beyond(excess: float, allowed: float, slack: float) -> bool:
    """Whether a difference exceeds what is allowed and what cut times can hide."""
    return excess > allowed and excess >= allowed + slack
