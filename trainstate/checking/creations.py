"""The creation times of the epochs of one name: names are reused after a deletion."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from attrs import define, field

from trainstate.history.instants import MILLISECOND, SECOND, resolution, same_instant


@define
class Creations:
    """The creation times of a name's epochs, sorted, with the number of each epoch.

    A name can have as many epochs as a recording has lines, so look-ups are binary searches.
    """

    count: int = 0
    _times: list[int] = field(factory=list)
    _numbers: dict[int, int] = field(factory=dict)

    def add(self, created: int) -> None:
        """Adds the next epoch."""
        insort(self._times, created)
        self._numbers.setdefault(created, self.count)
        self.count += 1

    def at(self, created: int) -> int | None:
        """The first epoch whose creation can be a reading of an instant; None if there is none."""
        span = resolution(created)
        times = self._times[
            bisect_right(self._times, created - span) : bisect_left(self._times, created + span)
        ]
        # A truncated or rounded reading is a whole second or millisecond next to the instant.
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
        """The epoch created next after an instant; None if there is none."""
        place = bisect_right(self._times, created)
        return self._numbers[self._times[place]] if place < len(self._times) else None

    def before(self, created: int) -> int | None:
        """The epoch created last before an instant; None if there is none."""
        place = bisect_left(self._times, created)
        return self._numbers[self._times[place - 1]] if place else None


__all__ = ["Creations"]
