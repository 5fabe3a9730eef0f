"""TS705 warm-pool-while-active."""

from collections.abc import Mapping

from trainstate.rules.example import ACTIVE, DONE, Poll, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Attached


def _pool(text: str, status: str) -> Poll:
    return poll(text, {"/WarmPoolStatus": {"Status": status}})


@rule(
    severity="error",
    sources=["guide-warm-pool", "api-warm-pool"],
    message="the pool is `{pool}`, but the job is `{primary}`",
    help="the pool is in use until the job ends; then it can be kept, and reused by another job",
    bad=[_pool(ACTIVE, "Available"), _pool(ACTIVE, "Reused")],
    good=[
        *(_pool(ACTIVE, status) for status in ("InUse", "Terminated")),
        *(_pool(DONE, status) for status in ("InUse", "Available", "Reused", "Terminated")),
    ],
    needs=["machines"],
)
def warm_pool_while_active(attached: Attached) -> Violations:
    """A warm pool is available to other jobs before its own job has ended.

    The instances are kept when the job completes: until then the job uses them, and no other
    job can have them. No documentation says whether the pool of an active job can be
    terminated.
    """
    if not attached.active:
        return
    for machine in attached.spec.machines:
        value = attached.values.get(machine.member)
        shown = value.get(machine.status) if isinstance(value, Mapping) else value
        if machine.after_end and shown in machine.after_end:
            pointer = f"/{machine.member}/{machine.status}" if machine.status else machine.member
            yield Violation(pointer=pointer, facts={"pool": shown, "primary": attached.primary})
