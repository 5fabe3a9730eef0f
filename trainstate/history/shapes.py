"""Checks values inside members against the shapes that the API declares.

Empty texts, lists and structures fit where a value is optional: some clients write them for absent
ones. So do redacted texts, and texts equal to their member's name, as in documentation samples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any, Literal

import msgspec
from attrs import define, evolve, field, frozen
from msgspec import Meta

from trainstate.history.excerpt import always_given
from trainstate.history.identity import is_masked
from trainstate.history.nested import numbers
from trainstate.spec.model import Evidence, Shape, Spec

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int, float),
    "long": (int, float),
    "float": (int, float),
    "boolean": (bool,),
    # Concrete types first: checking for Mapping takes ten times as long.
    "structure": (dict, Mapping),
    "map": (dict, Mapping),
    "list": (list, tuple),
}
# JSON types that alone prove that a value fits.
_PLAIN = {"string": str, "boolean": bool, "structure": dict, "map": dict, "list": list}
_LEAST, _MOST = -(2**63), 2**63 - 1
_NO_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})
_ITEMS, _NAMES = "*", "@"


@frozen
class Misshapen:
    """A value that does not fit its shape, and what was expected.

    ``kind`` is that of a ``Problem``: *wrong-type*, *undeclared-value* or *absent-part*, whose
    ``value`` is None or empty. ``null`` holds if an absent part was written as null.
    """

    kind: str
    pointer: str
    value: Any
    expected: str
    null: bool = False


_ANY = Shape(paths=(), type="", evidence=Evidence.DOCUMENTED, sources=())
_ALWAYS = "that it is always there"


@define
class _Node:
    """A node in the tree of shapes; ``needed`` holds if its parent always has it."""

    shape: Shape | None = None
    needed: bool = False
    parts: dict[str, _Node] = field(factory=dict)


def misshapen(members: Mapping[str, Any], spec: Spec) -> Iterator[Misshapen]:
    """Values inside members that do not fit; the members' own types are not checked."""
    if fits(members, spec):
        return
    for name, node in _tree(spec).items():
        value = members.get(name)
        if value is None or not has_type(value, spec.member_by_name[name].type):
            continue
        if _is_nothing(value):
            yield from _empty(f"/{name}", value, node)
        else:
            yield from _found(f"/{name}", value, node)


def shape_of(name: str, spec: Spec, moment: Any = Any) -> Any:
    """The msgspec type of a well-formed member; ``moment`` is the type for times.

    None if the facts do not describe the member's inside.
    """
    node = _tree(spec).get(name)
    return None if node is None else _form(name, node, moment) | None


def unique_part(name: str, spec: Spec) -> str:
    """The part that no two items of a list of structures may share; empty if there is none."""
    node = _tree(spec).get(name)
    return node.shape.unique if node is not None and node.shape else ""


def is_repeated(items: Iterable[Any], part: str) -> bool:
    """Whether two structures may share a part; a redacted one may be there twice."""
    shown = [getattr(item, part, None) for item in items]
    return len(set(shown)) < len(shown)


def fits(members: Mapping[str, Any], spec: Spec) -> bool:
    """Whether everything fits; msgspec decides in a tenth of the time of a walk."""
    if not spec.shapes:
        return True
    try:
        msgspec.convert(members, _whole(spec))
    except (msgspec.ValidationError, RecursionError, TypeError, ValueError):
        return False
    return True


def has_type(value: object, type_name: str) -> bool:
    """Whether a value has a type of the API, as JSON or programs write it."""
    if type(value) is _PLAIN.get(type_name) or type_name not in _TYPES:
        return True
    if isinstance(value, bool):
        return type_name == "boolean"
    if type_name == "float":
        return isinstance(value, int | float) or (isinstance(value, str) and value in _NO_NUMBERS)
    if isinstance(value, int | float):
        whole = value.is_integer() if isinstance(value, float) else _LEAST <= value <= _MOST
        return whole and float in _TYPES[type_name]
    return isinstance(value, _TYPES[type_name])


def shape_names(spec: Spec) -> frozenset[str]:
    """The names of values inside members, in the service's spelling."""
    paths = (path.rstrip("!").split("/")[1:] for shape in spec.shapes for path in shape.paths)
    return frozenset(name for path in paths for name in path) - {_ITEMS, _NAMES}


@lru_cache(maxsize=16)
def _tree(spec: Spec) -> Mapping[str, _Node]:
    """The shapes of a specification, by member."""
    root = _Node()
    for shape in spec.shapes:
        for path in shape.paths:
            node = root
            for name in path.rstrip("!").split("/"):
                node = node.parts.setdefault(name, _Node())
            node.shape, node.needed = shape, path.endswith("!")
    for member, name, kind in _read_by_rules(spec):
        held = spec.member_by_name[member].type
        node = root.parts.setdefault(member, _Node(evolve(_ANY, type=held)))
        if held == "list":
            node = node.parts.setdefault(_ITEMS, _Node(evolve(_ANY, type="structure")))
        node.parts.setdefault(name, _Node(evolve(_ANY, type=kind)))
    for name in root.parts.keys() & {*always_given(spec)}:
        root.parts[name].needed = True
    return root.parts


def _read_by_rules(spec: Spec) -> Iterator[tuple[str, str, str]]:
    """What rules read inside members, even without a shape: member, name, type."""
    for pointer in spec.layout.moments:
        member, name = pointer.strip("/").split("/")
        yield member, name, "timestamp"
    for member, name in numbers(spec):
        yield member, name, "integer"
    for machine in spec.machines:
        for member in filter(None, (machine.member, machine.configured)):
            yield from [(member, machine.key, "string")] if machine.key else []
        if machine.status:
            yield machine.member, machine.status, "string"


@lru_cache(maxsize=16)
def _whole(spec: Spec) -> Any:
    """The msgspec type of a response in which everything fits."""
    tree = _tree(spec)
    fields = [(name, _form(name, node, Any) | None, None) for name, node in tree.items()]
    return _structure("Members", fields, tree)


def _form(name: str, node: _Node, moment: Any) -> Any:
    shape, parts = node.shape or _ANY, node.parts
    if shape.type == "map":
        inside = (_form(at, parts[at], moment) if at in parts else str for at in (_NAMES, _ITEMS))
        names, held = inside
        kind: Any = dict[names, held | None]  # type: ignore[valid-type]
        return Annotated[kind, Meta(max_length=shape.most)]
    if shape.type == "list":
        item = _form(name, parts[_ITEMS], moment) | None if _ITEMS in parts else Any
        kind = list[item]  # type: ignore[valid-type]
        return Annotated[kind, Meta(min_length=int(node.needed), max_length=shape.most)]
    if parts:
        inner = [(part, _form(part, one, moment), one.needed) for part, one in parts.items()]
        fields = [
            (part, form) if needed else (part, form | None, None) for part, form, needed in inner
        ]
        return _structure(name, fields, parts, shape.apart, filled=node.needed)
    return moment if shape.type == "timestamp" else _scalar(shape, needed=node.needed)


def _structure(
    name: str,
    fields: Iterable[Any],
    parts: Mapping[str, _Node],
    apart: tuple[str, ...] = (),
    *,
    filled: bool = False,
) -> Any:
    """A msgspec structure that also checks unique names in lists and exclusive parts.

    A ``filled`` one has one of the parts. The walk decides when a check fails, as redacted names
    may repeat.
    """
    unique = [(part, one.shape.unique) for part, one in parts.items() if one.shape]
    unique = [(part, key) for part, key in unique if key]
    least = int(filled and bool(apart))

    def check(self: Any) -> None:
        if not least <= sum([bool(getattr(self, part)) for part in apart]) <= 1:
            raise ValueError
        for part, key in unique:
            if is_repeated(getattr(self, part) or (), key):
                raise ValueError

    namespace = {"__post_init__": check} if apart or unique else {}
    return msgspec.defstruct(name, fields, gc=False, kw_only=True, namespace=namespace)


def _scalar(shape: Shape, *, needed: bool) -> Any:
    if shape.type == "string":
        if shape.one_of:
            return Literal[shape.one_of if needed else ("", *shape.one_of)]
        pattern = rf"(?s)\A(?:{shape.pattern})\Z" if shape.pattern else None
        limits = Meta(min_length=int(needed), max_length=shape.most, pattern=pattern)
        return Annotated[str, limits]
    if shape.type == "integer":
        least = _LEAST if shape.least is None else shape.least
        return Annotated[int, Meta(ge=least, le=_MOST if shape.most is None else shape.most)]
    return {"boolean": bool, "float": float}.get(shape.type, Any)


def _found(place: str, value: Any, node: _Node) -> Iterator[Misshapen]:
    shape = node.shape
    if shape is not None and not has_type(value, shape.type):
        yield Misshapen("wrong-type", place, value, shape.type)
        return
    if shape is not None and not _is_declared(value, shape):
        yield Misshapen("undeclared-value", place, value, expected(shape))
    if isinstance(value, Mapping):
        inside = _in_map if node.parts.keys() & {_ITEMS, _NAMES} else _in_structure
        yield from inside(place, value, node)
        yield from _apart(place, value, shape)
    elif isinstance(value, list | tuple) and _ITEMS in node.parts:
        for at, item in enumerate(value):
            held = _empty if _is_nothing(item) else _found
            yield from held(f"{place}/{at}", item, node.parts[_ITEMS])
        yield from _repeated(place, value, shape)


def _in_structure(place: str, value: Mapping[str, Any], node: _Node) -> Iterator[Misshapen]:
    for name, part in node.parts.items():
        item = value.get(name)
        if item == name:
            continue
        if not _is_nothing(item):
            yield from _found(f"{place}/{name}", item, part)
        elif item is not None:
            yield from _empty(f"{place}/{name}", item, part)
        elif part.needed:
            yield Misshapen("absent-part", f"{place}/{name}", item, _ALWAYS, null=name in value)


def _empty(place: str, value: Any, node: _Node) -> Iterator[Misshapen]:
    """The empty values that the service never writes, in a value that says nothing.

    They are those that are always there, and structures that always have parts. An optional
    structure of empty values stands for an absent one.
    """
    parts = [f"`{name}`" for name, part in node.parts.items() if part.needed]
    if isinstance(value, Mapping) and value:
        for name, part in node.parts.items() if node.needed else ():
            if value.get(name) is not None:
                yield from _empty(f"{place}/{name}", value[name], part)
            elif part.needed:
                yield Misshapen("absent-part", f"{place}/{name}", None, _ALWAYS, null=name in value)
    elif node.needed:
        yield Misshapen("absent-part", place, value, _ALWAYS)
    elif value == {} and parts:
        yield Misshapen("absent-part", place, value, "that it has " + " and ".join(parts))


def _in_map(place: str, value: Mapping[str, Any], node: _Node) -> Iterator[Misshapen]:
    """The first misfit in a map, reported at the map, as names can be secrets."""
    named, held = (node.parts.get(at, _Node()) for at in (_NAMES, _ITEMS))
    items = ((name, item) for name, item in value.items() if item is not None)
    found = (
        one
        for name, item in items
        for pair in ((name, named), (item, held))
        for one in _found(place, *pair)
    )
    yield from islice(found, 1)


def _repeated(place: str, items: Any, shape: Shape | None) -> Iterator[Misshapen]:
    """List items that repeat the name of an earlier one."""
    part, seen = shape.unique if shape else "", set()
    for at, item in enumerate(items if part else ()):
        name = item.get(part) if isinstance(item, Mapping) else None
        if isinstance(name, str) and name in seen and not is_masked(name):
            other = "a name that no other item of the list has"
            yield Misshapen("undeclared-value", f"{place}/{at}/{part}", name, other)
        seen.add(name if isinstance(name, str) else None)


def _apart(place: str, value: Mapping[str, Any], shape: Shape | None) -> Iterator[Misshapen]:
    """Parts of a structure that stand beside one which excludes them."""
    there = [name for name in (shape.apart if shape else ()) if value.get(name)]
    for name in there[1:]:
        beside = f"nothing beside `{there[0]}`"
        yield Misshapen("undeclared-value", f"{place}/{name}", value[name], beside)


def _is_nothing(value: Any) -> bool:
    inner = value.values() if isinstance(value, Mapping) else (value,)
    return all(item is None or (isinstance(item, str | list | dict) and not item) for item in inner)


def _is_declared(value: Any, shape: Shape) -> bool:
    """Whether a value of the right type is one that the API declares."""
    size = value if shape.type == "integer" else len(value) if hasattr(value, "__len__") else 0
    if shape.most is not None and size > shape.most:
        return False
    if shape.least is not None and size < shape.least:
        return False
    if shape.one_of and value not in shape.one_of:
        return bool(is_masked(value))
    return not shape.pattern or bool(_pattern(shape.pattern).fullmatch(value)) or is_masked(value)


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.DOTALL)


def expected(shape: Shape) -> str:
    """The values that a shape permits, in words."""
    if shape.says:
        return shape.says
    if shape.one_of:
        return "one of " + ", ".join(f"`{value}`" for value in shape.one_of)
    if shape.apart:
        return "one of " + ", ".join(f"`{name}`" for name in shape.apart) + " at most"
    bounds = [f"at least {shape.least:,}"] if shape.least is not None else []
    bounds += [f"at most {shape.most:,}"] if shape.most is not None else []
    units = {"string": " characters", "list": " items", "map": " entries"}.get(shape.type, "")
    return " and ".join(bounds) + units
