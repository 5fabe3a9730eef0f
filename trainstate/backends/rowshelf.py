"""Lines that were told without some members, and what stood in those, in a temporary file.

Of each job the members into which nobody looks are kept once, in columns; a line that
somebody asks for again is made whole with them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import IO, Any

import msgspec
import pyarrow as pa
import pyarrow.types as kinds
from attrs import define, field, frozen

from trainstate.backends.values import mappings

_IN_MEMORY = 1 << 24
_FRESH = 1 << 18
_BATCHES, _MEMBERS = 4, 256  # that are at hand


@frozen
class Packed:
    """Rows of a table as bytes, each with its number."""

    numbers: list[int]
    content: Any


def packed(numbers: list[int], columns: list[tuple[str, Any]]) -> Packed:
    """The rows of columns, each with its number."""
    batch = pa.RecordBatch.from_arrays(
        [_plain(column) for _, column in columns], names=[name for name, _ in columns]
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return Packed(numbers, sink.getvalue())


def _plain(column: Any) -> Any:
    """A column without dictionaries, which hold what all rows of a file say.

    What was taken out of a column begins at its first item.
    """
    kind, nulls = column.type, column.is_null() if column.null_count else None
    if kinds.is_dictionary(kind):
        return column.dictionary_decode()
    if kinds.is_struct(kind):
        parts = [_plain(column.field(at)) for at in range(kind.num_fields)]
        names = [kind.field(at).name for at in range(kind.num_fields)]
        return pa.StructArray.from_arrays(parts, names=names, mask=nulls)
    if kinds.is_map(kind):
        parts = [_plain(column.keys), _plain(column.items)]
        return pa.MapArray.from_arrays(column.offsets, *parts, mask=nulls)
    if kinds.is_list(kind):
        return pa.ListArray.from_arrays(column.offsets, _plain(column.values), mask=nulls)
    if kinds.is_large_list(kind):
        return pa.LargeListArray.from_arrays(column.offsets, _plain(column.values), mask=nulls)
    return column


@define
class Unseen:
    """What rows hold in the members into which nobody looks, by their numbers."""

    _spool: IO[bytes] = field(init=False)
    _laid: list[tuple[int, int]] = field(factory=list)
    _places: dict[int, tuple[int, int]] = field(factory=dict)
    _batches: dict[int, Any] = field(factory=dict)
    _members: dict[int, dict[str, Any]] = field(factory=dict)

    @_spool.default
    def _opened(self) -> IO[bytes]:
        return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)

    def __del__(self) -> None:
        self._spool.close()

    def lay(self, rows: Packed) -> None:
        """Lays rows down."""
        offset, batch = self._spool.seek(0, 2), len(self._laid)
        self._spool.write(memoryview(rows.content))
        self._laid.append((offset, rows.content.size))
        self._places.update((number, (batch, at)) for at, number in enumerate(rows.numbers))

    def members(self, number: int) -> dict[str, Any]:
        """The members of the rows with a number; the number must have been laid down."""
        if number not in self._members:
            batch, at = self._places[number]
            found = mappings(self._batch(batch).slice(at, 1))[0]
            _kept(self._members, number, found, _MEMBERS)
        return self._members[number]

    def _batch(self, number: int) -> Any:
        if number not in self._batches:
            offset, size = self._laid[number]
            self._spool.seek(offset)
            content = pa.py_buffer(self._spool.read(size))
            _kept(self._batches, number, pa.ipc.open_stream(content).read_next_batch(), _BATCHES)
        return self._batches[number]


def _kept(known: dict[int, Any], number: int, value: Any, most: int) -> None:
    if len(known) >= most:
        del known[next(iter(known))]
    known[number] = value


@define(kw_only=True)
class RowShelf:
    """The lines of one input, made whole when they are taken.

    ``marks`` are what a line begins with in which something stands for members, up to
    their number.
    """

    file: str | None
    unseen: Unseen = field(factory=Unseen)
    marks: tuple[bytes, ...] = ()
    _spool: IO[bytes] = field(init=False)
    _laid: int = 0
    _fresh: bytearray = field(factory=bytearray)

    @_spool.default
    def _opened(self) -> IO[bytes]:
        return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)

    def __del__(self) -> None:
        self._spool.close()

    def put(self, line: bytes, _offset: int, /) -> int:
        """The place of the line, which is written to the temporary file with many others."""
        place = self._laid + len(self._fresh)
        self._fresh += line
        self._fresh += b"\n"
        if len(self._fresh) > _FRESH:
            self._lay()
        return place

    def take(self, place: int) -> bytes:
        """The line at a place, made whole."""
        if place >= self._laid:
            self._lay()
        self._spool.seek(place)
        return msgspec.json.encode(self.whole(self._spool.readline().removesuffix(b"\n")))

    def whole(self, line: bytes) -> dict[str, Any]:
        """The row that a line tells, with all of its members."""
        row: dict[str, Any] = msgspec.json.decode(line)
        mark = next((mark for mark in self.marks if line.startswith(mark)), None)
        if mark is None:
            return row
        number = line[len(mark) : line.index(b'"', len(mark))]
        found: Mapping[str, Any] = self.unseen.members(int(number, 16))
        # Those that are there are the row's own: a stand-in is written for no others.
        return {**row, **found}

    def _lay(self) -> None:
        self._spool.seek(self._laid)
        self._spool.write(self._fresh)
        self._laid += len(self._fresh)
        self._fresh.clear()


__all__ = ["Packed", "RowShelf", "Unseen", "packed"]
