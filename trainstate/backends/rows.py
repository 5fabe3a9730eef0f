"""Rows of a table as lines of JSON, read as NDJSON from there.

Null and NaN are written as null, which means an absent member. Times become ISO 8601 text,
whatever their unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import msgspec
import polars as pl

from trainstate.history.machines import folded
from trainstate.history.readers.python_literal import NotLiteral, literal
from trainstate.history.wire import mapping_of
from trainstate.spec.model import Spec

_UNITS = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # the years 1 to 9999, in seconds since 1970
_NESTED = ("structure", "list", "map")


def lines_of(batch: pl.DataFrame, spec: Spec) -> Iterable[bytes]:
    """The rows of a batch, one line of JSON each."""
    nested = {folded(member.name): member.type for member in spec.members}
    apart = {
        name: known
        for name, kind in batch.schema.items()
        if _is_apart(kind, known := nested.get(folded(name)))
    }
    whole = batch.rechunk()  # polars may fail on a list of structures that a chunk lacks
    plain = whole.select(_written(pl.col(name), kind) for name, kind in batch.schema.items())
    lines = _lines(plain.drop(apart), batch.height)
    if not apart:
        return lines
    columns = [_values(plain[name], known) for name, known in apart.items()]
    return (_joined(line, apart, row) for line, *row in zip(lines, *columns, strict=True))


def _is_apart(kind: Any, known: str | None) -> bool:
    """Whether Python writes a column's values, because polars would write something else.

    A flat table has the JSON of a nested member as text; a map can be a list of pairs.
    """
    text = kind == pl.String and known in _NESTED
    return text or kind == pl.Object or (isinstance(kind, pl.List) and known == "map")


def _lines(plain: pl.DataFrame, height: int) -> list[bytes]:
    if not plain.columns:
        return [b"{}"] * height
    # A third less time than write_ndjson takes, whose text must be split.
    line = pl.struct(pl.all()).struct.json_encode().cast(pl.Binary)
    return plain.select(line).to_series().to_list()


def _written(column: pl.Expr, kind: Any) -> pl.Expr:
    """A column that JSON can hold, also inside structures and lists."""
    if isinstance(kind, pl.Struct):
        fields = [_written(pl.field(part.name), part.dtype) for part in kind.fields]
        column = column.struct.with_fields(fields) if fields else column
    elif isinstance(kind, pl.List):
        column = column.list.eval(_written(pl.element(), kind.inner))
    elif isinstance(kind, pl.Array):
        column = _written(column.arr.to_list(), pl.List(kind.inner))
    elif isinstance(kind, pl.Date):
        column = _time(column.cast(pl.Datetime("ms")), pl.Datetime("ms"))
    elif isinstance(kind, pl.Datetime):
        column = _time(column, kind)
    elif isinstance(kind, pl.Categorical | pl.Enum):  # older versions write their numbers
        column = column.cast(pl.String)
    elif isinstance(kind, pl.Decimal):
        column = column.cast(pl.Float64)
    elif isinstance(kind, pl.Binary):
        column = column.map_elements(_text, return_dtype=pl.String)
    return column


def _time(column: pl.Expr, kind: pl.Datetime) -> pl.Expr:
    """Times as text; those beyond the year 9999 as text that is read as a bad timestamp."""
    ticks, per_second = column.cast(pl.Int64), _UNITS[kind.time_unit]
    near = ticks.is_between(_FIRST * per_second, (_LAST + 1) * per_second - 1)
    inside = ticks if kind.time_unit == "ns" else pl.when(near).then(ticks)
    known = inside.cast(kind).dt.to_string("iso:strict")
    return pl.coalesce(known, pl.format(f"{{}} {kind.time_unit} since 1970", ticks))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _values(column: pl.Series, known: str | None) -> Iterable[bytes | None]:
    """The JSON of a column's values, by the type of their member; None for a null."""
    write = _mapping if known == "map" else _nested if known in _NESTED else _json
    return (None if value is None else write(value) for value in column.to_list())


def _joined(line: bytes, names: Iterable[str], values: Iterable[bytes | None]) -> bytes:
    """A line with the members that polars did not write."""
    parts = [
        _json(name) + b":" + value
        for name, value in zip(names, values, strict=True)
        if value is not None
    ]
    rest = line[1:-1]
    return b"{" + b",".join([*([rest] if rest else []), *parts]) + b"}"


def _mapping(value: Any) -> bytes:
    """A map as an object, if it is a list of pairs."""
    return _nested(mapping_of(value))


def _nested(value: Any) -> bytes:
    """The JSON of what a text holds as JSON, or as Python prints it; else that of the text."""
    data = value.strip().encode() if isinstance(value, str) else b""
    if data[:1] not in (b"{", b"["):
        return _json(value)
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
        return data.replace(b"\n", b" ")
    except msgspec.DecodeError:
        with suppress(NotLiteral):
            return _json(literal(data))
    return _json(value)


def _json(value: Any) -> bytes:
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError):
        return _ENCODER.encode(type(value).__name__)


def _bare(value: Any) -> Any:
    """A numpy value as Python's; the text of an unknown one."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


_ENCODER = msgspec.json.Encoder(enc_hook=_bare, decimal_format="number")


__all__ = ["lines_of"]
