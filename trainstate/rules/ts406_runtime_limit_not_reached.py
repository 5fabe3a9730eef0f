"""TS406 runtime-limit-not-reached."""

from trainstate.history.model import Kind
from trainstate.rules import clock
from trainstate.rules.example import DONE, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Clock

_OVER = "Stopped/MaxRuntimeExceeded: Starting 90, Training 3600, Stopping 5, MaxRuntimeExceeded"


@rule(
    severity="warning",
    sources=["api-stopping-condition", "api-describe"],
    message="`{status}` {spent} seconds after {since}; the limit is {limit}",
    help="compare the StoppingCondition with the time that passed before the job ended",
    bad=[
        poll(_OVER, {"/StoppingCondition/MaxRuntimeInSeconds": 7200}),
        poll(_OVER, {"/StoppingCondition/MaxRuntimeInSeconds": 3680}),
    ],
    good=[poll(_OVER, {"/StoppingCondition/MaxRuntimeInSeconds": 3600}), DONE],
    needs=["time.limits"],
    follows=["TS511"],
)
def runtime_limit_not_reached(times: Clock) -> Violations:
    """A job was ended for a time limit that it had not reached.

    The run time counts from the start of training, the waiting time from the creation. If
    even the whole life of the job is shorter than the run-time limit, no run explains it;
    otherwise rounding leaves room for doubt. No recording shows which attempt the start and
    the seconds of a restarted job belong to, so only its whole life is checked.
    """
    spec = times.spec
    status = times.secondary or (times.statuses[-1] if times.statuses else "")
    limit, start = clock.limit(times, status), spec.time.spans.get(status)
    if times.kind is Kind.LOG or limit is None or start is None:
        return
    least, running = limit - times.tolerances.limit, start == spec.layout.started
    whole, counted = clock.lived(times), clock.counted(times) if running else None
    if whole is not None and whole < least:
        since, spent, sure = spec.layout.created, whole, running
    elif counted is not None and counted < least and not clock.is_repeated(times):
        since, spent, sure = spec.layout.started, counted, False
    else:
        return
    moment = clock.since(since, times.instants.get(since))
    yield Violation(
        pointer=f"/{spec.layout.secondary}",
        facts={"status": status, "spent": round(spent), "since": moment, "limit": limit},
        severity=Severity.ERROR if sure else None,
    )
