"""Rows of Parquet that only repeat what their job's last row said, found in columns.

A row is told to the fast path as a line that stands for it: the job, a number for all
members but LastModifiedTime, and that time. What is a repetition, and what it means for
the job, is decided there, for rows as for lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.types as kinds
from attrs import define, field

from trainstate.backends.digests import Undigested, digests
from trainstate.backends.values import mappings, values
from trainstate.history.readers.shelf import Shelf
from trainstate.history.readers.tally import Repeats
from trainstate.spec.model import RecordLayout

Row = dict[str, Any]
_SECOND = 1_000_000


@define(kw_only=True)
class Repeating:
    """The rows of one file that are no repetitions, as mappings.

    A row is looked at as a whole only where it differs from its job's last one, or where
    the fast path does not take it.
    """

    repeats: Repeats
    layout: RecordLayout
    shelf: Shelf
    _last: dict[bytes, int] = field(factory=dict)
    _wary: set[bytes] = field(factory=set)

    def rows(self, batch: Any) -> Iterator[Row | None]:
        """The rows of a batch, None for each that is taken; each is judged before the next."""
        numbers = self._numbers(batch)
        if numbers is None:
            for row in mappings(batch):
                self.repeats.takes(b"{}", self.shelf, 0)
                yield row
            return
        jobs = [msgspec.json.encode(arn) for arn in values(batch.column(self.layout.arn))]
        new = [at for at, job in enumerate(jobs) if self._differs(job, numbers[at])]
        made = _made(batch, new)
        times = _tokens(batch, self.layout.modified)
        for at, (job, number, time) in enumerate(zip(jobs, numbers, times, strict=True)):
            if self.repeats.takes(self._line(job, number, time), self.shelf, at):
                yield None
                continue
            if at not in made:  # the job's other rows will not be taken either
                self._wary.add(job)
                made |= _made(batch, [rest for rest in range(at, len(jobs)) if jobs[rest] == job])
            yield made[at]

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
            found: list[int] = digests(parts, len(batch)).tolist()
        except (Undigested, pa.ArrowException, ValueError):
            return None
        return found

    def _differs(self, job: bytes, number: int) -> bool:
        """Whether a row says something else than its job's last one; it is the last one then."""
        known = self._last.get(job)
        self._last[job] = number
        return known != number or job in self._wary

    def _line(self, job: bytes, number: int, time: bytes | None) -> bytes:
        arn, modified = self.layout.arn.encode(), self.layout.modified.encode()
        if time is None:
            return b'{"%b":%b}' % (arn, job)
        return b'{"%b":%b,"row":%d,"%b":%b}' % (arn, job, number, modified, time)


def _made(batch: Any, places: list[int]) -> dict[int, Row]:
    rows = mappings(batch.take(pa.array(places, pa.int64())))
    return dict(zip(places, rows, strict=True))


def _tokens(batch: Any, name: str) -> list[bytes | None]:
    """The time of each row as JSON holds it; None where that could not be told from another."""
    if name not in batch.schema.names:
        return [None] * len(batch)
    column = batch.column(name)
    kind = column.type
    if kinds.is_timestamp(kind):
        return _stamps(column) if kind.tz else [None] * len(batch)
    found = values(column)
    encoded = {value: msgspec.json.encode(value) for value in set(found) - {None}}
    return [encoded.get(value) for value in found]


def _stamps(column: Any) -> list[bytes | None]:
    ticks = column.cast(pa.timestamp("us", tz="UTC"), safe=False).cast(pa.int64()).to_pylist()
    return [
        None if tick is None or tick < 0 else b"%d.%06d" % divmod(tick, _SECOND) for tick in ticks
    ]


__all__ = ["Repeating"]
