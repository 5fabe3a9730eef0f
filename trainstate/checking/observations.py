"""The observations of a job in order, each change once, and their groups for the search."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby

from attrs import evolve, frozen

from trainstate.checking.order import Rank, are_tied, until
from trainstate.checking.timeline import Seen
from trainstate.machine.belief import distinct
from trainstate.machine.run_states import Observation

Run = Seen[Observation]
Runs = tuple[Run, ...]
End = tuple[Observation, Rank]


@frozen
class Grouped:
    """Observations of one moment, or of the second of a truncated one, whose order is open.

    ``moment`` is the earliest. ``loose`` holds if all their ranks are loose, ``free`` if one of
    them is free or they have several moments.
    """

    moment: int
    observations: tuple[Observation, ...]
    loose: bool
    free: bool

    @classmethod
    def of(cls, ends: Iterable[End]) -> Grouped:
        """The group of these observations, the earliest first."""
        shown, ranks = zip(*ends, strict=True)
        return cls(
            moment=ranks[0].moment,
            observations=distinct(shown),
            loose=all(rank.loose for rank in ranks),
            free=any(rank.free or rank.moment != ranks[0].moment for rank in ranks),
        )

    def __add__(self, other: Grouped) -> Grouped:
        """The union of two groups of one moment."""
        return Grouped(
            moment=self.moment,
            observations=distinct((*self.observations, *other.observations)),
            loose=self.loose and other.loose,
            free=self.free or other.free,
        )


@frozen
class Observations:
    """The observations of a job: ordered runs of equal ones, and unordered ones.

    ``adding`` returns a new value, so that a contradictory observation can be dropped.
    """

    runs: Runs = ()
    floating: tuple[tuple[Observation, int], ...] = ()

    def is_repeat(self, observation: Observation, rank: Rank | None) -> bool:
        """Whether the observation equals the newest one and is not older, or was given twice."""
        if rank is None:
            return any(known == observation for known, _ in self.floating)
        if not self.runs:
            return False
        if observation.by is not None and self._has(observation, rank.moment):
            return True
        newest = self.runs[-1]
        if len(self.runs) > 1 and are_tied(newest.first, self.runs[-2].last):
            return False
        return newest.value == observation and rank.moment >= newest.last.moment

    def _has(self, observation: Observation, moment: int) -> bool:
        """Whether the observation was made with this LastModifiedTime before."""
        at = bisect_left(self.runs, moment, key=lambda run: run.last.moment)
        while at < len(self.runs) and self.runs[at].first.moment <= moment:
            if self.runs[at].value == observation:
                return True
            at += 1
        return False

    def repeated(self, rank: Rank | None) -> Observations:
        """These observations, with the newest seen again at a later rank."""
        if rank is None or rank.moment <= self.runs[-1].last.moment:
            return self
        return evolve(self, runs=(*self.runs[:-1], evolve(self.runs[-1], last=rank)))

    def adding(self, observation: Observation, rank: Rank | None, index: int) -> Observations:
        """These observations and one more."""
        if rank is None:
            known = any(seen == observation for seen, _ in self.floating)
            return self if known else evolve(self, floating=(*self.floating, (observation, index)))
        return evolve(self, runs=_inserted(self.runs, Seen(observation, rank, rank, index)))

    def groups(self) -> Iterator[tuple[Observation, ...]]:
        """The ordered observations, grouped where their order is open."""
        return (group.observations for group in grouped(ends_of(self.runs)))

    def unordered(self) -> tuple[Observation, ...]:
        """The observations without any order."""
        return tuple(observation for observation, _ in self.floating)


def grouped(ends: Iterable[End]) -> Iterator[Grouped]:
    """Groups ordered observations whose order is open."""
    for together in _overlapping(ends):
        # If one arrival means nothing, its observation may stand between any two of its moment.
        # Only one group for the whole moment allows that.
        if any(rank.free or rank.moment != together[0][1].moment for _, rank in together):
            yield Grouped.of(together)
        else:
            yield from _in_a_row(together)


def _overlapping(ends: Iterable[End]) -> Iterator[list[End]]:
    """The observations of one moment, or of the second of a truncated one."""
    together: list[End] = []
    for end in ends:
        if together and end[1].moment >= until(together[0][1].moment):
            yield together
            together = []
        together.append(end)
    if together:
        yield together


def _in_a_row(ends: Iterable[End]) -> Iterator[Grouped]:
    """Groups observations of one moment by arrival; loose neighbours form one group."""
    for loose, members in groupby(ends, lambda end: end[1].loose):
        if loose:
            yield Grouped.of(members)
        else:
            yield from (Grouped.of([end]) for end in members)


def joined(groups: list[Grouped], new: Grouped) -> list[Grouped]:
    """The groups of a moment with one more observation, which arrived last."""
    *others, last = groups
    if new.free or last.free:
        for other in reversed(others):
            last = other + last
        return [last + new]
    return [*others, last + new] if new.loose and last.loose else [*groups, new]


def ends_of(runs: Iterable[Run]) -> Iterator[End]:
    """The first and last observation of each run; only the first is bounded by its time."""
    for run in runs:
        yield run.value, run.first
        if run.last.moment != run.first.moment:
            yield evolve(run.value, by=None), run.last


def ends_between(runs: Runs, low: int, high: int) -> Iterator[End]:
    """The ends of runs between two moments, both included, in order."""
    at = bisect_left(runs, low, key=lambda run: run.last.moment)
    while at < len(runs) and runs[at].first.moment <= high:
        yield from (end for end in ends_of((runs[at],)) if low <= end[1].moment <= high)
        at += 1


def ends_changed(old: Runs, new: Runs, rank: Rank) -> tuple[list[End], list[End]]:
    """The ends that an observation at a rank removes and adds."""
    low = max(_position(old, rank) - 1, 0)
    high = low + 2
    before = {(observation, observation.by, at): 0 for observation, at in ends_of(old[low:high])}
    after = {
        (observation, observation.by, at): 0
        for observation, at in ends_of(new[low : high + len(new) - len(old)])
    }
    gone = [(key[0], key[2]) for key in before if key not in after]
    return gone, [(key[0], key[2]) for key in after if key not in before]


def _inserted(runs: Runs, new: Run) -> Runs:
    """The runs with one more observation: it extends a run, splits one, or is a new one."""
    rank = new.first
    position = _position(runs, rank)
    if position and runs[position - 1].value == new.value:
        before = runs[position - 1]
        if rank.moment <= before.last.moment:
            return runs
        return (*runs[: position - 1], evolve(before, last=rank), *runs[position:])
    if position and runs[position - 1].last.moment > rank.moment:
        around = runs[position - 1]
        # The later half was not seen by the time of the first.
        again = evolve(around.value, by=None)
        halves = evolve(around, last=around.first), evolve(around, first=around.last, value=again)
        return (*runs[: position - 1], halves[0], new, halves[1], *runs[position:])
    if position < len(runs) and runs[position].value == new.value:
        return (*runs[:position], evolve(new, last=runs[position].last), *runs[position + 1 :])
    return (*runs[:position], new, *runs[position:])


def _position(runs: Runs, rank: Rank) -> int:
    """The index after all runs that begin no later than a rank."""
    return bisect_right(runs, (rank.moment, rank.arrival), key=_place)


def _place(run: Run) -> tuple[int, int]:
    return run.first.moment, run.first.arrival
