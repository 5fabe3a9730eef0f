"""The sightings of a job in order, each change once, and their groups for the search."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from attrs import evolve, frozen

from trainstate.check.order import Rank, are_tied
from trainstate.check.timeline import Seen
from trainstate.machine.belief import Sighting

Run = Seen[Sighting]


@frozen
class Sightings:
    """What was seen of a job's state: ordered runs of equal sightings, and unordered ones.

    A value object: ``adding`` gives another one, so that a sighting that contradicts
    the others can be left out.
    """

    runs: tuple[Run, ...] = ()
    floating: tuple[tuple[Sighting, int], ...] = ()

    def is_repeat(self, sighting: Sighting, rank: Rank | None) -> bool:
        """Holds if the sighting says nothing new: it equals the newest and is not older."""
        if rank is None:
            return any(known == sighting for known, _ in self.floating)
        if not self.runs:
            return False
        newest = self.runs[-1]
        if len(self.runs) > 1 and are_tied(newest.first, self.runs[-2].last):
            return False
        return newest.value == sighting and rank.moment >= newest.last.moment

    def repeated(self, rank: Rank | None) -> Sightings:
        """These sightings, the newest of them seen once more at a later rank."""
        if rank is None or rank.moment <= self.runs[-1].last.moment:
            return self
        return evolve(self, runs=(*self.runs[:-1], evolve(self.runs[-1], last=rank)))

    def adding(self, sighting: Sighting, rank: Rank | None, index: int) -> Sightings:
        """These sightings and one more."""
        if rank is None:
            known = any(seen == sighting for seen, _ in self.floating)
            return self if known else evolve(self, floating=(*self.floating, (sighting, index)))
        return evolve(self, runs=_inserted(self.runs, Seen(sighting, rank, rank, index)))

    def groups(self) -> Iterator[tuple[Sighting, ...]]:
        """The ordered sightings in groups of those that no order tells apart."""
        group: list[tuple[Sighting, Rank]] = []
        ends = tuple(_ends(self.runs))
        # Where one arrival says nothing, the sighting may stand between any two of its
        # moment: groups in a row could not say so, and one group allows all of it.
        open_moments = {rank.moment for _, rank in ends if rank.free}
        for sighting, rank in ends:
            joins = all(
                are_tied(rank, other)
                or (rank.moment == other.moment and rank.moment in open_moments)
                for _, other in group
            )
            if group and not joins:
                yield tuple(member for member, _ in group)
                group = []
            group.append((sighting, rank))
        if group:
            yield tuple(member for member, _ in group)

    def unordered(self) -> tuple[Sighting, ...]:
        """The sightings that have no order at all."""
        return tuple(sighting for sighting, _ in self.floating)


def _ends(runs: tuple[Run, ...]) -> Iterator[tuple[Sighting, Rank]]:
    """The first and the last sighting of each run; the first is seen by its rank's moment."""
    for run in runs:
        yield run.value, run.first
        if run.last.moment != run.first.moment:
            yield evolve(run.value, by=None), run.last


def _inserted(runs: tuple[Run, ...], new: Run) -> tuple[Run, ...]:
    """The runs with one more sighting: a run grows, is split, or a new one stands between."""
    rank = new.first
    spot = bisect_right(runs, (rank.moment, rank.arrival), key=_place)
    if spot and runs[spot - 1].value == new.value:
        before = runs[spot - 1]
        grown = evolve(before, last=max(before.last, rank))
        return (*runs[: spot - 1], grown, *runs[spot:])
    if spot and runs[spot - 1].last.moment > rank.moment:
        around = runs[spot - 1]
        # What was seen again later was not seen by the first one's moment.
        again = evolve(around.value, by=None)
        halves = evolve(around, last=around.first), evolve(around, first=around.last, value=again)
        return (*runs[: spot - 1], halves[0], new, halves[1], *runs[spot:])
    if spot < len(runs) and runs[spot].value == new.value:
        return (*runs[:spot], evolve(new, last=runs[spot].last), *runs[spot + 1 :])
    return (*runs[:spot], new, *runs[spot:])


def _place(run: Run) -> tuple[int, int]:
    return run.first.moment, run.first.arrival
