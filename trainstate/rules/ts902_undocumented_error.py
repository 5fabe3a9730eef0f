"""TS902 undocumented-error."""

from trainstate.rules.example import calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-errors"],
    message="{operation} fails with {error}, which the service never returns: {said}",
    help="raise an error of the service, with a code that the operation documents",
    bad=[
        calls("create a", "describe a !KeyError 'a'"),
        calls("create a", "list !InternalFailure oops"),
    ],
    good=[
        calls("create a", "create a !ResourceInUse taken"),
        calls("describe b !ValidationException Requested resource not found."),
    ],
)
def undocumented_error(exchange: Exchange) -> Violations:
    """A call fails in a way that no call to the service does.

    Either the exception is not a service error, so code that catches those misses it; or its
    code is neither declared by the operation nor common to all; or the service under test
    broke inside.
    """
    fault = exchange.fault
    if fault is None or fault.lacking or exchange.refused:
        return
    facts = {"operation": exchange.operation, "error": fault.shown, "said": fault.message}
    yield Violation(facts=facts)
