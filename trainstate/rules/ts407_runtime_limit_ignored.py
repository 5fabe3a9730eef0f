"""TS407 runtime-limit-ignored."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.history.model import Kind
from trainstate.rules import clock
from trainstate.rules.example import poll
from trainstate.rules.model import Place, Reading, rule

_LONG = "Completed/Completed: Starting 90, Training 9000, Uploading 5, Completed"
_STOPPED = "Stopped/Stopped: Starting 90, Training 9000, Stopping 5, Stopped"


@rule(
    code="TS407",
    name="runtime-limit-ignored",
    severity="warning",
    scope="response",
    sources=["api-stopping-condition", "api-stop"],
    message="{spent} seconds of training, where the limit is {limit}",
    help="the service ends a job at its limit; a simulator must do so as well",
    bad=[
        poll(_LONG, {"/StoppingCondition/MaxRuntimeInSeconds": 3600}),
        poll(_STOPPED, {"/StoppingCondition/MaxRuntimeInSeconds": 60}),
        poll(_LONG, {"/StoppingCondition/MaxRuntimeInSeconds": 8000}),
    ],
    good=[_LONG, poll(_LONG, {"/StoppingCondition/MaxRuntimeInSeconds": 8999})],
    since="0.1.0",
)
def runtime_limit_ignored(reading: Reading) -> Iterator[Place]:
    """A job trained far longer than its limit allows.

    The service ends a job at the limit of its run time: the algorithm has 120 seconds
    to leave. The upload takes what it takes, so that the whole time may be longer than
    that of the training by as much as the tolerance. Time in interruptions does not
    count, and of a job that began anew the time of the attempts is not known: nothing
    is said of it.
    """
    known = reading.response.kind is not Kind.LOG and bool(clock.clocked(reading))
    if not known or clock.is_repeated(reading):
        return
    spent = clock.trained(reading)
    alone = clock.seconds_in(reading, reading.spec.time.clock_starts)
    least = alone - reading.tolerances.grace
    # Broken seconds only lessen it: they are not looked for where it is too little anyway.
    if spent is not None and spent - reading.tolerances.overrun > least:
        least = max(least, spent - clock.broken_seconds(reading) - reading.tolerances.overrun)
    for status, start in reading.spec.time.spans.items():
        limit = clock.limit(reading, status)
        if start == reading.spec.layout.started and limit is not None and least > limit:
            yield Place(
                pointer=reading.spec.time.limits[status],
                facts={"spent": round(alone if spent is None else spent), "limit": limit},
            )
