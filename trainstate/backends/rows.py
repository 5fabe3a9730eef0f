"""Frames as values of Python: what JSON of the same rows would hold.

A null is None, and a member that is null is left out of its structure, as a recording
leaves it out. Times become datetimes, whatever their unit; text in binary columns, text.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from typing import Any, cast

import polars as pl

from trainstate.history.wire import plain_number

_EXACT = (pl.Int64, pl.String, pl.Boolean, pl.Int32, pl.Categorical)
_UNITS = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # the years 1 to 9999, in seconds since 1970


def mappings(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings, without the members that are null."""
    columns = [(column.name, values(column)) for column in frame]
    return _rows([name for name, _ in columns], [found for _, found in columns], frame.height)


def values(column: pl.Series) -> list[Any]:
    """The values of a column, one for each row."""
    kind = column.dtype
    if column.null_count() == len(column):
        return [None] * len(column)
    known = next((convert for one, convert in _CONVERTERS if isinstance(kind, one)), None)
    if known is not None:
        return known(column)
    return column.to_list() if kind in _EXACT else [_plain(one) for one in column.to_list()]


def _rows(names: list[str], columns: list[list[Any]], count: int) -> list[dict[str, Any]]:
    filled = [
        (name, column)
        for name, column in zip(names, columns, strict=True)
        if any(value is not None for value in column)
    ]
    if not filled:
        return [{} for _ in range(count)]
    given = tuple(name for name, _ in filled)
    return [
        {name: value for name, value in zip(given, row, strict=True) if value is not None}
        for row in zip(*(column for _, column in filled), strict=True)
    ]


def _structures(column: pl.Series) -> list[Any]:
    whole = column.drop_nulls()
    fields = [whole.struct.field(name) for name in whole.struct.fields]
    names = [field.name for field in fields]
    return _placed(column, _rows(names, [values(field) for field in fields], len(whole)))


def _lists(column: pl.Series) -> list[Any]:
    whole = column.drop_nulls()
    sizes = whole.list.len().to_list()
    items = iter(values(whole.filter(whole.list.len() > 0).explode()))
    return _placed(column, [[next(items) for _ in range(size)] for size in sizes])


def _placed(column: pl.Series, found: list[Any]) -> list[Any]:
    """The values that there are, and None where the column has a null."""
    if not column.null_count():
        return found
    left = iter(found)
    return [next(left) if there else None for there in column.is_not_null().to_list()]


def _times(column: pl.Series) -> list[Any]:
    """Times to the microsecond; as a text, which is read as no time, beyond the year 9999."""
    kind = cast("pl.Datetime", column.dtype)
    ticks, per_second = column.cast(pl.Int64), _UNITS[kind.time_unit]
    # Nanoseconds reach from 1677 to 2262.
    bounds = _FIRST * per_second, (_LAST + 1) * per_second
    near = kind.time_unit == "ns" or ticks.is_between(*bounds, closed="left")
    inside = pl.select(pl.when(near).then(ticks)).to_series()
    known = inside.cast(pl.Datetime(kind.time_unit)).cast(pl.Datetime("us")).to_list()
    # Not the column's own zone: names of zones take long, and an instant is an instant.
    zoned = kind.time_zone is not None
    return [
        (moment.replace(tzinfo=UTC) if zoned else moment)
        if moment is not None
        else (None if tick is None else f"{tick} {kind.time_unit} since 1970")
        for moment, tick in zip(known, ticks.to_list(), strict=True)
    ]


def _plain(value: Any) -> Any:
    """A value of a scarcer type: bytes of text, numbers of databases, maps."""
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
        return value if "\ufffd" in text else text
    if isinstance(value, Decimal):
        value = plain_number(value)
    elif isinstance(value, dict):
        value = {name: _plain(item) for name, item in value.items() if item is not None}
    elif isinstance(value, list):
        value = [_plain(item) for item in value]
    return value


_CONVERTERS: tuple[tuple[Any, Callable[[pl.Series], list[Any]]], ...] = (
    (pl.Struct, _structures),
    (pl.List, _lists),
    (pl.Array, lambda column: _lists(column.arr.to_list())),
    (pl.Datetime, _times),
    (pl.Date, lambda column: _times(column.cast(pl.Datetime("ms")))),
)


__all__ = ["mappings", "values"]
