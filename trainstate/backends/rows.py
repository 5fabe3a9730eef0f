"""Rows of a table as lines of JSON, which take the way of NDJSON from there.

A null is written as null, which says what an absent member says; so is NaN, with which tables
of programs say the same. Times become text in ISO 8601, whatever their unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import polars as pl

from trainstate.history.machines import folded
from trainstate.spec.model import Spec

_UNITS = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # the years 1 to 9999, in seconds since 1970
_NESTED = ("structure", "list", "map")


def lines_of(batch: pl.DataFrame, spec: Spec) -> Iterable[bytes]:
    """The rows of a batch, a line of JSON each."""
    nested = {folded(member.name) for member in spec.members if member.type in _NESTED}
    texts = [
        name for name, kind in batch.schema.items() if kind == pl.String and folded(name) in nested
    ]
    plain = batch.select(_written(pl.col(name), kind) for name, kind in batch.schema.items())
    lines = plain.drop(texts).write_ndjson().encode().split(b"\n")
    del lines[batch.height :]
    if not texts:
        return lines
    columns = [plain[name].to_list() for name in texts]
    return (_joined(line, texts, row) for line, *row in zip(lines, *columns, strict=True))


def _written(column: pl.Expr, kind: Any) -> pl.Expr:
    """A column as JSON can hold it, in structures and lists as well."""
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
    elif isinstance(kind, pl.Decimal):
        column = column.cast(pl.Float64)
    elif isinstance(kind, pl.Binary):
        column = column.map_elements(_text, return_dtype=pl.String)
    return column


def _time(column: pl.Expr, kind: pl.Datetime) -> pl.Expr:
    """Times as text; those beyond the year 9999 as one that is read as no time."""
    ticks, per_second = column.cast(pl.Int64), _UNITS[kind.time_unit]
    near = ticks.is_between(_FIRST * per_second, (_LAST + 1) * per_second - 1)
    inside = ticks if kind.time_unit == "ns" else pl.when(near).then(ticks)
    known = inside.cast(kind).dt.to_string("iso:strict")
    return pl.coalesce(known, pl.format(f"{{}} {kind.time_unit} since 1970", ticks))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _joined(line: bytes, names: list[str], texts: Iterable[str | None]) -> bytes:
    """A line with the members of which a flat table has the JSON as text."""
    parts = [
        msgspec.json.encode(name) + b":" + _json(text)
        for name, text in zip(names, texts, strict=True)
        if text is not None
    ]
    rest = line[1:-1]
    return b"{" + b",".join([*([rest] if rest else []), *parts]) + b"}"


def _json(text: str) -> bytes:
    """The JSON in a text; the text itself where it holds none."""
    data = text.strip().encode()
    try:
        if data[:1] in (b"{", b"["):
            msgspec.json.decode(data, type=msgspec.Raw)
            return data.replace(b"\n", b" ")
    except msgspec.DecodeError:
        pass
    return msgspec.json.encode(text)


__all__ = ["lines_of"]
