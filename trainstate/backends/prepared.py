"""What is made of a batch of rows in columns, before any of them is judged.

A number for what each row holds tells which rows repeat their job's last one; the others
get a line. Nothing here asks what was said of a row before: so it can be made ahead.
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

from trainstate.backends.digests import Undigested, digests
from trainstate.backends.lines import Lines, Numbered
from trainstate.backends.rowshelf import Packed
from trainstate.backends.texts import Untold, texts
from trainstate.backends.values import mappings, values
from trainstate.spec.model import Spec

Row = dict[str, Any]
_EXACT: tuple[Callable[[Any], bool], ...] = (
    *(kinds.is_string, kinds.is_large_string, kinds.is_integer, kinds.is_boolean),
    *(kinds.is_timestamp, kinds.is_null, kinds.is_floating),
)
_BROKEN = (Undigested, Untold, pa.ArrowException, ValueError)


@define
class Echoes:
    """Rows that say just what their job's row before them says, LastModifiedTime among it.

    ``passed`` holds for such a row, by its place; ``after`` counts those that follow a
    row before its job says anything else.
    """

    passed: bytearray
    after: list[int]
    _order: Any
    _position: Any

    @classmethod
    def of(cls, jobs: Any, numbers: Any, times: Any) -> Echoes:
        """Of rows with numbers for their job, what they hold besides the time, and the time."""
        order = np.argsort(jobs, kind="stable")
        known = [one[order] for one in (jobs, numbers, times)]
        same: Any = np.zeros(len(jobs), np.bool_)
        same[1:] = np.logical_and.reduce([one[1:] == one[:-1] for one in known])
        first = np.flatnonzero(~same)
        after: Any = np.zeros(len(jobs), np.int64)
        position: Any = np.empty(len(jobs), np.int64)
        after[order[first]] = np.diff(np.append(first, len(jobs))) - 1
        position[order] = np.arange(len(jobs))
        passed: Any = np.zeros(len(jobs), np.uint8)
        passed[order[same]] = 1
        return cls(bytearray(passed.tobytes()), after.tolist(), order, position)

    def released(self, at: int) -> None:
        """The rows that echo one must be looked at, each at its place."""
        start = self._position[at] + 1
        for place in self._order[start : start + self.after[at]].tolist():
            self.passed[place] = 0
        self.after[at] = 0


@define
class Prepared:
    """A batch of rows, and all that is made of it in columns.

    ``lines`` are those of the rows that are not expected to be taken for repetitions, by
    their places, ``packed`` what was left out of them. ``numbered`` is None where rows
    cannot be told. Of ``count`` rows those at ``places`` are in the batch; all, where
    that is None. ``line`` is the one that was told last, ``taken`` holds if it was taken.
    """

    batch: Any
    count: int
    places: list[int] | None = None
    numbered: Numbered | None = None
    jobs: list[str] = field(factory=list)
    echoes: Echoes | None = None
    times: list[bytes | None] = field(factory=list)
    numbers: list[int] = field(factory=list)
    bare: Any = None
    lines: dict[int, bytes] = field(factory=dict)
    packed: list[Packed] = field(factory=list)
    line: bytes | None = None
    taken: bool = False
    _rows: list[Row] | None = None

    def mappings(self) -> list[Row]:
        """All rows as mappings."""
        if self._rows is None:
            self._rows = mappings(self.batch)
        return self._rows


@define(kw_only=True)
class Preparing:
    """How the batches of one input are prepared, in their order.

    Rows that show no other members than ``listed`` are bare. ``wary`` are jobs whose rows
    are not expected to be taken for repetitions. Rows of jobs that ``owns`` does not
    hold for are left out.
    """

    spec: Spec
    unseen: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    owns: Callable[[str], bool] | None = None
    wary: set[str] = field(factory=set)
    _lines: Lines = field(init=False)
    _expected: dict[str, int] = field(factory=dict)
    _turn: Lock = field(factory=Lock)

    @_lines.default
    def _made(self) -> Lines:
        return Lines(spec=self.spec, unseen=self.unseen)

    def prepared(self, batch: Any) -> Prepared:
        """What is made of a batch."""
        names = batch.schema.names
        if self.spec.layout.arn not in names or len(set(names)) < len(names):
            return Prepared(batch, len(batch))
        try:
            return self._ready(batch)
        except _BROKEN:
            return Prepared(batch, len(batch))

    def marks(self, schema: Any) -> tuple[bytes, ...]:
        """What lines begin with in which something stands for members."""
        return self._lines.marks(schema)

    def tell(self, ready: Prepared, places: list[int]) -> None:
        """Makes the lines of the rows at places."""
        if ready.numbered is None or not places:
            return
        at = np.array(places, np.int64)
        with self._turn:
            told = self._lines.told(ready.numbered, at)
            left_out = self._lines.packed(ready.numbered, at)
        ready.lines.update(zip(places, told, strict=True))
        ready.packed += [] if left_out is None else [left_out]

    def _ready(self, batch: Any) -> Prepared:
        count, layout = len(batch), self.spec.layout
        found = values(batch.column(layout.arn))
        jobs = [job if isinstance(job, str) else "" for job in found]
        places = self._own(jobs)
        if places is not None:
            batch, jobs = batch.take(pa.array(places, pa.int64())), [jobs[at] for at in places]
        if not all(_is_exact(column) for column in batch.columns):
            raise Undigested("a column of which JSON does not hold each value as it is")
        numbered = self._lines.numbered(batch)
        times = _tokens(batch, layout.modified)
        echoes = self._echoes(batch, numbered.whole)
        ready = Prepared(
            batch=batch,
            count=count,
            places=places,
            numbered=numbered,
            jobs=jobs,
            echoes=echoes,
            times=times,
            numbers=numbered.whole.tolist(),
            bare=self._bare(batch),
        )
        known = enumerate(zip(jobs, ready.numbers, echoes.passed, strict=True))
        new = [at for at, (job, number, echo) in known if not echo and self._is_new(job, number)]
        self.tell(ready, new)
        return ready

    def _echoes(self, batch: Any, numbers: Any) -> Echoes:
        """The rows that echo another; one without a job or a time does not."""
        layout, count = self.spec.layout, len(batch)
        jobs = batch.column(layout.arn)
        codes = jobs if kinds.is_dictionary(jobs.type) else pc.dictionary_encode(jobs)
        found = pc.fill_null(codes.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        times: Any = np.arange(count, dtype=np.uint64)
        if layout.modified in batch.schema.names:
            column = batch.column(layout.modified)
            # A row without a time echoes none, and no row echoes another across it.
            timeless = column.is_null().to_numpy(zero_copy_only=False)
            times = np.where(timeless, times, digests([(layout.modified, column)], count))
        lone = found < 0
        found[lone] = -1 - np.arange(int(lone.sum()))
        return Echoes.of(found, numbers, times)

    def _own(self, jobs: list[str]) -> list[int] | None:
        """The places of rows whose job is owned, or not named; None for all."""
        if self.owns is None:
            return None
        owned = {job: not job or self.owns(job) for job in set(jobs)}
        return None if all(owned.values()) else [at for at, job in enumerate(jobs) if owned[job]]

    def _bare(self, batch: Any) -> Any:
        """Which rows show nothing but what a listing shows."""
        shown = [pc.invert(column.is_valid()) for column in _unlisted(batch, self.listed)]
        if not shown:
            return np.ones(len(batch), np.bool_)
        return np.logical_and.reduce([one.to_numpy(zero_copy_only=False) for one in shown])

    def _is_new(self, job: str, number: int) -> bool:
        """Whether a row is not expected to be taken for a repetition; rows are asked in order."""
        before = self._expected.get(job)
        self._expected[job] = number
        return before != number or job in self.wary


def _unlisted(batch: Any, listed: frozenset[str]) -> Iterator[Any]:
    named = zip(batch.schema.names, batch.columns, strict=True)
    return (column for name, column in named if name not in listed)


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


__all__ = ["Prepared", "Preparing", "Row"]
