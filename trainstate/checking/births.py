"""The epochs of one name by their creations: names are reused after a delete."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from attrs import define, field

from trainstate.history.instants import MILLISECOND, SECOND, grain, same_instant


@define
class Births:
    """The creations of a name's epochs in their order, each with the number of its epoch.

    A name can have as many epochs as a recording has lines, so that none is looked for among all.
    """

    count: int = 0
    _times: list[int] = field(factory=list)
    _numbers: dict[int, int] = field(factory=dict)

    def add(self, created: int) -> None:
        """Takes in the next epoch."""
        insort(self._times, created)
        self._numbers.setdefault(created, self.count)
        self.count += 1

    def at(self, created: int) -> int | None:
        """The first epoch whose creation can be a reading of an instant; None where none can."""
        span = grain(created)
        times = self._times[
            bisect_right(self._times, created - span) : bisect_left(self._times, created + span)
        ]
        # A reading that was cut is the border of what it hides.
        times += [
            created - created % unit + border
            for unit in (SECOND, MILLISECOND)
            for border in (0, unit)
        ]
        found = (
            self._numbers.get(time) for time in (created, *times) if same_instant(time, created)
        )
        return min((number for number in found if number is not None), default=None)

    def after(self, created: int) -> int | None:
        """The epoch that was created next after an instant; None where there is none."""
        place = bisect_right(self._times, created)
        return self._numbers[self._times[place]] if place < len(self._times) else None


__all__ = ["Births"]
