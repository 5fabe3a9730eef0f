"""TS912 never-ends."""

from trainstate.rules.example import IS_ACTIVE, IS_DONE, calls
from trainstate.rules.exchange import ENDED, Exchange
from trainstate.rules.model import Severity, Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-stopping-condition", "waiter"],
    message="after {age} s and {polls} polls the job is still {pair}{beyond}",
    help="let every job end: by itself, by its limits, or when it is stopped",
    bad=[calls("create a", IS_ACTIVE, "advance 9000000", "ended a limit 86400")],
    good=[calls("create a", IS_DONE, "ended a limit 86400"), calls("create a", IS_ACTIVE)],
)
def never_ends(exchange: Exchange) -> Violations:
    """A job has not ended although it had more time than its limits allow.

    StoppingCondition limits every job: its run time, its waiting time, its time in the queue.
    Code that waits for such a job hangs. If nobody controls the clock of the service, the
    job may need more time: that is a warning.
    """
    standing = exchange.standing
    if exchange.part != ENDED or standing is None or standing.seen is None:
        return
    if standing.deleted or standing.seen.primary in exchange.spec.ended_primaries:
        return
    limit = exchange.limit
    proven = limit is not None and standing.age > limit
    yield Violation(
        severity=None if proven else Severity.WARNING,
        facts={
            "age": round(standing.age),
            "polls": exchange.polls,
            "pair": standing.pair(exchange.spec),
            "beyond": f", but its limits end it after {limit:g} s" if proven else "",
        },
    )
