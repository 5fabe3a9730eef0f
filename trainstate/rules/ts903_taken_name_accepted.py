"""TS903 taken-name-accepted."""

from trainstate.rules.example import IS_DONE, IS_GONE, calls
from trainstate.rules.exchange import Exchange, Why
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-create", "api-errors"],
    message="{operation} accepts the name of an existing job",
    help="refuse the request with the error ResourceInUse, and leave the job as it is",
    bad=[calls("create a", "create a"), calls("create a", IS_DONE, "create a")],
    good=[
        calls("create a", "create a !ResourceInUse taken"),
        calls("create a", IS_DONE, "delete a", IS_GONE, "create a"),
    ],
)
def taken_name_accepted(exchange: Exchange) -> Violations:
    """A second job is created under a taken name.

    Names are unique within a region of an account, and the name of an ended job stays taken
    until the job is deleted. A simulator that replaces the job loses its history, and code
    that creates jobs twice by mistake passes its tests.
    """
    if exchange.accepted and exchange.why is Why.TAKEN:
        yield Violation(facts={"operation": exchange.operation})
