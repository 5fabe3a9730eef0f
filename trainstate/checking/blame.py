"""The earlier response to blame when no run shows a new observation with the others."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import chain, islice

from attrs import define, field

from trainstate.checking.observations import Observations
from trainstate.checking.order import Rank, is_after
from trainstate.machine.belief import is_explained
from trainstate.machine.run_states import KnownHistory, Observation
from trainstate.rules.model import Clash
from trainstate.spec.model import Spec

MOST_BLAMED = 256
"""How many earlier observations are tried, nearest first."""

Placed = tuple[Observation, Rank | None, int]
"""An observation, its rank, and the index of its response."""


def blamed(spec: Spec, past: KnownHistory, seen: Observations, new: Placed) -> Clash:
    """The nearest earlier response that alone contradicts an observation, else the newest."""
    others = tuple(islice(_nearest(seen), MOST_BLAMED))
    pairs = _Pairs(spec, past, new)
    chosen = next((other for other in others if not pairs.agree(other)), others[0])
    (observation, rank, _), (other, other_rank, at) = new, chosen
    pair = (observation.primary, observation.secondary)
    other_pair = (other.primary, other.secondary)
    swapped = rank is not None and other_rank is not None and is_after(other_rank, rank)
    before, after = (pair, other_pair) if swapped else (other_pair, pair)
    return Clash(before=before, after=after, at=at)


def _nearest(seen: Observations) -> Iterator[Placed]:
    ordered = ((run.value, run.last, run.index) for run in reversed(seen.runs))
    return chain(ordered, ((value, None, at) for value, at in reversed(seen.floating)))


@define
class _Pairs:
    """Whether a run shows two observations; cached, as equal ones are frequent."""

    spec: Spec
    past: KnownHistory
    new: Placed
    cache: dict[Hashable, bool] = field(factory=dict)

    def agree(self, other: Placed) -> bool:
        key = other[0], other[0].by, self._order(other[1])
        if key not in self.cache:
            both = Observations().adding(*other).adding(*self.new)
            self.cache[key] = is_explained(self.spec, self.past, both.groups(), both.unordered())
        return self.cache[key]

    def _order(self, other: Rank | None) -> Hashable:
        rank = self.new[1]
        if rank is None or other is None:
            return None
        return is_after(other, rank), is_after(rank, other)


__all__ = ["blamed"]
