"""TS927 contradicting-answers."""

from trainstate.rules.example import calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-errors"],
    message="{operation} contradicts an earlier answer: {contradiction}",
    help="let all operations answer from the same records",
    bad=[calls("create a", "ask a = the tags are {}, not {'team': 'a'}")],
    good=[calls("create a", "ask a =")],
)
def contradicting_answers(exchange: Exchange) -> Violations:
    """An operation contradicts what others acknowledged or showed.

    Added tags are missing, a log has lost lines, the counters of a tuning job do not match
    its children, or a child is gone.
    """
    if exchange.contradiction:
        facts = {"operation": exchange.operation, "contradiction": exchange.contradiction}
        yield Violation(facts=facts)
