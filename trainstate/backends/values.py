"""Columns of Arrow as values of Python: what JSON of the same rows would hold.

Whole columns are converted at once, which is several times as fast as a value at a time.
A null is None, and a member that is null is left out of its structure, as a recording
leaves it out. Times become datetimes, whatever their unit; text in binary columns, text.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_MICRO = 1_000_000


def values(column: Any) -> list[Any]:
    """The values of an array, one for each row."""
    if column.null_count == len(column):
        return [None] * len(column)
    kind = column.type
    convert = _KNOWN.get(kind.id)
    if convert is None:
        convert = next((one for holds, one in _CONVERTERS if holds(kind)), _others)
        _KNOWN[kind.id] = convert
    return convert(column)


def mappings(batch: Any) -> list[dict[str, Any]]:
    """The rows of a record batch as mappings, without the members that are null."""
    return _rows(batch.schema.names, [values(column) for column in batch.columns], len(batch))


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


def _structures(column: Any) -> list[Any]:
    if column.null_count:
        found = iter(_structures(column.drop_null()))
        return [next(found) if there else None for there in column.is_valid().to_pylist()]
    kind = column.type
    names = [kind.field(at).name for at in range(kind.num_fields)]
    children = [values(column.field(at)) for at in range(kind.num_fields)]
    return cast("list[Any]", _rows(names, children, len(column)))


def _lists(column: Any) -> list[Any]:
    bounds = column.offsets.to_pylist()
    first = bounds[0] if bounds else 0
    items = values(column.values.slice(first, bounds[-1] - first)) if bounds else []
    return _masked(column, [items[low - first : high - first] for low, high in pairwise(bounds)])


def _maps(column: Any) -> list[Any]:
    bounds = column.offsets.to_pylist()
    first = bounds[0] if bounds else 0
    length = bounds[-1] - first if bounds else 0
    keys, items = column.keys.slice(first, length), column.items.slice(first, length)
    pairs = list(zip(values(keys), values(items), strict=True))
    return _masked(
        column,
        [dict(pairs[low - first : high - first]) for low, high in pairwise(bounds)],
    )


def _masked(column: Any, found: list[Any]) -> list[Any]:
    if not column.null_count:
        return found
    valid = column.is_valid().to_pylist()
    return [value if there else None for value, there in zip(found, valid, strict=True)]


def _dictionaries(column: Any) -> list[Any]:
    if len(column.dictionary) > len(column):
        return values(column.dictionary_decode())
    table = values(column.dictionary)
    return [None if at is None else table[at] for at in column.indices.to_pylist()]


def _texts(column: Any) -> list[Any]:
    try:
        found: list[Any] = column.to_numpy(zero_copy_only=False).tolist()
    except UnicodeDecodeError:
        raw = column.cast(pa.large_binary()).to_pylist()
        return [None if item is None else item.decode("utf-8", "replace") for item in raw]
    return found


def _bytes(column: Any) -> list[Any]:
    """Bytes as the text that they are: older writers do not mark text as such."""
    return [_text(item) for item in column.to_pylist()]


def _text(item: bytes | None) -> str | bytes | None:
    try:
        return None if item is None else item.decode("utf-8")
    except UnicodeDecodeError:
        return item


def _numbers(column: Any) -> list[Any]:
    if column.null_count:
        found: list[Any] = column.to_pylist()
        return found
    plain: list[Any] = column.to_numpy(zero_copy_only=False).tolist()
    return plain


def _times(column: Any) -> list[Any]:
    ticks = column.cast(pa.int64()).to_pylist()
    known: dict[int | None, Any] = {None: None}
    for tick in set(ticks) - {None}:
        known[tick] = _time(tick, column.type)
    return [known[tick] for tick in ticks]


def _time(tick: int, kind: Any) -> datetime | str:
    """A time to the microsecond; as a text, which is read as no time, beyond the year 9999."""
    per_second = _PER_SECOND[kind.unit]
    try:
        moment = _EPOCH + timedelta(microseconds=tick * _MICRO // per_second)
    except OverflowError:
        return f"{tick} {kind.unit} since 1970"
    return moment if kind.tz else moment.replace(tzinfo=None)


def _dates(column: Any) -> list[Any]:
    return _times(column.cast(pa.timestamp("s" if kinds.is_date32(column.type) else "ms")))


def _decimals(column: Any) -> list[Any]:
    return [_number(item) for item in column.to_pylist()]


def _number(item: Decimal | None) -> int | float | None:
    if item is None:
        return None
    return int(item) if item == item.to_integral_value() else float(item)


def _runs(column: Any) -> list[Any]:
    return values(pc.run_end_decode(column))


def _stored(column: Any) -> list[Any]:
    return values(column.storage)


def _others(column: Any) -> list[Any]:
    """Durations, times of day, unions and what else there is: no recording has them."""
    try:
        found: list[Any] = column.to_pylist()
    except (ValueError, OverflowError, NotImplementedError, pa.ArrowException):
        return [repr(item) for item in column]
    return found


def _is_list(kind: Any) -> bool:
    return bool(kinds.is_list(kind) or kinds.is_large_list(kind))


def _is_text(kind: Any) -> bool:
    return bool(kinds.is_string(kind) or kinds.is_large_string(kind))


def _is_bytes(kind: Any) -> bool:
    # Not bytes of a fixed width: the UUIDs and numbers of other systems.
    return bool(kinds.is_binary(kind) or kinds.is_large_binary(kind))


def _is_number(kind: Any) -> bool:
    return bool(kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_boolean(kind))


def _is_extension(kind: Any) -> bool:
    return isinstance(kind, pa.BaseExtensionType)


_CONVERTERS: tuple[tuple[Callable[[Any], bool], Callable[[Any], list[Any]]], ...] = (
    (_is_text, _texts),
    (kinds.is_dictionary, _dictionaries),
    (kinds.is_struct, _structures),
    (_is_list, _lists),
    (kinds.is_map, _maps),
    (kinds.is_timestamp, _times),
    (_is_number, _numbers),
    (_is_bytes, _bytes),
    (kinds.is_date, _dates),
    (kinds.is_decimal, _decimals),
    (kinds.is_run_end_encoded, _runs),
    (_is_extension, _stored),
)

_KNOWN: dict[int, Callable[[Any], list[Any]]] = {}
"""The converters by the number of a type, which tells all that decides."""


__all__ = ["mappings", "values"]
