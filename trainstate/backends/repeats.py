"""Rows of a table told to the fast path as the lines that they would be.

A row that only repeats its job's last one is found in columns, and has no need of a line;
any other becomes a mapping and a line of JSON. What is taken, and what it means for the
job, is decided by the fast path, for rows as for lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds
from attrs import define, field

from trainstate.backends.digests import Undigested, digests
from trainstate.backends.values import mappings, values
from trainstate.check.again import Marks, comes_again, marks_of
from trainstate.check.shape import FastPath
from trainstate.history.readers.shelf import Shelf
from trainstate.history.readers.tally import Repeats
from trainstate.spec.model import RecordLayout

Row = dict[str, Any]
_MOST_TEXTS = 4096
_NOTHING = b"{}"
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


@define(kw_only=True)
class Repeating:
    """The rows of one input that must be judged, as mappings.

    Rows that show no other members than ``listed`` are not told: they could be summaries,
    which is decided by columns that are not here.
    """

    repeats: Repeats
    layout: RecordLayout
    listed: frozenset[str] = frozenset()
    _last: dict[str, _Last] = field(factory=dict)
    _kept: dict[str, None] = field(factory=dict)
    _wary: set[str] = field(factory=set)
    _expected: dict[str, int] = field(factory=dict)

    def rows(self, batch: Any, shelf: Callable[[int], Shelf], first: int) -> Iterator[Row | None]:
        """The rows of a batch, None for each that is taken; each is judged before the next.

        ``shelf`` gives the input of the row at a place of the batch, ``first`` is the
        number of the first row in its input.
        """
        numbers = self._numbers(batch)
        if numbers is None:
            for at, row in enumerate(mappings(batch)):
                self.repeats.takes(_NOTHING, shelf(at), first + at)
                yield row
            return
        jobs = [
            job if isinstance(job, str) else "" for job in values(batch.column(self.layout.arn))
        ]
        made = _made(batch, [at for at, job in enumerate(jobs) if self._is_new(job, numbers[at])])
        times = _tokens(batch, self.layout.modified)
        for at, (job, number, time) in enumerate(zip(jobs, numbers, times, strict=True)):
            taken = self._again(job, number, time, shelf(at), first + at)
            if taken:
                yield None
                continue
            if at not in made:  # others of the job will not be taken either
                self._wary.add(job)
                made |= _made(batch, [rest for rest in range(at, len(jobs)) if jobs[rest] == job])
            row = made.pop(at)
            if taken is None:
                line = self._line(job, number, time, row)
                taken = self.repeats.takes(line, shelf(at), first + at)
            yield None if taken else row

    def turns_to(self, repeats: Repeats) -> None:
        """Another check goes on, to which nothing was told yet."""
        self.repeats = repeats
        self._last.clear()
        self._kept.clear()
        self._wary.clear()

    def _numbers(self, batch: Any) -> list[int] | None:
        """A number for what each row says besides its time; None where there is none."""
        names = batch.schema.names
        if self.layout.arn not in names or len(set(names)) < len(names):
            return None
        parts = [
            (name, column)
            for name, column in zip(names, batch.columns, strict=True)
            if name != self.layout.modified
        ]
        try:
            if not all(_is_exact(column) for column in batch.columns):
                return None
            found: list[int] = digests(parts, len(batch)).tolist()
        except (Undigested, pa.ArrowException, ValueError):
            return None
        return found

    def _is_new(self, job: str, number: int) -> bool:
        """Whether a row is not expected to be taken for a repetition; rows are asked in order."""
        before = self._expected.get(job)
        self._expected[job] = number
        return before != number or job in self._wary

    def _again(
        self, job: str, number: int, time: bytes | None, shelf: Shelf, at: int
    ) -> bool | None:
        """Whether a row is taken that repeats its job's last one; None where it must be told."""
        last = self._last.get(job)
        if last is None or last.number != number or time is None:
            return None
        if isinstance(self.repeats, FastPath):
            return comes_again(self.repeats, job, last.marks, time, shelf) or None
        if last.texts is None:
            return None
        return self.repeats.takes(last.texts[0] + time + last.texts[1], shelf, at)

    def _line(self, job: str, number: int, time: bytes | None, row: Row) -> bytes:
        """The line that a row would be, which is its job's last one then."""
        if row.keys() <= self.listed:
            self._last.pop(job, None)
            return _NOTHING
        before, after = self._halves(row)
        if job:
            texts = None if isinstance(self.repeats, FastPath) else (before, after)
            self._keep(job, _Last(number, marks_of(before, after), texts))
        return before + (time or b"null") + after

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

    def _halves(self, row: Row) -> tuple[bytes, bytes]:
        """The line that a row would be, cut around the value of its LastModifiedTime."""
        name = self.layout.modified
        rest = {member: value for member, value in row.items() if member != name}
        text = msgspec.json.encode(rest)
        comma = b"," if rest else b""
        return text[:-1] + comma + msgspec.json.encode(name) + b":", b"}"


def _made(batch: Any, places: list[int]) -> dict[int, Row]:
    rows = mappings(batch.take(pa.array(places, pa.int64())))
    return dict(zip(places, rows, strict=True))


def _tokens(batch: Any, name: str) -> list[bytes | None]:
    """LastModifiedTime of each row as JSON holds it; None where there is none."""
    if name not in batch.schema.names or kinds.is_nested(batch.column(name).type):
        return [None] * len(batch)
    found = values(batch.column(name))
    encoded = {value: msgspec.json.encode(value) for value in set(found) - {None}}
    return [encoded.get(value) for value in found]


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


__all__ = ["Repeating"]
