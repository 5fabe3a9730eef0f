"""TS907 invalid-request-accepted."""

from __future__ import annotations

from trainstate.rules.example import calls
from trainstate.rules.exchange import Exchange, Why
from trainstate.rules.model import Place, Places, rule


@rule(
    severity="error",
    sources=["api-create", "api-stopping-condition", "api-errors"],
    message="{operation} accepts a request that the API does not allow",
    help="hold the parameters against the API's model: patterns, bounds and values",
    bad=[
        calls("create a (bad-name)"),
        calls("create a (short-wait)"),
    ],
    good=[
        calls("create a (bad-name) !ValidationException Member must satisfy a pattern"),
        calls("create a"),
    ],
)
def invalid_request_accepted(exchange: Exchange) -> Places:
    """A request is accepted that the API's own model, or its documentation, excludes.

    Client libraries check few constraints, the service all of them; a name that only the
    simulator takes is refused when it matters.
    """
    if exchange.accepted and exchange.why is Why.INVALID:
        yield Place(facts={"operation": exchange.operation})
