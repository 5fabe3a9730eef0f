"""Parquet: a response in each row, its history a list of structures.

Row groups are read one after another, in batches, so that memory does not grow with the
file; columns that are no member of a response are not read. A row is the mapping that a
line of NDJSON would be, and takes the same way from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import define, field, frozen

from trainstate.backends.values import mappings
from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.envelope import WRAPPERS, records
from trainstate.history.readers.plugged import CannotRead
from trainstate.history.readers.tally import Tally
from trainstate.history.wire import folded, looks_like_response
from trainstate.spec.model import Spec

BATCH = 8_192
"""How many rows are held as values at a time."""

_BROKEN = (pa.ArrowException, OSError, ValueError, NotImplementedError, MemoryError)


def read_parquet(
    stream: IO[bytes], tally: Tally, *, pointer: str = ""
) -> Iterator[Response | Unreadable]:
    """The records in the rows of a Parquet file; ``line`` is the row, counted from 1.

    A row group that is damaged is one unreadable record, and those after it are read.
    Raises CannotRead for a file that cannot be read at all.
    """
    file = _opened(stream)
    columns = Columns.of(file.schema_arrow, tally.spec)
    if not columns.read:
        return
    first = 1
    for group in range(file.num_row_groups):
        place = Origin(file=tally.file, line=first, reader=tally.reader, pointer=pointer)
        yield from _Group(file=file, number=group, columns=columns).records(place, tally)
        first += file.metadata.row_group(group).num_rows


def _opened(stream: IO[bytes]) -> Any:
    try:
        file = pq.ParquetFile(stream)
        elsewhere = file.num_row_groups and file.metadata.row_group(0).column(0).file_path
    except _BROKEN as error:
        raise CannotRead(f"is no Parquet file that can be read: {_said(error)}") from None
    if elsewhere:
        raise CannotRead("has the footers of other Parquet files, and no rows of its own")
    return file


@frozen(kw_only=True)
class Columns:
    """The columns of a file that are read, and those that are only looked at where it matters.

    A row that shows nothing but what a listing shows is a summary, unless it has any
    other member: ``others`` are those of which only that is asked.
    """

    read: tuple[str, ...]
    others: tuple[str, ...] = ()
    wrapped: bool = False

    @classmethod
    def of(cls, schema: Any, spec: Spec) -> Columns:
        """What to read of a file with a schema; nothing where no row can be a record."""
        names = tuple(dict.fromkeys(schema.names))
        if not WRAPPERS.isdisjoint(names):
            return cls(read=names, wrapped=True)
        if not looks_like_response(dict.fromkeys(names), spec):
            return cls(read=())
        known = {folded(member.name) for member in spec.members}
        known |= {folded(name) for name in spec.layout.summary}
        read = tuple(name for name in names if folded(name) in known)
        return cls(read=read, others=tuple(name for name in names if name not in read))


@define(kw_only=True)
class _Group:
    """A row group that is being read; ``done`` counts the rows that were."""

    file: Any
    number: int
    columns: Columns
    done: int = 0
    _others: list[dict[str, Any]] | None = field(default=None, init=False)

    def records(self, place: Origin, tally: Tally) -> Iterator[Response | Unreadable]:
        """The records of the group, of which ``place`` is the first row."""
        first, count = place.line or 1, self.file.metadata.row_group(self.number).num_rows
        try:
            for row in self._rows(tally.spec):
                origin = _at(place, first + self.done)
                self.done += 1
                yield from records(row, origin, tally)
        except _BROKEN as error:
            rows = f"rows {first + self.done:,} to {first + count - 1:,}"
            reason = f"{rows} of row group {self.number + 1} cannot be read: {_said(error)}"
            yield tally.unreadable(reason, _at(place, first + self.done))

    def _rows(self, spec: Spec) -> Iterator[Mapping[str, Any]]:
        listed = frozenset(spec.layout.summary)
        for batch in self._batches(self.columns.read):
            for row in mappings(batch):
                bare = self.columns.others and row.keys() <= listed
                yield self._whole(row) if bare else row

    def _whole(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row that could be taken for a summary, with all that it shows."""
        if self._others is None:
            batches = self._batches(self.columns.others)
            self._others = [row for batch in batches for row in mappings(batch)]
        return {**row, **self._others[self.done]}

    def _batches(self, names: Iterable[str]) -> Iterator[Any]:
        found: Iterator[Any] = self.file.iter_batches(
            batch_size=BATCH,
            row_groups=[self.number],
            columns=list(names),
            # A thread reads ahead as it is; more of them take longer in all.
            use_threads=False,
        )
        return found


def _at(place: Origin, line: int) -> Origin:
    return Origin(file=place.file, line=line, reader=place.reader, pointer=place.pointer)


def _said(error: BaseException) -> str:
    """The first line of what a library says of an error."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


__all__ = ["BATCH", "Columns", "read_parquet"]
