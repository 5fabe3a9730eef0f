"""TS923 list-disagrees."""

from trainstate.rules.example import IS_ACTIVE, IS_DONE, calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-list-jobs", "api-list"],
    message="the list shows {listed!r} as {member} of a job, describe shows {described!r}",
    help="make summaries and responses from the same records",
    bad=[
        calls("create a", IS_DONE, "list = a InProgress"),
        calls("create a", IS_ACTIVE, "list = a Completed"),
    ],
    good=[
        calls("create a", IS_DONE, "list = a Completed"),
        calls("create a", IS_ACTIVE, "advance 60", "list = a Completed"),
    ],
)
def list_disagrees(exchange: Exchange) -> Violations:
    """A list and a description of one job contradict each other.

    Nothing happened between the two calls, or the job had ended before: both must show the
    same status and the same ARN.
    """
    listing, spec = exchange.listing, exchange.spec
    for row in listing.rows if listing is not None else ():
        standing = listing.known.get(row.name or "") if listing is not None else None
        seen = None if standing is None else standing.seen
        if standing is None or seen is None or standing.deleted:
            continue
        if not (standing.is_over(spec) or standing.is_active(spec)):
            continue
        shown = ((spec.layout.arn, row.arn), (spec.layout.primary, row.primary))
        for member, listed in shown:
            described = seen.members.get(member)
            if listed is not None and listed != described:
                facts = {"member": member, "listed": listed, "described": described}
                yield Violation(pointer=f"/{member}", facts=facts)
