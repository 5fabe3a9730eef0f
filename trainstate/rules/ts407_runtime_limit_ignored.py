"""TS407 runtime-limit-ignored."""

from trainstate.history.model import Kind
from trainstate.rules import clock
from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Clock

_LONG = "Completed/Completed: Starting 90, Training 9000, Uploading 5, Completed"
_STOPPED = "Stopped/Stopped: Starting 90, Training 9000, Stopping 5, Stopped"

_AGAIN = (
    "Completed/Completed: Starting 90, Training 4000, Starting 9000, Training 4000,"
    " Uploading 5, Completed"
)
_RETRIED = {"/RetryStrategy": {"MaximumRetryAttempts": 2}}


@rule(
    severity="warning",
    sources=["api-stopping-condition", "api-retry", "api-stop"],
    message="{spent} seconds of training since {since}; the limit is {limit}",
    help="the service ends a job at its limit; a simulator must do so too",
    bad=[
        poll(_LONG, {"/StoppingCondition/MaxRuntimeInSeconds": 3600}),
        poll(_STOPPED, {"/StoppingCondition/MaxRuntimeInSeconds": 60}),
        poll(_LONG, {"/StoppingCondition/MaxRuntimeInSeconds": 8000}),
        poll(_AGAIN, _RETRIED | {"/StoppingCondition/MaxRuntimeInSeconds": 7000}),
        poll(ACTIVE, {"/StoppingCondition/MaxRuntimeInSeconds": 3600}, modified=9000),
    ],
    good=[
        _LONG,
        poll(_LONG, {"/StoppingCondition/MaxRuntimeInSeconds": 8999}),
        poll(_AGAIN, _RETRIED | {"/StoppingCondition/MaxRuntimeInSeconds": 8000}),
    ],
    needs=["time.limits"],
    follows=["TS407"],
)
def runtime_limit_ignored(times: Clock) -> Violations:
    """A job trained far longer than its limit allows.

    The service ends a job at its run-time limit, which covers all attempts; the algorithm has
    120 seconds to leave. So all statuses of training together may take no longer, however
    often they were entered. Nor may the reported seconds, apart from breaks and the upload,
    which takes its time. No recording shows what the reported seconds of a restarted job
    cover: there only the statuses count.
    """
    entries, starts = clock.clocked(times), times.spec.time.clock_starts
    if times.kind is Kind.LOG or not entries:
        return
    spent = sum(clock.seconds_in(times, starts))
    reported = None if clock.is_repeated(times) else clock.trained(times)
    if reported is not None:
        spent = max(spent, reported - clock.seconds_beside(times, starts))
    for pointer, limit in clock.limits(times, times.spec.layout.started):
        if spent - times.tolerances.grace > limit:
            since = clock.since("its start", entries[0].start)
            worded = clock.spent_text(times, spent, limit)
            facts = {"spent": worded, "since": since, "limit": limit}
            yield Violation(pointer=pointer, facts=facts)
