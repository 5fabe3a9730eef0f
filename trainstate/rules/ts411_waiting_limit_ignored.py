"""TS411 waiting-limit-ignored."""

from trainstate.history.instants import SECOND
from trainstate.history.model import Kind
from trainstate.rules import clock
from trainstate.rules.example import STARTING, Poll, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Clock

_LATE = (
    "Completed/Completed: Starting 90, Training 60, Interrupted 9000, Starting 90,"
    " Training 60, Uploading 5, Completed"
)


def _waits(text: str, limit: int, *, modified: float | None = None) -> Poll:
    limits = {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": limit}
    spot = {"/EnableManagedSpotTraining": True, "/StoppingCondition": limits}
    return poll(text, spot, modified=modified)


@rule(
    severity="warning",
    sources=["api-stopping-condition", "guide-spot", "api-stop"],
    message="{spent} seconds since {since}; the limit is {limit}",
    help="the service ends a spot job that has not completed by then; a simulator must too",
    bad=[_waits(_LATE, 7200), _waits(_LATE, 3600), _waits(STARTING, 3600, modified=9000)],
    good=[_waits(_LATE, 9300), _waits(_LATE, 8800), _waits(STARTING, 3600, modified=3000)],
    needs=["time.limits"],
    follows=["TS407", "TS411", "TS412"],
)
def waiting_limit_ignored(times: Clock) -> Violations:
    """A spot job waited and trained far longer than its limit allows.

    The waiting-time limit covers the whole life of the job from its creation: waiting,
    training and all attempts. When it is reached, the algorithm has 120 seconds to leave, so
    the job neither waits nor trains soon after. The upload takes its time: without a history
    to show it, the end may come later by the tolerance for it.
    """
    tolerances = times.tolerances
    spent = _unstopped(times) if times.history else clock.lived(times)
    allowed = tolerances.grace if times.history else tolerances.overrun
    if times.kind is Kind.LOG or spent is None:
        return
    for pointer, limit in clock.limits(times, times.spec.layout.created):
        if spent - allowed > limit:
            since = clock.since(times.spec.layout.created, times.created)
            worded = clock.spent_text(times, spent, limit)
            facts = {"spent": worded, "since": since, "limit": limit}
            yield Violation(pointer=pointer, facts=facts)


def _unstopped(times: Clock) -> float | None:
    """Seconds from the creation to the last moment when the job waited or trained."""
    spec = times.spec
    created, until = times.created, times.modified if times.active else None
    running = {*spec.time.clock_starts, *spec.attempts.begins, *spec.attempts.interruptions}
    for entry in reversed(times.history):
        left = until if entry.end is None else entry.end
        if entry.status in running:
            return None if created is None or left is None else (left - created) / SECOND
        until = entry.start
    return None
