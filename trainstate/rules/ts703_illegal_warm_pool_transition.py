"""TS703 illegal-warm-pool-transition."""

from trainstate.rules.attached import changes, is_illegal, is_unknown
from trainstate.rules.example import DONE, Poll, poll
from trainstate.rules.model import Comparison, Severity, Violation, Violations, rule


def _pool(status: str, modified: float) -> Poll:
    return poll(DONE, {"/WarmPoolStatus": {"Status": status}}, modified=modified)


@rule(
    severity="error",
    sources=["guide-warm-pool"],
    message="the pool was {before} and is `{after}`",
    help="a reused pool belongs to the next job, and a terminated one is gone",
    bad=[
        [_pool("Terminated", 200), _pool("Available", 300)],
        [_pool("InUse", 200), _pool("Idle", 300)],
    ],
    good=[
        [_pool("InUse", 200), _pool("Available", 300), _pool("Terminated", 400)],
        [_pool("InUse", 200), _pool("Reused", 300)],
    ],
    needs=["machines"],
    follows=["TS705"],
)
def illegal_warm_pool_transition(comparison: Comparison) -> Violations:
    """A warm pool has an unknown status, or one that cannot follow the previous one.

    A pool is in use, then available, then reused by a matching job or terminated; polls may
    miss statuses in between. A status that the API does not list is only suspicious.
    """
    for machine, change in changes(comparison, items=False, named=True):
        unknown = is_unknown(machine, change)
        if unknown or is_illegal(machine, change):
            yield Violation(
                pointer=change.pointer,
                facts={
                    "before": f"`{change.before}`" if change.before else "not seen",
                    "after": change.after,
                },
                severity=Severity.WARNING if unknown else None,
            )
