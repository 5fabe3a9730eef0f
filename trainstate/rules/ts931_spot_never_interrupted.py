"""TS931 spot-never-interrupted."""

from __future__ import annotations

from trainstate.rules.example import calls
from trainstate.rules.exchange import WHOLE, Exchange
from trainstate.rules.model import Place, Places, rule

_ENOUGH = 10
"""With so many jobs an interruption is due: the rarest chance of a simulator that has any."""


@rule(
    severity="warning",
    sources=["guide-spot"],
    message="of {spots} jobs with managed spot training that ended, none showed {statuses}",
    help="offer a way to have spot capacity taken away: by chance, or by a scenario",
    bad=[
        calls("create a (spot)", "ended a", "whole 20"),
    ],
    good=[
        calls("create a (spot)", "ended a", "whole 2"),
        calls("create a", "whole 20 Interrupted"),
    ],
)
def spot_never_interrupted(exchange: Exchange) -> Places:
    """Jobs with managed spot training never show what only such jobs can show.

    A simulator may choose never to interrupt a job: each of its histories is legal. But
    then code for interruptions, which AWS documents as the price of spot capacity, is
    never tried.
    """
    spec = exchange.spec
    guard = spec.time.savings_guard
    own = {row.name for row in spec.secondaries if guard is not None and row.guard == guard}
    if exchange.part == WHOLE and exchange.spots >= _ENOUGH and own and not own & exchange.shown:
        yield Place(facts={"spots": exchange.spots, "statuses": " or ".join(sorted(own))})
