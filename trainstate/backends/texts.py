"""Columns of Arrow as the JSON texts of their values, without a value of Python for each.

What is written is what msgspec writes of the values that ``values`` makes of a column: a
member that is null is left out of its structure, times are texts. Every kernel runs over
a whole column; only what is written of a text, a time or a real number is made one by
one, once for each distinct value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from trainstate.backends.values import values

# Offsets of 64 bits: sixteen thousand rows may hold more than 2 GB.
_TEXT = pa.large_string()
_NULL = pa.scalar("null", _TEXT)


class Untold(Exception):
    """A column holds what has no one way to be written."""


def texts(column: Any) -> Any:
    """The text of each value of a column, null where it is; raises Untold."""
    for holds, told in _TOLD:
        if holds(column.type):
            return told(column)
    raise Untold(f"a column of {column.type}")


def objects(columns: list[tuple[str, Any]], count: int) -> Any:
    """The text of each of ``count`` objects with members that are columns; raises Untold."""
    filled = [(name, column) for name, column in columns if column.null_count < count]
    if not filled:
        return pa.repeat(_plain("{}"), count)
    parts, there = [], None
    # A member that is always there comes first, so that the others surely follow a comma.
    for name, column in sorted(filled, key=lambda one: one[1].null_count > 0):
        parts.append(_member(name, column, there))
        if there is not True:
            valid = column.is_valid() if column.null_count else True
            there = valid if valid is True or there is None else pc.or_(there, valid)
    return _side_by_side(_plain("{"), *parts, _plain("}"))


def _member(name: str, column: Any, there: Any) -> Any:
    """A name and its value, null where that is; a comma first where another is ``there``."""
    key = msgspec.json.encode(name).decode() + ":"
    if there is None or there is True:
        start = _plain(key if there is None else "," + key)
    else:
        start = pc.if_else(there, _plain("," + key), _plain(key))
    return _joined(start, texts(column), "")


def _plain(text: str) -> Any:
    return pa.scalar(text, _TEXT)


def _joined(*parts: Any) -> Any:
    """The parts side by side, the last of which stands between the others; null if one is."""
    *rest, between = parts
    return pc.binary_join_element_wise(*rest, _plain(between))


def _side_by_side(*parts: Any) -> Any:
    """The parts side by side; one that is null is left out."""
    return pc.binary_join_element_wise(
        *parts, _plain(""), null_handling="replace", null_replacement=""
    )


def _structures(column: Any) -> Any:
    kind = column.type
    parts = [(kind.field(at).name, column.field(at)) for at in range(kind.num_fields)]
    return _nulled(column, objects(parts, len(column)))


def _lists(column: Any) -> Any:
    first, last = _bounds(column)
    items = pc.fill_null(texts(column.values.slice(first, last - first)), _NULL)
    return _enclosed(column, items, "[", "]")


def _maps(column: Any) -> Any:
    if not _is_text(column.keys.type):
        raise Untold(f"a map with keys of {column.keys.type}")
    first, last = _bounds(column)
    keys, items = (part.slice(first, last - first) for part in (column.keys, column.items))
    pairs = _joined(texts(keys), pc.fill_null(texts(items), _NULL), ":")
    return _enclosed(column, pairs, "{", "}")


def _bounds(column: Any) -> tuple[int, int]:
    offsets = column.offsets
    return offsets[0].as_py(), offsets[-1].as_py()


def _enclosed(column: Any, items: Any, begin: str, end: str) -> Any:
    """The texts of lists whose items' texts are side by side."""
    offsets = pc.cast(pc.subtract(column.offsets, column.offsets[0]), pa.int64())
    inner = pc.binary_join(pa.LargeListArray.from_arrays(offsets, items), _plain(","))
    return _nulled(column, _joined(_plain(begin), inner, _plain(end), ""))


def _nulled(column: Any, found: Any) -> Any:
    if not column.null_count:
        return found
    return pc.if_else(column.is_valid(), found, pa.scalar(None, _TEXT))


def _dictionaries(column: Any) -> Any:
    if len(column.dictionary) > len(column):
        return texts(column.dictionary_decode())
    return texts(column.dictionary).take(column.indices)


def _each(column: Any) -> Any:
    """The texts of values that are written one by one; each distinct one once."""
    coded = pc.dictionary_encode(column)
    written = [_written(value) for value in values(coded.dictionary)]
    return pa.array(written, _TEXT).take(coded.indices)


def _times(column: Any) -> Any:
    """The texts of times, which come again in other columns and other rows."""
    coded = pc.dictionary_encode(column)
    ticks = coded.dictionary.cast(pa.int64()).to_pylist()
    known = _KNOWN.setdefault(column.type, {})
    new = [tick for tick in ticks if tick not in known]
    if new:
        if len(known) > _MOST:
            known.clear()
            new = ticks
        moments = values(pa.array(new, pa.int64()).cast(column.type))
        known.update(zip(new, map(_written, moments), strict=True))
    return pa.array([known[tick] for tick in ticks], _TEXT).take(coded.indices)


_MOST = 200_000
_KNOWN: dict[Any, dict[int | None, str | None]] = {}


def _written(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _strings(column: Any) -> Any:
    # Most texts need no escape, and a quote before and after is all that they need.
    if not pc.any(pc.match_substring_regex(column, _ESCAPED)).as_py():
        return _joined(_plain('"'), pc.cast(column, _TEXT), _plain('"'), "")
    return _each(column)


_ESCAPED = r'["\\\x00-\x1f]'


def _numbers(column: Any) -> Any:
    return pc.cast(column, _TEXT)


def _nothing(column: Any) -> Any:
    return pa.nulls(len(column), _TEXT)


def _is_text(kind: Any) -> bool:
    if kinds.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(kinds.is_string(kind) or kinds.is_large_string(kind))


def _is_list(kind: Any) -> bool:
    return bool(kinds.is_list(kind) or kinds.is_large_list(kind))


def _is_whole(kind: Any) -> bool:
    return bool(kinds.is_integer(kind) or kinds.is_boolean(kind))


_TOLD: tuple[tuple[Callable[[Any], bool], Callable[[Any], Any]], ...] = (
    (kinds.is_dictionary, _dictionaries),
    (_is_text, _strings),
    (kinds.is_struct, _structures),
    (_is_list, _lists),
    (kinds.is_map, _maps),
    (_is_whole, _numbers),
    (kinds.is_timestamp, _times),
    (kinds.is_floating, _each),
    (kinds.is_null, _nothing),
)


__all__ = ["Untold", "objects", "texts"]
