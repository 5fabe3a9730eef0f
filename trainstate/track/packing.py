"""Converts frozen values to plain JSON values and back, driven by their fields and types.

A large class is packed by field name, without defaults; a small one (a rank, an entry) as an
array. So a field with a default can be added without making older texts unreadable, and no
field can be forgotten.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

import attrs
import msgspec
from attrs import frozen


@frozen
class _Field:
    """A field of an attrs or msgspec record; ``name`` is its name in saved text."""

    attribute: str
    name: str
    type: Any
    default: Any


@frozen
class Packer:
    """How values are packed: classes packed by name, and omitted fields."""

    by_name: frozenset[type]
    left_out: Mapping[type, frozenset[str]]

    def pack(self, value: Any) -> Any:
        """The plain form of a value."""
        if _is_record(type(value)):
            return self._packed(value)
        if isinstance(value, StrEnum | bytes):
            return value.hex() if isinstance(value, bytes) else str(value)
        if isinstance(value, Mapping):
            return [[self.pack(key), self.pack(item)] for key, item in value.items()]
        if isinstance(value, set | frozenset):
            return sorted(value)
        if isinstance(value, tuple | list):
            return [self.pack(item) for item in value]
        return value

    def _packed(self, value: Any) -> Any:
        kind = type(value)
        fields = [(field, getattr(value, field.attribute)) for field in self.fields(kind)]
        if kind in self.by_name:
            return {
                field.name: self.pack(item) for field, item in fields if item != _default(field)
            }
        while fields and fields[-1][1] == _default(fields[-1][0]):
            fields.pop()
        return [self.pack(item) for _, item in fields]

    def fields(self, kind: type) -> list[_Field]:
        """The packed fields of a class; private fields are caches and are not packed."""
        skipped = self.left_out.get(kind, frozenset())
        fields = [field for field in _fields(kind) if not field.attribute.startswith("_")]
        return [field for field in fields if field.attribute not in skipped]

    def unpack(self, plain: Any, wanted: Any, **given: Any) -> Any:
        """The value of a type for a plain form; ``given`` are the omitted fields.

        Raises ValueError, TypeError or KeyError for a form that does not fit.
        """
        wanted = getattr(wanted, "__supertype__", wanted)
        origin, arguments = get_origin(wanted) or wanted, get_args(wanted)
        if origin in (Union, types.UnionType):
            return self._one_of(plain, arguments)
        if _is_record(origin):
            return self._object(plain, origin, arguments, given)
        if origin in (tuple, dict, set):
            return self._collection(plain, origin, arguments)
        if isinstance(wanted, type) and issubclass(wanted, StrEnum):
            return wanted(plain)
        return bytes.fromhex(plain) if wanted is bytes else _plain(plain, wanted)

    def _one_of(self, plain: Any, choices: tuple[Any, ...]) -> Any:
        if plain is None:
            return None
        return self.unpack(plain, next(kind for kind in choices if kind is not type(None)))

    def _collection(self, plain: Any, origin: Any, arguments: tuple[Any, ...]) -> Any:
        if not isinstance(plain, list):
            raise TypeError(f"expected a list but got {plain!r}")
        if origin is dict:
            key, item = arguments
            return {self.unpack(one, key): self.unpack(other, item) for one, other in plain}
        if origin is set or arguments[-1] is Ellipsis:
            return origin(self.unpack(item, arguments[0]) for item in plain)
        return tuple(self.unpack(item, kind) for item, kind in zip(plain, arguments, strict=True))

    def _object(
        self, plain: Any, kind: type, arguments: tuple[Any, ...], given: Mapping[str, Any]
    ) -> Any:
        fields = self.fields(kind)
        chosen = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=False))
        hints = {field.name: field.type for field in fields}
        if kind not in self.by_name:
            names = [field.name for field in fields]
            plain = dict(zip(names[: len(plain)], plain, strict=True))
        unknown = set(plain) - {field.name for field in fields}
        if unknown:
            raise ValueError(f"{kind.__name__} has no {min(unknown)!r}")
        values = {
            name: self.unpack(item, _chosen(hints[name], chosen)) for name, item in plain.items()
        }
        return kind(**values, **given)


def _is_record(kind: Any) -> bool:
    return attrs.has(kind) or (isinstance(kind, type) and issubclass(kind, msgspec.Struct))


@cache
def _fields(kind: Any) -> tuple[_Field, ...]:
    if not attrs.has(kind):
        found = msgspec.structs.fields(kind)
        return tuple(_Field(one.name, one.name, one.type, one.default) for one in found)
    attrs.resolve_types(kind)
    fields = attrs.fields(kind)
    return tuple(_Field(one.name, one.alias, one.type, one.default) for one in fields)


def _chosen(hint: Any, chosen: Mapping[Any, Any]) -> Any:
    """A type whose generic argument is filled in."""
    return chosen.get(hint, hint) if isinstance(hint, TypeVar) else hint


def _plain(value: Any, wanted: Any) -> Any:
    accepted = (int, float) if wanted is float else wanted
    if not isinstance(value, accepted) or (isinstance(value, bool) and wanted is not bool):
        raise TypeError(f"expected a {wanted.__name__} but got {value!r}")
    return value


def _default(field: _Field) -> Any:
    default = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        factory: Callable[[], Any] = default.factory
        return factory()
    return default
