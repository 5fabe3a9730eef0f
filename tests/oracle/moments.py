"""What a response shows, and in which order those of a job were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

Order = Literal["arrival", "free"]
Entry = tuple[str, int, int | None]  # status, start, end or open
History = tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Obs:
    """One response: what it shows of the record, None for what it does not show."""

    p: str | None = None
    q: str | None = None
    history: History | None = None
    modified: int | None = None


def earlier(observations: Sequence[Obs], order: Order) -> list[frozenset[int]]:
    """For each observation, those whose moment cannot be after its own."""
    numbers = range(len(observations))
    holds = _ordered_freely if order == "free" else _ordered_by_arrival
    return [frozenset(i for i in numbers if holds(observations, i, j)) for j in numbers]


def _ordered_freely(observations: Sequence[Obs], i: int, j: int) -> bool:
    first, second = observations[i].modified, observations[j].modified
    return first is not None and second is not None and first < second


def _ordered_by_arrival(observations: Sequence[Obs], i: int, j: int) -> bool:
    first, second = _key(observations, i), _key(observations, j)
    if first != second:
        return first < second
    # Of two histories with one LastModifiedTime, the one that arrives late may be a stale read.
    one, other = observations[i], observations[j]
    both = one.history is not None and other.history is not None
    dated = one.modified is not None and other.modified is not None
    return _first(observations, i) < _first(observations, j) and not (both and dated)


def _first(observations: Sequence[Obs], i: int) -> int:
    """Where a response arrived first: one that is dated may have been given twice."""
    return i if observations[i].modified is None else observations.index(observations[i])


def _key(observations: Sequence[Obs], i: int) -> float:
    """LastModifiedTime; if absent, the largest one that arrived before."""
    own = observations[i].modified
    if own is not None:
        return own
    return max(
        (seen.modified for seen in observations[:i] if seen.modified is not None), default=-inf
    )
