"""Tables to records: Parquet and Arrow files, and frames of pandas, polars, DuckDB and Arrow.

Each row becomes a line of JSON, and is read as NDJSON from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import unquote

import polars as pl
from attrs import frozen
from polars.exceptions import PolarsError

from trainstate.backends.rows import lines_of
from trainstate.history.machines import folded, machine_of
from trainstate.history.model import Origin
from trainstate.history.readers.counts import Counts
from trainstate.history.readers.envelope import wrappers
from trainstate.history.readers.lines import Record
from trainstate.history.readers.ndjson import line_records
from trainstate.history.readers.plugins import ARROW_STREAM, PARQUET, CannotRead
from trainstate.history.readers.separated import cell_value
from trainstate.history.wire import looks_like_response
from trainstate.spec.model import Spec

# Older versions write wrong rows, and end silently at damaged ones.
_OLDEST = (1, 37)
if tuple(map(int, pl.__version__.split(".")[:2])) < _OLDEST:
    raise ImportError(f"polars {pl.__version__} is too old", name="polars 1.37 or newer")
_BROKEN = (PolarsError, OSError, ValueError, MemoryError, pl.exceptions.PanicException)
_NO_PARTITION = "__HIVE_DEFAULT_PARTITION__"
BATCH = 2_048
"""Rows held as lines at a time."""
# Many files have all rows in one group, and each slice reads past the rows before it there: for
# 200,000 rows twelve slices take half the memory of one, and 4 us a row more.
_SLICES, _SLICE = 12, 16_384


def read_parquet(stream: IO[bytes], counts: Counts, *, pointer: str = "") -> Iterator[Record]:
    """The records in the rows of a Parquet file; ``line`` is the row, counted from 1.

    Damaged rows are one unreadable record, and those after them are read. Raises CannotRead for a
    file that cannot be read at all.
    """
    what = "is not a readable Parquet file"
    with _refused(what):
        frame = pl.scan_parquet(_source(stream), low_memory=True)
    return _table_records(frame, what, counts, pointer)


def read_arrow(stream: IO[bytes], counts: Counts, *, pointer: str = "") -> Iterator[Record]:
    """The records in the rows of an Arrow or Feather file, or of a stream of Arrow in a file.

    A stream is read whole: it has no footer that says where its rows are.
    """
    what = "is not a readable Arrow file"
    streamed = stream.read(len(ARROW_STREAM)) == ARROW_STREAM
    stream.seek(0)
    with _refused(what):
        source = _source(stream)
        frame = pl.read_ipc_stream(source).lazy() if streamed else pl.scan_ipc(source)
    return _table_records(frame, what, counts, pointer)


def read_frame(value: Any, counts: Counts, *, pointer: str = "") -> Iterator[Record]:
    """The records in the rows of a Python table; ``line`` is the row, counted from 1."""
    what = "cannot be read as a table"
    try:
        frame = _frame(value, counts.spec)
    except Exception as error:  # noqa: BLE001 - each library raises its own
        raise CannotRead(f"{what}: {_said(error)}") from None
    return _table_records(frame, what, counts, pointer)


def _frame(value: Any, spec: Spec) -> pl.LazyFrame:
    if isinstance(value, pl.LazyFrame):
        return value
    if isinstance(value, pl.DataFrame):
        return value.lazy()
    if type(value).__module__.partition(".")[0] == "pandas":
        return _of_pandas(value, spec).lazy()
    return pl.DataFrame(value).lazy()


def _of_pandas(value: Any, spec: Spec) -> pl.DataFrame:
    """A pandas frame, with members from its index; mixed types make every column objects."""
    if not value.columns.is_unique:
        raise ValueError("two columns have one name")
    spec = machine_of(dict.fromkeys([*value.columns, *value.index.names]), spec)
    known = {folded(member.name) for member in spec.members} - set(map(_folded, value.columns))
    index = [name for name in value.index.names if _folded(name) in known]
    frame = value.reset_index(level=index) if index else value
    try:
        return pl.from_pandas(frame)
    except Exception:  # noqa: BLE001 - as many types as there are values
        objects = frame.astype(object).where(frame.notna(), None)
    return pl.DataFrame(
        [pl.Series(str(name), objects[name].tolist(), dtype=pl.Object) for name in objects]
    )


def _source(stream: IO[bytes]) -> Any:
    """The path of an open file; its number if it has no path; bytes as they are."""
    name = getattr(stream, "name", stream)
    return f"/dev/fd/{name}" if isinstance(name, int) else name


@contextmanager
def _refused(what: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise CannotRead(f"{what}: {_said(error)}") from None


def _table_records(
    frame: pl.LazyFrame, what: str, counts: Counts, pointer: str
) -> Iterator[Record]:
    with _refused(what):
        frame = _with_partitions(frame, counts)
        names = dict.fromkeys(frame.collect_schema().names())
        count: int = frame.select(pl.len()).collect().item()
    own = machine_of(names, counts.spec)
    if wrappers(counts.spec).isdisjoint(names) and not looks_like_response(names, own):
        return
    if twice := _named_twice(names, own):
        raise CannotRead(f"{what}: the columns {' and '.join(twice)} are one member")
    yield from TableReader(frame=frame, count=count, counts=counts, pointer=pointer).records()


def _named_twice(names: Iterable[str], spec: Spec) -> list[str]:
    """Columns for one member in several notations, none of them the service's own."""
    alike: dict[str, list[str]] = {folded(member.name): [] for member in spec.members}
    if spec.member_by_name.keys().isdisjoint(names):
        for name in names:
            alike.get(folded(name), []).append(name)
    return next((found for found in alike.values() if len(found) > 1), [])


def _folded(name: object) -> str:
    return folded(str(name))


def _with_partitions(frame: pl.LazyFrame, counts: Counts) -> pl.LazyFrame:
    """The rows with members that only folders show: ``TrainingJobStatus=Failed/part-0``."""
    folders = (counts.file or "").split("/")[:-1]
    pairs = [folder.split("=", 1) for folder in folders if "=" in folder]
    told = {folded(name): unquote(text) for name, text in pairs if text != _NO_PARTITION}
    if not told:
        return frame
    names = frame.collect_schema().names()
    spec = machine_of(dict.fromkeys([*names, *told]), counts.spec)
    # The notation of one name decides for all.
    own = not spec.member_by_name.keys().isdisjoint(names)
    known = {folded(name) for name in names}
    return frame.with_columns(
        pl.lit(cell_value(told[name], member.type)).alias(member.name if own else name)
        for member in spec.members
        if (name := folded(member.name)) in told and name not in known
    )


@frozen(kw_only=True)
class TableReader:
    """A table that is being read."""

    frame: pl.LazyFrame
    count: int
    counts: Counts
    pointer: str

    def records(self) -> Iterator[Record]:
        """The records of all rows, in order."""
        done = 0
        try:
            for batch in self._batches():
                yield from self._of(batch, done)
                done += batch.height
        except _BROKEN:
            yield from self._rest(done)

    def _batches(self) -> Iterator[pl.DataFrame]:
        """The rows in batches; polars holds all rows of a slice that lie in one row group."""
        slices = _SLICES if self.counts.reader == PARQUET else 1
        size = max(-(-self.count // slices), _SLICE)
        for start in range(0, self.count, size):
            part = self.frame.slice(start, size)
            yield from part.collect_batches(chunk_size=BATCH, maintain_order=True)

    def _of(self, batch: pl.DataFrame, done: int) -> Iterator[Record]:
        own = machine_of(dict.fromkeys(batch.columns), self.counts.spec)
        lines = enumerate(lines_of(batch, own), start=done + 1)
        numbered = ((row, line, False) for row, line in lines)
        return line_records(numbered, self.counts, pointer=self.pointer)

    def _rest(self, done: int) -> Iterator[Record]:
        """The records from a row on, in a table with unreadable rows."""
        while done < self.count:
            size = self._readable(done, min(BATCH, self.count - done))
            yield from self._of(self._part(done, size), done)
            done += size
            if done < self.count and (bad := self._damaged(done)):
                if bad == self.count:
                    footer = self.counts.reader == PARQUET
                    why = ", as the footers of other Parquet files have" if footer else ""
                    raise CannotRead(f"has no readable row{why}: {self._fault(done)}")
                rows = f"rows {done + 1:,} to {done + bad:,}"
                reason = f"{rows} cannot be read: {self._fault(done)}"
                yield self.counts.unreadable(reason, self._at(done + 1))
                done += bad

    def _part(self, start: int, size: int) -> pl.DataFrame:
        return self.frame.slice(start, size).collect()

    def _readable(self, start: int, most: int) -> int:
        """How many rows from one on can be read, at most so many."""
        least = 0
        if not self._fault(start, most):
            return most
        while most - least > 1:
            middle = (least + most) // 2
            least, most = (least, middle) if self._fault(start, middle) else (middle, most)
        return least

    def _damaged(self, start: int) -> int:
        """How many rows from one on cannot be read."""
        size, left = 1, self.count - start
        if not self._fault(start):
            return 0
        while size < left and self._fault(start + size):
            size *= 2
        least, most = size // 2, min(size, left)
        while most - least > 1:
            middle = (least + most) // 2
            least, most = (middle, most) if self._fault(start + middle) else (least, middle)
        return most

    def _fault(self, start: int, size: int = 1) -> str:
        """Why rows cannot be read; empty if they can."""
        try:
            self._part(start, size)
        except _BROKEN as error:
            return _said(error)
        return ""

    def _at(self, row: int) -> Origin:
        counts = self.counts
        return Origin(file=counts.file, line=row, reader=counts.reader, pointer=self.pointer)


def _said(error: BaseException) -> str:
    """The first line of a library's error, without its traceback."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line.partition(" Detail: ")[0].rstrip(".")


__all__ = ["read_arrow", "read_frame", "read_parquet"]
