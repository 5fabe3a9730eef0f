"""Enumerated values of the configuration, as the SDK for Java names its constants.

The output of a task of Step Functions has `FULLY_REPLICATED` for `FullyReplicated`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from trainstate.spec.model import Spec

_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_ITEMS = "*"

Path = tuple[str, ...]


def api_spelling(members: Mapping[str, Any], spec: Spec) -> Mapping[str, Any]:
    """The members with the API's values for constants; unchanged if one has the API's spelling.

    A client writes all of them in one way: a single constant among others is a mistake.
    """
    found = [
        (path, value, declared)
        for path, declared in _enumerated(spec)
        for value in _values(members.get(path[0]), path[1:])
        if isinstance(value, str)
    ]
    if not any(value not in declared and _named(value, declared) for _, value, declared in found):
        return members
    if any(value in declared and not _CONSTANT.fullmatch(value) for _, value, declared in found):
        return members
    changed = dict(members)
    for path, declared in _enumerated(spec):
        if path[0] in changed:
            changed[path[0]] = _spelt(changed[path[0]], path[1:], declared)
    return changed


@lru_cache(maxsize=16)
def _enumerated(spec: Spec) -> tuple[tuple[Path, Path], ...]:
    """The paths of the configuration's enumerated values, and what the API declares there."""
    roles = {member.name: member.role for member in spec.members}
    return tuple(
        (path, shape.one_of)
        for shape in spec.shapes
        for path in (tuple(written.rstrip("!").split("/")) for written in shape.paths)
        if shape.one_of and roles[path[0]].endswith("configuration")
    )


def _values(value: Any, path: Path) -> Iterator[Any]:
    """The values at a path."""
    if not path:
        yield value
    elif path[0] == _ITEMS:
        for item in value if isinstance(value, list | tuple) else ():
            yield from _values(item, path[1:])
    elif isinstance(value, Mapping):
        yield from _values(value.get(path[0]), path[1:])


def _spelt(value: Any, path: Path, declared: Path) -> Any:
    """The value with the API's spelling at a path."""
    if not path:
        return _named(value, declared) or value if isinstance(value, str) else value
    if path[0] == _ITEMS:
        listed = isinstance(value, list | tuple)
        return [_spelt(item, path[1:], declared) for item in value] if listed else value
    if not isinstance(value, Mapping) or path[0] not in value:
        return value
    return {**value, path[0]: _spelt(value[path[0]], path[1:], declared)}


def _named(constant: str, declared: Path) -> str | None:
    """The declared value that a constant names."""
    if not _CONSTANT.fullmatch(constant):
        return None
    plain = constant.replace("_", "").lower()
    return next((value for value in declared if value.lower() == plain), None)
