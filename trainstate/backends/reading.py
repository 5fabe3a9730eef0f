"""Tables to records: Parquet and Arrow files, and frames of pandas, polars, DuckDB and Arrow.

A job of which the screen knows that nothing is to be said is one record; the rows of any other
are the mappings that lines of NDJSON would be, and take the same way from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import polars as pl
from attrs import frozen
from polars.exceptions import PolarsError

from trainstate.backends.columns import BATCH, Columns, Table, numbered_rows
from trainstate.backends.screen import KEY, Screen, counted, key_of
from trainstate.checking.stream import Checker
from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.counted import Counted
from trainstate.history.readers.envelope import Form, records
from trainstate.history.readers.plugged import CannotRead
from trainstate.history.readers.tally import Tally
from trainstate.spec.model import Evidence

_BROKEN = (PolarsError, OSError, ValueError, MemoryError, pl.exceptions.PanicException)
_EVIDENCE = {level.rank: level for level in Evidence}
Found = Response | Unreadable | Counted


def read_parquet(stream: IO[bytes], tally: Tally, *, pointer: str = "") -> Iterator[Found]:
    """The records in the rows of a Parquet file; ``line`` is the row, counted from 1.

    Rows that are damaged are one unreadable record, and those after them are read. Raises
    CannotRead for a file that cannot be read at all.
    """
    with _refused("Parquet"):
        frame = pl.scan_parquet(_source(stream), low_memory=True)
    return _table_records(frame, "Parquet", tally, pointer)


def read_arrow(stream: IO[bytes], tally: Tally, *, pointer: str = "") -> Iterator[Found]:
    """The records in the rows of an Arrow file, which Feather is, too."""
    with _refused("Arrow"):
        frame = pl.scan_ipc(_source(stream))
    return _table_records(frame, "Arrow", tally, pointer)


def read_frame(value: Any, tally: Tally, *, pointer: str = "") -> Iterator[Found]:
    """The records in the rows of a table of a program; ``line`` is the row, counted from 1."""
    try:
        frame = _frame(value)
    except Exception as error:  # noqa: BLE001 - each library raises its own
        if _has_rows(value):
            return _object_records(value, tally, pointer)
        raise CannotRead(f"cannot be read as a table: {_said(error)}") from None
    return _table_records(frame, "table", tally, pointer)


def _frame(value: Any) -> pl.LazyFrame:
    if isinstance(value, pl.LazyFrame):
        return value
    if isinstance(value, pl.DataFrame):
        return value.lazy()
    if type(value).__module__.partition(".")[0] == "pandas":
        return pl.from_pandas(value).lazy()
    return pl.DataFrame(value).lazy()


def _has_rows(value: Any) -> bool:
    """Holds for a frame of pandas whose columns can be told apart."""
    return hasattr(value, "to_dict") and bool(value.columns.is_unique)


def _object_records(value: Any, tally: Tally, pointer: str) -> Iterator[Found]:
    """The records in a frame of pandas with values of several types in a column."""
    rows = value.astype(object).where(value.notna(), None).to_dict("records")
    for number, row in enumerate(rows, start=1):
        shown = {name: item for name, item in row.items() if item is not None}
        origin = Origin(line=number, reader=tally.reader, pointer=pointer)
        yield from records(shown, origin, tally)


def _source(stream: IO[bytes]) -> Any:
    """The path of an open file; of one without a path its number, of bytes themselves."""
    name = getattr(stream, "name", stream)
    return f"/dev/fd/{name}" if isinstance(name, int) else name


@contextmanager
def _refused(form: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise CannotRead(f"is no {form} file that can be read: {_said(error)}") from None


def _table_records(frame: pl.LazyFrame, form: str, tally: Tally, pointer: str) -> Iterator[Found]:
    with _refused(form):
        schema = frame.collect_schema()
        count: int = frame.select(pl.len()).collect().item()
    columns = Columns.of(schema.names(), tally.spec)
    if not columns.read:
        return
    place = Origin(file=tally.file, reader=tally.reader, pointer=pointer)
    reading = Reading(Table(frame=frame, columns=columns, count=count), schema, tally, place)
    yield from reading.records()


@frozen
class Reading:
    """A table that is being read: its rows, and where they are."""

    table: Table
    schema: pl.Schema
    tally: Tally
    place: Origin

    def records(self) -> Iterator[Found]:
        """The jobs that pass the screen, each at its first row, and the rows of all others."""
        jobs = self._passed()
        waiting = iter(sorted(self._counted(jobs), key=lambda found: found[0]))
        following = next(waiting, None)
        alone = pl.Series(jobs[KEY], dtype=pl.String)
        done = jobs.height > 0 and jobs["count"].sum() == self.table.count
        for row, found in () if done else self._rows(self._other_than(alone)):
            while following and following[0] < row:
                yield following[1]
                following = next(waiting, None)
            yield found
        while following:
            yield following[1]
            following = next(waiting, None)

    def _passed(self) -> pl.DataFrame:
        """The jobs of which nothing is to be said; none where a row cannot be read."""
        checker: Checker | None = self.tally.checker
        screen = checker and Screen.of(self.schema, self.table.columns, checker)
        batches = self.table.batches() if screen else iter(())
        while screen:
            try:
                batch = next(batches, None)
            except _BROKEN:
                break
            if batch is None:
                return screen.passed()
            screen.take(batch)
        return pl.DataFrame(schema={KEY: pl.String})

    def _counted(self, jobs: pl.DataFrame) -> Iterator[tuple[int, Counted]]:
        for job in counted(jobs) if jobs.width > 1 else ():
            self.tally.forms[Form.RESPONSE] += job["count"]
            yield (
                job["first"],
                Counted(
                    arn=job["_arn"],
                    name=job["_name"],
                    created=job["created"],
                    responses=job["count"],
                    pair=(job["primary"], job["secondary"]),
                    complete=job["complete"],
                    rests_on=_EVIDENCE[job["rank"]],
                    rows=self._again(job[KEY]),
                ),
            )

    def _again(self, key: str) -> Callable[[], Iterable[Response]]:
        """What reads the rows of a job that was counted."""

        def rows() -> Iterator[Response]:
            where = key_of(self.table.columns, self.tally.spec) == key
            tally = Tally(spec=self.tally.spec, limits=self.tally.limits, file=None, reader="")
            for _, found in self._rows(where, tally):
                if isinstance(found, Response):
                    yield found

        return rows

    def _other_than(self, keys: pl.Series) -> pl.Expr | None:
        if not len(keys):
            return None
        key = key_of(self.table.columns, self.tally.spec)
        return ~key.is_in(keys.implode()).fill_null(False)

    def _rows(
        self, where: pl.Expr | None, tally: Tally | None = None
    ) -> Iterator[tuple[int, Response | Unreadable]]:
        """The records of rows, each with its row's number."""
        counting, done = tally or self.tally, 0
        try:
            for batch in self.table.rows(where):
                for row, value in numbered_rows(batch, self.table.columns, counting.spec):
                    done = row
                    yield from ((row, one) for one in records(value, self._at(row), counting))
        except _BROKEN:
            yield from self._rest(done, counting)

    def _rest(self, done: int, tally: Tally) -> Iterator[tuple[int, Response | Unreadable]]:
        """The records from a row on, of a table in which some rows cannot be read."""
        while done < self.table.count:
            size = self._readable(done, min(BATCH, self.table.count - done))
            part = self.table.part(done, size)
            for row, value in numbered_rows(part, self.table.columns, tally.spec):
                yield from ((row, one) for one in records(value, self._at(row), tally))
            done += size
            if done < self.table.count and (bad := self._damaged(done)):
                if bad == self.table.count:
                    nothing = "no row that can be read, as the footers of other Parquet files have"
                    raise CannotRead(f"has {nothing}: {self._fault(done)}")
                rows = f"rows {done + 1:,} to {done + bad:,}"
                reason = f"{rows} cannot be read: {self._fault(done)}"
                yield done + 1, tally.unreadable(reason, self._at(done + 1))
                done += bad

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
        size, left = 1, self.table.count - start
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
        """Why rows cannot be read; empty where they can."""
        try:
            self.table.part(start, size)
        except _BROKEN as error:
            return _said(error)
        return ""

    def _at(self, row: int) -> Origin:
        place = self.place
        return Origin(file=place.file, line=row, reader=place.reader, pointer=place.pointer)


def _said(error: BaseException) -> str:
    """The first line of what a library says of an error."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


__all__ = ["read_arrow", "read_frame", "read_parquet"]
