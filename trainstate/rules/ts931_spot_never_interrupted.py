"""TS931 spot-never-interrupted."""

from trainstate.rules.example import calls
from trainstate.rules.exchange import WHOLE, Exchange
from trainstate.rules.model import Violation, Violations, rule

_ENOUGH = 10
"""After so many jobs even a rare interruption is due."""


@rule(
    severity="warning",
    sources=["guide-spot"],
    message="of {spots} ended jobs with managed spot training, none showed {statuses}",
    help="offer a way to take spot capacity away: at random, or by a scenario",
    bad=[calls("create a (spot)", "ended a", "whole 20")],
    good=[
        calls("create a (spot)", "ended a", "whole 2"),
        calls("create a", "whole 20 Interrupted"),
    ],
)
def spot_never_interrupted(exchange: Exchange) -> Violations:
    """Managed spot jobs never show an interruption.

    A simulator may choose never to interrupt a job: each of its histories is legal. But then
    code for interruptions, which AWS documents as the price of spot capacity, is never
    tested.
    """
    spec = exchange.spec
    guard = spec.time.savings_guard
    own = {row.name for row in spec.secondaries if guard is not None and row.guard == guard}
    if exchange.part == WHOLE and exchange.spots >= _ENOUGH and own and not own & exchange.shown:
        yield Violation(facts={"spots": exchange.spots, "statuses": " or ".join(sorted(own))})
