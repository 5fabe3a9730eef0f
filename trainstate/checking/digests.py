"""Digests of values, and of the parts of structures: which of them differ.

A digest reveals a change but no hyperparameter or environment variable, so no secret is kept or
printed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from trainstate.history.instants import same_instant

_MOMENT = 10
_PART = 16


def of_parts(parts: Mapping[Any, Any]) -> bytes:
    """The digests of a structure's parts, each after the digest of its name."""
    found = ((digested(str(name)), digested(part) or unfit(part)) for name, part in parts.items())
    return b"".join(sorted((name or b"") + part for name, part in found))


def disagree(one: bytes, other: bytes) -> bool:
    """Whether digests differ; structures are compared only in parts that both have.

    An old client omits newer parts, and a query omits what it did not ask for.
    """
    if one == other or _same_moment(one, other):
        return False
    return bool(len(one) % _PART or len(other) % _PART or differing(one, other))


def differing(one: bytes, other: bytes) -> set[bytes]:
    """The digests of the names of a structure's parts that differ; both have them."""
    if len(one) % _PART or len(other) % _PART:
        return set()
    known, shown = map(parts_of, (one, other))
    return {name for name in known.keys() & shown.keys() if known[name] != shown[name]}


def part_of(structure: Any, apart: set[bytes]) -> str:
    """The part whose name has one of these digests; empty if several have, or it is no name."""
    names = [str(name) for name in structure if digested(str(name)) in apart] if apart else []
    return names[0] if len(names) == 1 and names[0].isidentifier() else ""


def united(known: bytes, shown: bytes) -> bytes:
    """The digests of a structure's parts with those that come later, such as selected instances."""
    if known == shown or len(known) % _PART or len(shown) % _PART:
        return known
    parts = parts_of(shown) | parts_of(known)
    return b"".join(sorted(name + part for name, part in parts.items()))


def parts_of(digests: bytes) -> dict[bytes, bytes]:
    """The digests of the parts of a structure by those of their names."""
    half, starts = _PART // 2, range(0, len(digests) - _PART + 1, _PART)
    return {digests[at : at + half]: digests[at + half : at + _PART] for at in starts}


def _same_moment(one: bytes, other: bytes) -> bool:
    """Whether two digests are times that can be readings of one instant."""
    if not len(one) == len(other) == _MOMENT:
        return False
    moments = [int.from_bytes(each[2:], "big", signed=True) for each in (one, other)]
    return same_instant(*moments)


def digested(
    value: Any, *, order: Literal["deterministic"] | None = "deterministic"
) -> bytes | None:
    """The digest of a value, independent of nulls and number spelling; None if not encodable."""
    try:
        content = msgspec.json.encode(value, order=order, enc_hook=repr)
        if order and (b"null" in content or b".0" in content):
            content = msgspec.json.encode(_plain(value), order=order, enc_hook=repr)
    except (TypeError, ValueError, RecursionError):
        return None
    return hashlib.blake2b(content, digest_size=8).digest()


def _plain(value: Any) -> Any:
    """A value without nulls, and with whole floats as ints, since tables turn ints into floats."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


NOTHING = frozenset(map(digested, ({}, [], "")))
"""The digests of the empty values that some clients write for absent members."""
EMPTY = digested("")


def unfit(value: Any) -> bytes:
    """The digest of a value that JSON cannot encode: by its type alone."""
    return hashlib.blake2b(type(value).__name__.encode(), digest_size=8).digest()
