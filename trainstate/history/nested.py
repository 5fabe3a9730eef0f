"""The values inside members that rules read, and those of another type than they must have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from trainstate.spec.model import AttachedMachine, Spec

_NESTED = 2
Misfit = tuple[str, Any, str]
"""A JSON pointer, the value there, and the type that was expected."""


def misfits(members: Mapping[str, Any], spec: Spec) -> Iterator[Misfit]:
    """The numbers and texts inside members that are none; what is absent fits."""
    for member, name in numbers(spec):
        outer = members.get(member)
        value = outer.get(name) if isinstance(outer, dict | Mapping) else None
        if value is not None and not _is_whole(value):
            yield f"/{member}/{name}", value, "integer"
    for machine in spec.machines:
        if machine.member in members:
            yield from _statuses(machine, members[machine.member])


@lru_cache(maxsize=16)
def numbers(spec: Spec) -> tuple[tuple[str, str], ...]:
    """The numbers inside structures, by member and name: limits, budgets, instances."""
    named = [*spec.time.limits.values(), *(guard.budget for guard in spec.guards)]
    named += [guard.implied_by for guard in spec.guards]
    named.append(spec.attempts.instances)
    paths = (pointer.removeprefix("/").split("/") for pointer in named if pointer)
    return tuple(dict.fromkeys((path[0], path[1]) for path in paths if len(path) == _NESTED))


def _is_whole(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or value.is_integer()


def _statuses(machine: AttachedMachine, value: object) -> Iterator[Misfit]:
    place = f"/{machine.member}"
    if not machine.status:
        return
    if not machine.items:
        yield from _status(machine, value, place)
    elif isinstance(value, list | tuple):
        for ordinal, item in enumerate(value):
            if not isinstance(item, Mapping):
                yield f"{place}/{ordinal}", item, "structure"
            yield from _status(machine, item, f"{place}/{ordinal}")


def _status(machine: AttachedMachine, item: object, place: str) -> Iterator[Misfit]:
    status = item.get(machine.status) if isinstance(item, Mapping) else None
    if status is not None and not isinstance(status, str):
        yield f"{place}/{machine.status}", status, "string"
