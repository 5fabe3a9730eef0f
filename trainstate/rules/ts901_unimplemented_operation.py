"""TS901 unimplemented-operation."""

from trainstate.rules.example import calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-errors"],
    message="{operation} is not implemented: {error}",
    help="implement the operation, or do not claim to simulate it",
    bad=[
        calls("create a", "stop a !NotImplementedError not implemented"),
        calls("create a", "delete a !AttributeError no such method"),
    ],
    good=[
        calls("create a", "stop a"),
        calls("stop a !ValidationException Requested resource not found."),
    ],
)
def unimplemented_operation(exchange: Exchange) -> Violations:
    """An operation of the service is missing.

    A client of the real service gets an answer or an error that it can catch. This is
    neither, or says that there is no such operation: code that stops or deletes jobs cannot
    be tested at all.
    """
    if exchange.fault is not None and exchange.fault.lacking:
        facts = {"operation": exchange.operation, "error": exchange.fault.shown}
        yield Violation(facts=facts)
