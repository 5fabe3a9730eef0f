"""TS907 invalid-request-accepted."""

from trainstate.rules.example import calls
from trainstate.rules.exchange import Exchange, Why
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-create", "api-stopping-condition", "api-errors"],
    message="{operation} accepts a request that the API does not allow",
    help="validate the parameters against the API's model: patterns, bounds and values",
    bad=[calls("create a (bad-name)"), calls("create a (short-wait)")],
    good=[
        calls("create a (bad-name) !ValidationException Member must satisfy a pattern"),
        calls("create a"),
    ],
)
def invalid_request_accepted(exchange: Exchange) -> Violations:
    """A request that the API's model or documentation excludes is accepted.

    Client libraries check few constraints, the service checks all of them; a name that only
    the simulator accepts is refused when it matters.
    """
    if exchange.accepted and exchange.why is Why.INVALID:
        yield Violation(facts={"operation": exchange.operation})
