"""TS926 listed-twice."""

from trainstate.rules.example import calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-list-jobs"],
    message="the pages of one list show a job twice",
    help="let a NextToken mark a place in the order, not a number of jobs",
    bad=[calls("create a", "list = a InProgress; a InProgress")],
    good=[calls("create a", "create b", "list = a InProgress; b InProgress")],
)
def listed_twice(exchange: Exchange) -> Violations:
    """A job is on two pages of a list, or twice on one page.

    No job was created between the pages. Code that counts an account's jobs counts too many.
    """
    names = [row.name for row in exchange.listing.rows if row.name] if exchange.listing else []
    if len(set(names)) < len(names):
        yield Violation()
