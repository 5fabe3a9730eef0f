"""Timelines: values of a job in the order of its responses, and what may follow what.

Equal neighbours are one run, so memory grows with changes and not with responses.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import define, field, frozen

from trainstate.checking.order import Rank, is_after, is_not_before
from trainstate.history.instants import SECOND

T = TypeVar("T")


@frozen
class Seen(Generic[T]):
    """A value, the first and last rank at which it was seen, and the index of its response."""

    value: T
    first: Rank
    last: Rank
    index: int


@define
class Timeline(Generic[T]):
    """Values by rank, kept consistent: a value that contradicts a neighbour is rejected.

    ``may_follow(earlier, later)`` is a preorder. ``most`` bounds the number of runs; beyond it the
    oldest are dropped.
    """

    may_follow: Callable[[T, T], bool]
    most: int = 256
    runs: list[Seen[T]] = field(factory=list)

    @property
    def newest(self) -> T | None:
        """The last value; None if there is none."""
        return self.runs[-1].value if self.runs else None

    def place(self, value: T, rank: Rank, index: int) -> Seen[T] | None:
        """The run that the value contradicts; None if it was inserted.

        Among tied ranks the value goes wherever it fits.
        """
        newest = self.runs[-1] if self.runs else None
        if newest is not None and newest.value == value and is_not_before(rank, newest.last):
            self.runs[-1] = Seen(value, newest.first, rank, newest.index)
            return None
        if newest is not None and rank.moment // SECOND > newest.last.moment // SECOND:
            if not self.may_follow(newest.value, value):
                return newest
            self._insert(len(self.runs), value, rank, index)
            return None
        # Only moments of one second can be tied.
        second = rank.moment // SECOND
        low = bisect_left(self.runs, second, key=lambda run: run.last.moment // SECOND)
        high = bisect_right(self.runs, second, key=lambda run: run.first.moment // SECOND)
        near = list(enumerate(self.runs[low:high], low))
        for _, run in near:
            if is_after(rank, run.first) and is_after(run.last, rank):
                free = self.may_follow(value, run.value) and self.may_follow(run.value, value)
                return None if free else run
        low = max([low, *(at + 1 for at, run in near if is_after(rank, run.last))])
        high = min([high, *(at for at, run in near if is_after(run.first, rank))])
        contradicted: Seen[T] | None = None
        for position in range(high, low - 1, -1):
            contradicted = self._conflict(position, value)
            if contradicted is None:
                self._insert(position, value, rank, index)
                return None
        return contradicted

    def _conflict(self, position: int, value: T) -> Seen[T] | None:
        """The neighbour of a position that contradicts the value; None if neither does."""
        if position > 0 and not self.may_follow(self.runs[position - 1].value, value):
            return self.runs[position - 1]
        if position < len(self.runs) and not self.may_follow(value, self.runs[position].value):
            return self.runs[position]
        return None

    def _insert(self, position: int, value: T, rank: Rank, index: int) -> None:
        for near in (position - 1, position):
            if 0 <= near < len(self.runs) and self.runs[near].value == value:
                run = self.runs[near]
                first, last = min(run.first, rank), max(run.last, rank)
                self.runs[near] = Seen(value, first, last, run.index)
                return
        self.runs.insert(position, Seen(value, rank, rank, index))
        if len(self.runs) > self.most:
            del self.runs[0]
