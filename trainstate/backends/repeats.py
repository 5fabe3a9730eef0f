"""Rows of a table told to the fast path as the lines that they would be.

A row that only repeats its job's last one is found in columns, and has no need of a line;
any other becomes a mapping and a line of JSON. What is taken, and what it means for the
job, is decided by the fast path, for rows as for lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds
from attrs import define, field

from trainstate.backends.digests import Undigested
from trainstate.backends.lines import Lines, Numbered
from trainstate.backends.rowshelf import Packed, RowShelf
from trainstate.backends.texts import Untold, texts
from trainstate.backends.values import mappings, values
from trainstate.check.again import Marks, comes_again, marks_of
from trainstate.check.shape import FastPath
from trainstate.history.readers.shelf import Shelf
from trainstate.history.readers.tally import Repeats
from trainstate.spec.model import Spec

Row = dict[str, Any]
_MOST_TEXTS = 4096
_NOTHING, _END = b"{}", b"}"
_EXACT: tuple[Callable[[Any], bool], ...] = (
    *(kinds.is_string, kinds.is_large_string, kinds.is_integer, kinds.is_boolean),
    *(kinds.is_timestamp, kinds.is_null, kinds.is_floating),
)


@define
class _Last:
    """What is known of a job's last row: its number, and the marks of the line that it was."""

    number: int
    marks: Marks
    texts: tuple[bytes, bytes] | None = None


@define
class Prepared:
    """A table of rows, and all that is made of it in columns.

    ``lines`` are those of the rows that are not expected to be taken for repetitions, by
    their places, ``packed`` what was left out of them. ``numbered`` is None where rows cannot be
    told.
    """

    batch: Any
    numbered: Numbered | None = None
    jobs: list[str] = field(factory=list)
    times: list[bytes | None] = field(factory=list)
    numbers: list[int] = field(factory=list)
    bare: Any = None
    lines: dict[int, bytes] = field(factory=dict)
    packed: list[Packed] = field(factory=list)
    _rows: list[Row] | None = None

    def mappings(self) -> list[Row]:
        """All rows as mappings."""
        if self._rows is None:
            self._rows = mappings(self.batch)
        return self._rows


@define(kw_only=True)
class Repeating:
    """The rows of one input that must be judged, as mappings.

    Rows that show no other members than ``listed`` are not told: they could be summaries,
    which is decided by columns that are not here. ``store`` is where rows are laid down
    that may be asked for again; without it the lines must be whole, as they are kept.
    """

    repeats: Repeats
    spec: Spec
    listed: frozenset[str] = frozenset()
    store: RowShelf | None = None
    _lines: Lines = field(init=False)
    _turn: Lock = field(factory=Lock)
    _last: dict[str, _Last] = field(factory=dict)
    _kept: dict[str, None] = field(factory=dict)
    _wary: set[str] = field(factory=set)
    _expected: dict[str, int] = field(factory=dict)

    @_lines.default
    def _made(self) -> Lines:
        unseen = frozenset[str]() if self.store is None else _unseen(self._path)
        return Lines(spec=self.spec, unseen=unseen)

    @property
    def _path(self) -> FastPath | None:
        """The fast path that is told of rows, or through which another is."""
        path = getattr(self.repeats, "repeats", self.repeats)
        return path if isinstance(path, FastPath) else None

    def rows(self, batch: Any, shelf: Callable[[int], Shelf]) -> Iterator[Row | None]:
        """The rows of a batch, None for each that is taken; each is judged before the next.

        ``shelf`` gives the input of the row at a place of the batch.
        """
        ready = self.prepared(batch)
        return (self._told(ready, at, shelf(at), at) for at in range(len(batch)))

    def judged(self, ready: Prepared, shelf: Shelf, first: int) -> Iterator[Row | int]:
        """The rows of a batch of one input, and how many are taken between them.

        ``first`` is the number of the first row in its input.
        """
        passed = 0
        self._lay(ready)
        for at in range(len(ready.batch)):
            row = self._told(ready, at, shelf, first + at)
            if row is None:
                passed += 1
                continue
            if passed:
                yield passed
            passed = 0
            yield row
            if ready.numbered is not None:
                self._lets_go(ready.jobs[at])
        if passed:
            yield passed

    def prepared(self, batch: Any) -> Prepared:
        """What is made of a batch in columns; batches are prepared in their order."""
        numbered = self._numbered(batch)
        if numbered is None:
            return Prepared(batch)
        if self.store is not None and not self.store.marks:
            self.store.marks = self._lines.marks(batch.schema)
        try:
            return self._ready(batch, numbered)
        except (Untold, pa.ArrowException, ValueError):
            return Prepared(batch)

    def _ready(self, batch: Any, numbered: Numbered) -> Prepared:
        layout = self.spec.layout
        found = values(batch.column(layout.arn))
        ready = Prepared(
            batch=batch,
            numbered=numbered,
            jobs=[job if isinstance(job, str) else "" for job in found],
            times=_tokens(batch, layout.modified),
            numbers=numbered.whole.tolist(),
            bare=self._bare(batch),
        )
        known = zip(ready.jobs, ready.numbers, strict=True)
        self._tell(ready, [at for at, row in enumerate(known) if self._is_new(*row)])
        return ready

    def _told(self, ready: Prepared, at: int, shelf: Shelf, number: int) -> Row | None:
        """The row at a place, the one with a number in its input; None if it is taken."""
        if ready.numbered is None:
            self.repeats.takes(_NOTHING, shelf, number)
            return ready.mappings()[at]
        job = ready.jobs[at]
        if self._again(job, ready.numbers[at], ready.times[at], shelf, number):
            return None
        line = self._line(ready, at, job)
        if self.repeats.takes(line, shelf, number):
            self._lets_go(job)
            return None
        return self._row(ready, at, line)

    def _row(self, ready: Prepared, at: int, line: bytes) -> Row:
        """The row at a place, which a line tells."""
        if self.store is None or line is _NOTHING or ready.times[at] is None:
            return mappings(ready.batch.slice(at, 1))[0]
        return self.store.whole(line)

    def _lets_go(self, job: str) -> None:
        """Leaves no line at hand that is not whole: who needs one must ask the shelf."""
        known = self._path.jobs.get(job) if self._path and self.store else None
        if known is not None:
            known.text = None

    def _lay(self, ready: Prepared) -> None:
        """Lays down what was left out of lines, before anybody can ask for it."""
        while self.store is not None and ready.packed:
            self.store.unseen.lay(ready.packed.pop())

    def turns_to(self, repeats: Repeats) -> None:
        """Another check goes on, to which nothing was told yet."""
        self.repeats = repeats
        self._last.clear()
        self._kept.clear()
        self._wary.clear()

    def _numbered(self, batch: Any) -> Numbered | None:
        """Numbers for what each row says besides its time; None where there are none."""
        names = batch.schema.names
        if self.spec.layout.arn not in names or len(set(names)) < len(names):
            return None
        try:
            if not all(_is_exact(column) for column in batch.columns):
                return None
            return self._lines.numbered(batch)
        except (Undigested, pa.ArrowException, ValueError):
            return None

    def _bare(self, batch: Any) -> Any:
        """Which rows show nothing but what a listing shows."""
        shown = [pc.invert(column.is_valid()) for name, column in _unlisted(batch, self.listed)]
        if not shown:
            return np.ones(len(batch), np.bool_)
        return np.logical_and.reduce([one.to_numpy(zero_copy_only=False) for one in shown])

    def _tell(self, ready: Prepared, places: list[int]) -> None:
        """Makes the lines of the rows at places."""
        if ready.numbered is None or not places:
            return
        at = np.array(places, np.int64)
        with self._turn:
            told = self._lines.told(ready.numbered, at)
            left_out = self._lines.packed(ready.numbered, at)
        ready.lines.update(zip(places, told, strict=True))
        ready.packed += [] if left_out is None else [left_out]

    def _is_new(self, job: str, number: int) -> bool:
        """Whether a row is not expected to be taken for a repetition; rows are asked in order."""
        before = self._expected.get(job)
        self._expected[job] = number
        return before != number or job in self._wary

    def _again(self, job: str, number: int, time: bytes | None, shelf: Shelf, at: int) -> bool:
        """Whether a row is taken that repeats its job's last one."""
        last = self._last.get(job)
        if last is None or last.number != number or time is None:
            return False
        if isinstance(self.repeats, FastPath):
            return comes_again(self.repeats, job, last.marks, time, shelf)
        if last.texts is None:
            return False
        return self.repeats.takes(last.texts[0] + time + last.texts[1], shelf, at)

    def _line(self, ready: Prepared, at: int, job: str) -> bytes:
        """The line that a row would be, which is its job's last one then."""
        if ready.bare[at]:
            self._last.pop(job, None)
            return _NOTHING
        if at not in ready.lines:  # others of the job will not be taken either
            self._wary.add(job)
            rest = range(at, len(ready.jobs))
            self._tell(ready, [one for one in rest if ready.jobs[one] == job])
            self._lay(ready)
        before = ready.lines.pop(at)
        if job:
            texts = None if isinstance(self.repeats, FastPath) else (before, _END)
            self._keep(job, _Last(ready.numbers[at], marks_of(before, _END), texts))
        return before + (ready.times[at] or b"null") + _END

    def _keep(self, job: str, last: _Last) -> None:
        """Keeps what was told of a job; texts only of the jobs that were told of lately."""
        self._last[job] = last
        if last.texts is None:
            return
        self._kept.pop(job, None)
        self._kept[job] = None
        if len(self._kept) > _MOST_TEXTS:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self._last[oldest].texts = None


def _unseen(path: FastPath | None) -> frozenset[str]:
    """The members of which a fast path asks only whether they change."""
    if path is None or path.advances is None:
        return frozenset()
    return frozenset(member.name for member in path.advances.glances.loose.members)


def _unlisted(batch: Any, listed: frozenset[str]) -> Iterator[tuple[str, Any]]:
    named = zip(batch.schema.names, batch.columns, strict=True)
    return ((name, column) for name, column in named if name not in listed)


def _tokens(batch: Any, name: str) -> list[bytes | None]:
    """LastModifiedTime of each row as JSON holds it; None where there is none."""
    if name not in batch.schema.names or kinds.is_nested(batch.column(name).type):
        return [None] * len(batch)
    found: list[bytes | None] = texts(batch.column(name)).cast(pa.large_binary()).to_pylist()
    return found


def _is_exact(column: Any) -> bool:
    """Whether JSON holds each value of a column as it is: no bytes, no number that is none."""
    kind = column.type
    if kinds.is_dictionary(kind):
        return _is_exact(column.dictionary)
    if kinds.is_struct(kind):
        return all(_is_exact(column.field(at)) for at in range(kind.num_fields))
    if kinds.is_list(kind) or kinds.is_large_list(kind):
        return _is_exact(column.values)
    if kinds.is_map(kind):
        return _is_exact(column.keys) and _is_exact(column.items)
    if kinds.is_floating(kind):
        return not pc.any(pc.invert(pc.is_finite(column))).as_py()
    return any(holds(kind) for holds in _EXACT)


__all__ = ["Prepared", "Repeating"]
