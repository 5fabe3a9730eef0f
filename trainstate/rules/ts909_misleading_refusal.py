"""TS909 misleading-refusal."""

from trainstate.rules.example import IS_GONE, calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="warning",
    sources=["api-errors", "api-create", "clients-not-found", "transcript-stop"],
    message="{operation} refuses with {error}: {said}; clients know this refusal as {known}",
    help="use the code and the text that clients match",
    bad=[
        calls("describe a !ValidationException Could not find training job."),
        calls("create a", "create a !ValidationException taken"),
    ],
    good=[calls(IS_GONE), calls("create a", "create a !ResourceInUse taken")],
)
def misleading_refusal(exchange: Exchange) -> Violations:
    """A request is rightly refused, but clients do not recognise the refusal.

    The service reports a missing job with a ValidationException, like everything else, so
    clients match its text; it reports a taken name with ResourceInUse. Code that recognises
    a deleted job by the text fails if the text differs. AWS documents no texts: the rule is
    a warning.
    """
    fault, refusal = exchange.fault, exchange.refusal
    if fault is None or refusal is None or not exchange.refused:
        return
    if fault.code in refusal.codes and refusal.text in fault.message:
        return
    known = " or ".join(refusal.codes) + (f": {refusal.text}" if refusal.text else "")
    facts = {"operation": exchange.operation, "error": fault.code, "said": fault.message}
    yield Violation(facts={**facts, "known": known})
