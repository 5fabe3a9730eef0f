"""A number for what each row of a table holds, computed in columns.

Two rows have the same number if and only if they hold the same values, but for a chance
of one in 2^64 that no input can raise: texts are hashed with the process's own seed, and
everything else is mixed with numbers that are drawn anew in each process.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

Numbers = Any
"""A numpy array of unsigned 64-bit numbers, one for each row."""


_SMALL, _MOST_KNOWN = 256, 512
_KNOWN: dict[str, tuple[Any, Any]] = {}


class Undigested(Exception):
    """A column has a type of which no number is made."""


def digests(columns: list[tuple[str, Any]], count: int) -> Numbers:
    """A number for each of ``count`` rows of columns with names; raises Undigested."""
    found: Numbers = np.zeros(count, np.uint64)
    for name, column in columns:
        found = (found + _digests(column, name)) * _odd(name)
    return _mixed(found)


def combined(*parts: Numbers) -> Numbers:
    """A number for each row of what all of its numbers tell."""
    found = parts[0]
    for at, part in enumerate(parts[1:]):
        found = found * _odd(f"part {at}") + part
    return _mixed(found)


def _digests(column: Any, path: str) -> Numbers:
    """The numbers of a column; ``path`` is where it is in its table."""
    for holds, digest in _DIGESTS:
        if holds(column.type):
            return digest(column, path)
    raise Undigested(f"a column of {column.type}")


def _texts(column: Any, path: str) -> Numbers:
    return _coded(pc.dictionary_encode(column), path)


def _coded(column: Any, path: str) -> Numbers:
    """The numbers of a dictionary's values, laid out by their codes."""
    table = _values(column.dictionary, path)
    codes = column.indices
    if not column.null_count:
        return table[codes.to_numpy(zero_copy_only=False)]
    places = pc.fill_null(codes, len(table)).to_numpy(zero_copy_only=False)
    return np.append(table, _odd("null"))[places]


def _values(table: Any, path: str) -> Numbers:
    """The numbers of a dictionary's values; that of the next batch begins with the same ones."""
    if not _is_hashed(table.type):
        return _digests(table, path)
    if len(table) < _SMALL:
        return _hashed(table)
    known, numbers = _KNOWN.get(path, (table.slice(0, 0), np.zeros(0, np.uint64)))
    if len(known) > len(table) or not known.equals(table.slice(0, len(known))):
        known, numbers = table.slice(0, 0), np.zeros(0, np.uint64)
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN[path] = table, np.append(numbers, _hashed(table.slice(len(known))))
    return _KNOWN[path][1]


def _hashed(table: Any) -> Numbers:
    found = np.fromiter(map(hash, table.to_pylist()), np.int64, len(table))
    return _mixed(found.view(np.uint64))


def _numbers(column: Any, _path: str = "") -> Numbers:
    bits = pc.fill_null(column, False if kinds.is_boolean(column.type) else 0)
    plain = bits.to_numpy(zero_copy_only=False)
    # Minus zero and zero are two numbers here: that costs a look at a row, and no verdict.
    wide = plain.astype(np.float64) if plain.dtype.kind == "f" else plain.astype(np.int64)
    return _nulled(column, _mixed(wide.view(np.uint64)))


def _times(column: Any, _path: str) -> Numbers:
    return _numbers(column.cast(pa.int64()))


def _structures(column: Any, path: str) -> Numbers:
    kind = column.type
    found: Numbers = np.zeros(len(column), np.uint64)
    for at in range(kind.num_fields):
        name = kind.field(at).name
        found = (found + _digests(column.field(at), f"{path}.{name}")) * _odd(name)
    return _nulled(column, _mixed(found))


def _lists(column: Any, path: str) -> Numbers:
    def items(first: int, last: int) -> Numbers:
        return _digests(column.values.slice(first, last - first), f"{path}[]")

    return _segments(column, items)


def _maps(column: Any, path: str) -> Numbers:
    def pairs(first: int, last: int) -> Numbers:
        keys, items = (part.slice(first, last - first) for part in (column.keys, column.items))
        return _mixed(_digests(keys, f"{path}()") * _odd("key") + _digests(items, f"{path}[]"))

    return _segments(column, pairs)


def _segments(column: Any, digest: Callable[[int, int], Numbers]) -> Numbers:
    """The numbers of lists, each made of those of its items and their places."""
    bounds = column.offsets.to_numpy(zero_copy_only=False).astype(np.int64)
    lengths = np.diff(bounds)
    starts = bounds[:-1] - bounds[0]
    total = int(bounds[-1] - bounds[0])
    found = lengths.astype(np.uint64) * _odd("length")
    if total:
        within = np.arange(total, dtype=np.int64) - np.repeat(starts, lengths)
        items = digest(int(bounds[0]), int(bounds[-1]))
        placed = _mixed(items + within.astype(np.uint64) * _odd("place"))
        # Sums over the whole, so that empty lists need no care.
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(placed, dtype=np.uint64)])
        found = found + sums[starts + lengths] - sums[starts]
    return _nulled(column, _mixed(found))


def _nulls(column: Any, _path: str) -> Numbers:
    return np.full(len(column), _odd("null"), np.uint64)


def _nulled(column: Any, found: Numbers) -> Numbers:
    if not column.null_count:
        return found
    return np.where(column.is_null().to_numpy(zero_copy_only=False), _odd("null"), found)


def _mixed(found: Numbers) -> Numbers:
    """Numbers of which each bit depends on all bits of what they were."""
    found = (found ^ (found >> np.uint64(32))) * _odd("first")
    found = (found ^ (found >> np.uint64(29))) * _odd("second")
    mixed: Numbers = found ^ (found >> np.uint64(32))
    return mixed


@cache
def _odd(_name: str) -> np.uint64:
    """An odd number for a name, drawn when it is first asked for."""
    return np.uint64(secrets.randbits(64) | 1)


def _is_hashed(kind: Any) -> bool:
    texts = kinds.is_string(kind) or kinds.is_large_string(kind)
    return bool(texts or kinds.is_binary(kind) or kinds.is_large_binary(kind))


def _is_number(kind: Any) -> bool:
    return bool(kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_boolean(kind))


def _is_list(kind: Any) -> bool:
    return bool(kinds.is_list(kind) or kinds.is_large_list(kind))


_DIGESTS: tuple[tuple[Callable[[Any], bool], Callable[[Any, str], Numbers]], ...] = (
    (kinds.is_dictionary, _coded),
    (_is_hashed, _texts),
    (kinds.is_struct, _structures),
    (_is_list, _lists),
    (kinds.is_map, _maps),
    (kinds.is_timestamp, _times),
    (_is_number, _numbers),
    (kinds.is_null, _nulls),
)


__all__ = ["Undigested", "combined", "digests"]
