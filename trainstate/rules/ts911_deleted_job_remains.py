"""TS911 deleted-job-remains."""

from trainstate.rules.example import IS_DONE, IS_GONE, calls
from trainstate.rules.exchange import ENDED, Exchange
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-delete"],
    message="the service accepted the deletion, but {polls} polls later the job is {pair}",
    help="remove a deleted job: describe refuses it, and its name is free",
    bad=[calls("create a", IS_DONE, "delete a", IS_DONE, "ended a")],
    good=[
        calls("create a", IS_DONE, "delete a", IS_GONE, "ended a"),
        calls("create a", IS_DONE, "ended a"),
    ],
)
def deleted_job_remains(exchange: Exchange) -> Violations:
    """A job still exists long after its deletion was accepted.

    A deletion removes all metadata and frees the name. A simulator that only says yes cannot
    test what happens then.
    """
    standing = exchange.standing
    if exchange.part != ENDED or standing is None or standing.seen is None:
        return
    if standing.deleted:
        yield Violation(facts={"polls": exchange.polls, "pair": standing.pair(exchange.spec)})
