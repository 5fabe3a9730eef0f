"""TS408 training-start-mismatch."""

from trainstate.history.instants import Instant, iso, same_instant
from trainstate.history.model import Kind
from trainstate.rules.clock import is_repeated
from trainstate.rules.example import DONE, STARTING, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Times
from trainstate.rules.wording import time_text


@rule(
    severity="warning",
    sources=["api-describe-times", "recordings-responses"],
    message="the training start is {started}, but the history shows {expected}",
    help="use the start of the entry in which the instances begin to work",
    bad=[
        poll(DONE, {"/TrainingStartTime": "2026-01-02T10:00:30Z", "/TrainingTimeInSeconds": 125}),
        poll(
            "Completed/Completed: Starting 90, Completed",
            {"/TrainingStartTime": "2026-01-02T10:01:00Z"},
        ),
        poll(STARTING, {"/TrainingStartTime": "2026-01-02T10:00:01Z"}),
        poll(DONE, {"/TrainingStartTime": None}),
    ],
    good=[DONE, STARTING],
    needs=["started", "history"],
    follows=["TS003", "TS102", "TS301", "TS401", "TS402", "TS403", "TS404"],
)
def training_start_mismatch(times: Times) -> Violations:
    """Training does not start with an entry in which a job trains.

    In 21 of 21 recordings it starts exactly with the first Downloading entry; more than a
    minute off is an error. A job with retries may show the start of another attempt. A job
    whose history shows no training has not started any. One that trained and completed has
    the time; for a job that trained and ended otherwise its absence is suspicious, for an active
    job it is an info.
    """
    spec = times.spec
    if not times.history or times.kind is Kind.LOG:
        return
    started = times.instants.get(spec.layout.started)
    begun = [entry.start for entry in times.history if entry.status in spec.time.clock_starts]
    expected = _expected(times, started, begun)
    if expected is not None:
        yield Violation(
            pointer=f"/{spec.layout.started}",
            facts={"started": time_text(started), "expected": expected},
            severity=_severity(times, started, begun),
        )


def _severity(times: Times, started: int | None, begun: list[Instant | None]) -> Severity | None:
    if started is None:
        return _without(times)
    doubt = times.tolerances.microseconds("doubt")
    far = begun and all(start is None or abs(started - start) > doubt for start in begun)
    return Severity.ERROR if far and not is_repeated(times) else None


def _without(times: Times) -> Severity | None:
    """Severity of a missing start if the job has trained."""
    spec, primary = times.spec, times.primary
    completed = spec.member_by_name[spec.layout.ended].present_at
    if primary in completed:
        return Severity.ERROR
    return Severity.WARNING if times.ended else Severity.INFO


def _expected(times: Times, started: int | None, begun: list[Instant | None]) -> str | None:
    """What the history says about the start; None if both agree or the history is silent."""
    known = [start for start in begun if start is not None]
    if times.tail or _began_before(times, started):
        return None
    if started is None:
        whole = times.described and bool(known) and times.whole
        return _first(known) if whole else None
    if any(same_instant(started, start) for start in known) or len(known) < len(begun):
        return None
    retried = any(times.config.of(guard.name).budget for guard in times.spec.guards)
    return _first(known) if begun or not (times.trimmed or retried) else None


def _began_before(times: Times, started: int | None) -> bool:
    """Whether training began before what is left of an excerpt's history."""
    entries = times.history
    first = entries[0].start if entries and not times.whole else None
    return started is not None and first is not None and started < first


def _first(known: list[Instant]) -> str:
    return f"its first entry at {iso(known[0])}" if known else "no entry of training"
