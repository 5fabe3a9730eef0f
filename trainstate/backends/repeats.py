"""Rows of a table told to the fast path as the lines that they would be.

A row that only repeats its job's last one is found in columns, and has no need of a line;
any other becomes a line of JSON. What is taken, and what it means for the job, is decided
by the fast path, for rows as for lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import define, field

from trainstate.backends.prepared import Prepared, Preparing, Row
from trainstate.backends.rowshelf import RowShelf
from trainstate.backends.values import mappings
from trainstate.check.again import comes_again
from trainstate.check.shape import FastPath
from trainstate.history.readers.shelf import Shelf
from trainstate.history.readers.tally import Repeats, Sharing
from trainstate.spec.model import Spec

_NOTHING, _END = b"{}", b"}"
_NONE = -1, None


@define(kw_only=True)
class Repeating:
    """The rows of one input that must be judged, as mappings.

    Rows that show no other members than ``listed`` are not told: they could be summaries,
    which is decided by columns that are not here. ``store`` is where lines are kept that
    may be asked for again; without it the lines must be whole, as others keep them.
    """

    repeats: Repeats
    spec: Spec
    listed: frozenset[str] = frozenset()
    store: RowShelf | None = None
    _preparing: Preparing = field(init=False)
    _path: FastPath | None = field(init=False)
    _sharing: Sharing | None = field(init=False)
    # What is known of a job's last row: its number, and the mark of the line that it was.
    _last: dict[str, tuple[int, int | None]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.turns_to(self.repeats)
        self._preparing = Preparing(
            spec=self.spec,
            unseen=frozenset() if self.store is None else _unseen(self._path),
            listed=self.listed,
            owns=None if self._sharing is None else self._sharing.owns,
        )

    def turns_to(self, repeats: Repeats) -> None:
        """Another check goes on, to which nothing was told yet."""
        self.repeats = repeats
        self._sharing = repeats if isinstance(repeats, Sharing) else None
        path = repeats if self._sharing is None else self._sharing.repeats
        self._path = path if isinstance(path, FastPath) else None
        self._last.clear()

    def prepared(self, batch: Any) -> Prepared:
        """What is made of a batch in columns; batches are prepared in their order."""
        if self.store is not None and not self.store.marks:
            self.store.marks = self._preparing.marks(batch.schema)
        return self._preparing.prepared(batch)

    def rows(self, batch: Any, shelf: Callable[[int], Shelf]) -> Iterator[Row | None]:
        """The rows of a batch, None for each that is taken; each is judged before the next.

        ``shelf`` gives the input of the row at a place of the batch.
        """
        ready = self.prepared(batch)
        for at in range(len(batch)):
            yield self._told(ready, at, shelf(at), at)
            self._notes(ready, at)

    def judged(self, ready: Prepared, shelf: Shelf, first: int) -> Iterator[Row | int]:
        """The rows of a batch of one input, and how many are taken between them.

        ``first`` is the number of the first row in its input.
        """
        passed = done = 0
        self._lay(ready)
        echo = bytearray(len(ready.batch)) if ready.echoes is None else ready.echoes.passed
        for at in range(len(ready.batch)):
            if echo[at]:
                continue
            place = at if ready.places is None else ready.places[at]
            passed += self._leaves(place - done)
            done = place + 1
            row = self._told(ready, at, shelf, first + place)
            if row is None:
                passed += 1
            else:
                yield passed
                passed = 0
                yield row
            self._notes(ready, at)
            self._echoed(ready, at, shelf)
        yield passed + self._leaves(ready.count - done)

    def _echoed(self, ready: Prepared, at: int, shelf: Shelf) -> None:
        """Counts the rows that echo one, or leaves each of them to be looked at."""
        if ready.echoes is None or not (count := ready.echoes.after[at]):
            return
        job, path = ready.jobs[at], self._path
        # Where names may be ambiguous, the order of all rows matters.
        if path is None or path.named or not self._again(ready, at, shelf):
            ready.echoes.released(at)
            return
        known = path.jobs[job]
        path.total += count - 1
        if known.repeat is None:
            known.count += count - 1
        else:
            known.repeat.count += count - 1

    def _leaves(self, count: int) -> int:
        """Leaves some rows to another process; gives how many."""
        if count and self._sharing is not None:
            self._sharing.passes(count)
        return count

    def _told(self, ready: Prepared, at: int, shelf: Shelf, number: int) -> Row | None:
        """The row at a place, the one with a number in its input; None if it is taken."""
        if ready.numbered is None:
            self.repeats.takes(_NOTHING, shelf, number)
            return ready.mappings()[at]
        if self._again(ready, at, shelf):
            self._leaves(1)
            return None
        line = ready.line = self._line(ready, at)
        ready.taken = self.repeats.takes(line, shelf, number)
        return None if ready.taken else self._row(ready, at, line)

    def _again(self, ready: Prepared, at: int, shelf: Shelf) -> bool:
        """Whether a row is taken that repeats its job's last one."""
        job, time = ready.jobs[at], ready.times[at]
        number, mark = self._last.get(job, _NONE)
        if number != ready.numbers[at] or time is None or mark is None or self._path is None:
            return False
        return comes_again(self._path, job, mark, time, shelf)

    def _line(self, ready: Prepared, at: int) -> bytes:
        """The line that a row would be, which is its job's last one then."""
        job = ready.jobs[at]
        if ready.bare[at]:
            return _NOTHING
        if at not in ready.lines:  # others of the job will not be taken either
            self._preparing.wary.add(job)
            rest = range(at, len(ready.jobs))
            self._preparing.tell(ready, [one for one in rest if ready.jobs[one] == job])
            self._lay(ready)
        return ready.lines.pop(at) + (ready.times[at] or b"null") + _END

    def _row(self, ready: Prepared, at: int, line: bytes) -> Row:
        """The row at a place, which a line tells."""
        if self.store is None or line is _NOTHING or ready.times[at] is None:
            return mappings(ready.batch.slice(at, 1))[0]
        return self.store.whole(line)

    def _notes(self, ready: Prepared, at: int) -> None:
        """Remembers the line that was told of a row, if it is its job's last one now.

        The text of one that is not whole goes: who needs it must ask the shelf.
        """
        line, ready.line = ready.line, None
        if line is None or self._path is None:
            return
        job = ready.jobs[at]
        known = self._path.jobs.get(job)
        if known is None or not (ready.taken or known.text is line):
            self._last.pop(job, None)
            return
        known.mark = known.marked
        self._last[job] = ready.numbers[at], known.mark
        if self.store is not None:
            known.text = None

    def _lay(self, ready: Prepared) -> None:
        """Lays down what was left out of lines, before anybody can ask for it."""
        while self.store is not None and ready.packed:
            self.store.unseen.lay(ready.packed.pop())


def _unseen(path: FastPath | None) -> frozenset[str]:
    """The members of which a fast path asks only whether they change."""
    if path is None or path.advances is None:
        return frozenset()
    return frozenset(member.name for member in path.advances.glances.loose.members)


__all__ = ["Repeating"]
