"""TS312 guard-unverified."""

from trainstate.machine.guards import unproven
from trainstate.rules.example import poll
from trainstate.rules.model import Comparison, Violation, Violations, rule

_BARE = {"/StoppingCondition": None, "/EnableManagedSpotTraining": None}
_AGAIN = "InProgress/Starting: Starting 90, Training 60, Starting"


@rule(
    severity="info",
    sources=["api-retry", "api-stopping-condition"],
    message="`{after}` after {before} is possible only where {says}, and nothing shows that",
    help="record the job's configuration too",
    bad=[poll(_AGAIN, _BARE), poll("InProgress/Pending: Starting 90, Training 60, Pending", _BARE)],
    good=[
        poll("InProgress/Starting: Starting 90, Interrupted 60, Starting", _BARE),
        poll(_AGAIN, {"/RetryStrategy": {"MaximumRetryAttempts": 2}}),
    ],
    needs=["history", "guards"],
    unknown=True,
)
def guard_unverified(comparison: Comparison) -> Violations:
    """A transition needs a configuration that was not recorded.

    The configuration would show whether the history is legal; without it the verdict stays
    open. A spot interruption needs none: the status itself proves the spot job.
    """
    reading, spec = comparison.reading, comparison.spec
    statuses, moves = reading.response.statuses, reading.statuses.moves
    unseen = [(index, move.unseen) for index, move in enumerate(moves) if move.unseen]
    for index, guard in unseen:
        says = spec.guard_by_name[guard].says
        yield Violation(
            pointer=reading.statuses.entry_pointer(index, spec.layout.entry_status),
            facts={
                "before": f"`{statuses[index - 1]}`",
                "after": statuses[index],
                "says": says,
                "guards": (guard,),
            },
        )
    if comparison.unproven and not unseen:
        says = "its configuration allows it"
        after = comparison.response.secondary or comparison.response.primary or ""
        yield Violation(
            pointer=f"/{spec.layout.secondary}",
            facts={
                "before": "the recorded states",
                "after": after,
                "says": says,
                "guards": unproven(reading.config, spec),
            },
        )
