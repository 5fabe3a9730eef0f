"""Writes responses as Parquet: their types, and a file of row groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as kinds
from attrs import define, field

from trainstate.errors import InputError
from trainstate.spec.model import Spec

ROWS = 50_000
"""Rows in a row group."""

_BLOCK = 1000


class Unfit(Exception):
    """A column has values of different types."""


def schema_of(rows: Iterable[Mapping[str, Any]], spec: Spec) -> Any:
    """The schema that fits every value of these responses.

    Members that the specification calls maps, whose keys users choose, become maps. Raises Unfit
    if two values cannot share a column.
    """
    found: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            found[name] = merged(found.get(name, pa.null()), type_of(value, _is_map(name, spec)))
    return pa.schema([(name, kind) for name, kind in found.items() if not kinds.is_null(kind)])


def _is_map(name: str, spec: Spec) -> bool:
    member = spec.member_by_name.get(name)
    return member is not None and member.type == "map"


def type_of(value: Any, is_map: bool = False) -> Any:
    """The type of a column that can hold a value."""
    if isinstance(value, Mapping) and is_map:
        items = pa.null()
        for item in value.values():
            items = merged(items, type_of(item))
        return pa.map_(pa.string(), pa.string() if kinds.is_null(items) else items)
    if isinstance(value, Mapping):
        fields = [(str(name), type_of(item)) for name, item in value.items()]
        return pa.struct([(name, kind) for name, kind in fields if not kinds.is_null(kind)])
    if isinstance(value, list | tuple):
        items = pa.null()
        for item in value:
            items = merged(items, type_of(item))
        return pa.null() if kinds.is_null(items) else pa.list_(items)
    if isinstance(value, datetime):
        return pa.timestamp("us", tz=None if value.tzinfo is None else "UTC")
    return _PLAIN.get(type(value), pa.null() if value is None else None) or _unfit(value)


_PLAIN = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}


def _unfit(value: Any) -> Any:
    raise Unfit(f"a column cannot hold a {type(value).__name__}")


def merged(one: Any, other: Any) -> Any:
    """A type for the values of either of two; raises Unfit if there is none."""
    if one == other or kinds.is_null(other):
        return one
    if kinds.is_null(one):
        return other
    if kinds.is_struct(one) and kinds.is_struct(other):
        fields = {part.name: part.type for part in one}
        for part in other:
            fields[part.name] = merged(fields.get(part.name, pa.null()), part.type)
        return pa.struct(list(fields.items()))
    if kinds.is_list(one) and kinds.is_list(other):
        return pa.list_(merged(one.value_type, other.value_type))
    if {one, other} == {pa.int64(), pa.float64()}:
        return pa.float64()
    raise Unfit(f"{one} and {other} cannot stand in one column")


def fits(rows: Iterable[Any], schema: Any, spec: Spec) -> bool:
    """Whether all rows are responses whose values fit a schema."""
    try:
        return all(isinstance(row, Mapping) and _has_place(row, schema, spec) for row in rows)
    except Unfit:
        return False


def _has_place(row: Mapping[str, Any], schema: Any, spec: Spec) -> bool:
    for name, value in row.items():
        kind = type_of(value, _is_map(name, spec))
        at = schema.get_field_index(name)
        if not kinds.is_null(kind) and (
            at < 0 or merged(schema.types[at], kind) != schema.types[at]
        ):
            return False
    return True


@define
class Writing:
    """A Parquet file that is being written in row groups.

    A thousand rows are held as values at a time, a row group in columns.
    """

    writer: Any
    schema: Any
    most: int = ROWS
    _waiting: list[Mapping[str, Any]] = field(factory=list)
    _held: list[Any] = field(factory=list)
    _count: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Adds a row, whose values must fit the schema."""
        self._waiting.append(row)
        if len(self._waiting) >= _BLOCK or self._count + len(self._waiting) >= self.most:
            self._turn()
        if self._count >= self.most:
            self._lay()

    def end(self) -> None:
        """Writes the pending rows."""
        self._turn()
        self._lay()

    def _turn(self) -> None:
        rows = self._waiting
        columns = [
            pa.array([row.get(part.name) for row in rows], type=part.type) for part in self.schema
        ]
        self._held.append(pa.table(columns, schema=self.schema))
        self._count += len(rows)
        rows.clear()

    def _lay(self) -> None:
        if self._count:
            self.writer.write_table(pa.concat_tables(self._held), row_group_size=self._count)
        self._held, self._count = [], 0


@contextmanager
def writing(path: str, schema: Any, *, rows: int = ROWS) -> Iterator[Writing]:
    """A Parquet file at a path, written beside it and moved there at the end.

    Raises InputError if it cannot be written.
    """
    target = Path(path)
    try:
        # On success the file outlives this block: it is moved to its place.
        laid = NamedTemporaryFile(  # noqa: SIM115
            dir=target.parent, prefix=f".{target.name}.", delete=False
        )
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}.") from None
    beside = Path(laid.name)
    try:
        with laid, pq.ParquetWriter(laid, schema, compression="zstd") as writer:
            found = Writing(writer, schema, rows)
            yield found
            found.end()
        beside.chmod(0o644)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


__all__ = ["ROWS", "Unfit", "Writing", "fits", "merged", "schema_of", "type_of", "writing"]


def write_rows(rows: Iterable[Mapping[str, Any]], path: str, types: Mapping[str, type]) -> None:
    """Writes flat rows as a Parquet file; columns that ``types`` does not name are text."""
    kinds_of = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}
    listed = list(rows)
    names = listed[0] if listed else types
    schema = pa.schema([(name, kinds_of[types.get(name, str)]) for name in names])
    with writing(path, schema) as out:
        for row in listed:
            out.add(dict(zip(row, map(_utf8, row.values()), strict=True)))


def _utf8(value: Any) -> Any:
    """A value that Parquet can hold: lone surrogates are replaced."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
