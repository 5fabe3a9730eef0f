"""Values inside members that rules read, and those of a wrong type."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from trainstate.history.instants import UNSET, NotAnInstant, parse
from trainstate.history.model import value_at
from trainstate.spec.model import AttachedMachine, Spec

_NESTED = 2
# Concrete types first: checking for Mapping takes ten times as long.
_MAPPING = (dict, Mapping)
Excess = tuple[str, Any, str]
"""A JSON pointer, the number there, and the bound that it violates."""

Misfit = tuple[str, Any, str]
"""A JSON pointer, the value there, and the expected type."""


def misfits(members: Mapping[str, Any], spec: Spec) -> Iterator[Misfit]:
    """Values inside members that should be whole numbers or texts but are not."""
    for member, name in numbers(spec):
        outer = members.get(member)
        value = outer.get(name) if isinstance(outer, _MAPPING) else None
        if value is not None and type(value) is not int and not _is_whole(value):
            yield f"/{member}/{name}", value, "integer"
    for machine in spec.machines:
        if machine.member in members:
            yield from _statuses(machine, members[machine.member])


def no_texts(members: Mapping[str, Any], spec: Spec) -> Iterator[Misfit]:
    """Values inside maps that are not texts; the service writes only texts."""
    for member in maps(spec):
        held = members.get(member)
        for name, value in held.items() if isinstance(held, _MAPPING) else ():
            if value is not None and not isinstance(value, str):
                yield f"/{member}/{escaped(name)}", value, "string"


@lru_cache(maxsize=16)
def maps(spec: Spec) -> tuple[str, ...]:
    """The members that hold texts under names that users choose."""
    return tuple(member.name for member in spec.members if member.type == "map")


def escaped(name: object) -> str:
    """A name as a step of a JSON pointer."""
    return str(name).replace("~", "~0").replace("/", "~1")


@lru_cache(maxsize=16)
def numbers(spec: Spec) -> tuple[tuple[str, str], ...]:
    """The numbers inside structures, as (member, name): limits, budgets, instances."""
    named = [*spec.time.limits.values(), *(guard.budget for guard in spec.guards)]
    named += [guard.implied_by for guard in spec.guards]
    named += [spec.attempts.instances, *(bound.pointer for bound in spec.bounds)]
    named.append(spec.time.pending_limit)
    paths = (pointer.removeprefix("/").split("/") for pointer in named if pointer)
    return tuple(dict.fromkeys((path[0], path[1]) for path in paths if len(path) == _NESTED))


@lru_cache(maxsize=16)
def terms(spec: Spec) -> frozenset[str]:
    """The configuration members with a job's guards, limits, budgets and instances."""
    named = [name for guard in spec.guards for name in (guard.member, guard.implied_by or "")]
    named += [spec.attempts.groups or "", spec.attempts.instance_type or ""]
    named += [f"/{name}" for name in spec.time.billed_otherwise]
    found = {pointer.removeprefix("/").partition("/")[0] for pointer in named if pointer}
    found |= {member for member, _ in numbers(spec)}
    shown = (name for name in found if name in spec.member_by_name)
    return frozenset(n for n in shown if spec.member_by_name[n].role.endswith("configuration"))


def excesses(members: Mapping[str, Any], spec: Spec) -> Iterator[Excess]:
    """Numbers inside members that are out of bounds."""
    for bound in spec.bounds:
        value = number(value_at(members, bound.pointer))
        if value is None:
            continue
        floor = number(value_at(members, bound.least_of)) if bound.least_of else None
        top = number(value_at(members, bound.most_of)) if bound.most_of else None
        if bound.least is not None and value < bound.least:
            yield bound.pointer, value, f"at least {bound.least}"
        elif bound.most is not None and value > bound.most:
            yield bound.pointer, value, f"at most {bound.most}"
        elif floor is not None and value < floor:
            yield bound.pointer, value, f"at least {floor}, as `{_name(bound.least_of)}`"
        elif top is not None and value > top:
            yield bound.pointer, value, f"at most {top}, as `{_name(bound.most_of)}`"


def instance_type(members: Mapping[str, Any], spec: Spec) -> str | None:
    """A job's instance type, several joined by ``+``; None if none is recorded."""
    return "+".join(sorted(set(instance_types(members, spec)))) or None


def instance_types(members: Mapping[str, Any], spec: Spec) -> list[str]:
    """The recorded instance types of a job, and of its groups of instances."""
    facts = spec.attempts
    groups = value_at(members, facts.groups) if facts.groups else None
    rows = groups if isinstance(groups, list | tuple) else ()
    found = [row.get(facts.group_type) for row in rows if isinstance(row, Mapping)]
    found.append(value_at(members, facts.instance_type) if facts.instance_type else None)
    return [kind for kind in found if isinstance(kind, str)]


def _name(pointer: str) -> str:
    return pointer.rpartition("/")[2]


@lru_cache(maxsize=16)
def inner(spec: Spec) -> frozenset[str]:
    """The members in which rules look for numbers, times and items."""
    timed = {pointer.strip("/").partition("/")[0] for pointer in spec.layout.moments}
    listed = {machine.member for machine in spec.machines if machine.configured}
    return frozenset(timed | listed | {member for member, _ in numbers(spec)})


def origins_of(members: Mapping[str, Any], spec: Spec) -> dict[str, str]:
    """The ARNs of the jobs that started a job, by member."""
    names = _origins(spec)
    return {name: members[name] for name in names if isinstance(members.get(name), str)}


@lru_cache(maxsize=16)
def _origins(spec: Spec) -> tuple[str, ...]:
    return tuple(member.name for member in spec.members if member.resource)


def unconfigured(members: Mapping[str, Any], spec: Spec) -> Iterator[tuple[str, str, str]]:
    """Items that the job did not ask for: JSON pointer, name, member with the request.

    Without a list of requested items nothing is known.
    """
    for machine in spec.machines:
        asked = set(_keys(machine, members.get(machine.configured)))
        for at, name in enumerate(_keys(machine, members.get(machine.member)) if asked else ()):
            if name is not None and name not in asked:
                yield f"/{machine.member}/{at}/{machine.key}", name, machine.configured


def _keys(machine: AttachedMachine, items: object) -> list[str | None]:
    """The names of a list's items; None for an item without one."""
    listed = items if isinstance(items, list | tuple) else ()
    names = (item.get(machine.key) if isinstance(item, Mapping) else None for item in listed)
    return [name if isinstance(name, str) else None for name in names]


def moments(members: Mapping[str, Any], spec: Spec) -> Iterator[tuple[str, int]]:
    """The aware times inside members, without unset ones: JSON pointer and instant."""
    for pointer, value in times(members, spec):
        instant = aware(value)
        if instant is not None and instant != UNSET:
            yield pointer, instant


def is_emitted(pointer: str, spec: Spec) -> bool:
    """Whether the time at a JSON pointer is one that only training makes."""
    _, member, *_, name = pointer.split("/")
    return f"/{member}/{name}" in spec.layout.emitted


def no_times(members: Mapping[str, Any], spec: Spec) -> Iterator[Misfit]:
    """Values inside members that should be times but are not."""
    for pointer, value in times(members, spec):
        try:
            parse(value)
        except NotAnInstant as error:
            yield pointer, value, str(error)


def times(members: Mapping[str, Any], spec: Spec) -> Iterator[tuple[str, Any]]:
    """The values of times inside members, with their JSON pointers."""
    for pointer in spec.layout.moments:
        member, _, name = pointer.removeprefix("/").partition("/")
        for place, item in _structures(member, members.get(member)):
            value = item.get(name)
            if value is not None and value != "":
                yield f"{place}/{name}", value


def _structures(member: str, value: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A structure, or the structures in a list, with their JSON pointers."""
    if isinstance(value, _MAPPING):
        yield f"/{member}", value
    for at, item in enumerate(value if isinstance(value, list | tuple) else ()):
        if isinstance(item, _MAPPING):
            yield f"/{member}/{at}", item


def aware(value: object) -> int | None:
    """The instant of a time with an offset; None for anything else."""
    try:
        instant, naive = parse(value)
    except NotAnInstant:
        return None
    return None if naive else instant


def amount(item: Mapping[str, Any], name: str, spec: Spec) -> int | float | None:
    """A whole number in a structure, or the instant of its LastModifiedTime."""
    return (aware if name == spec.layout.modified else number)(item.get(name))


def number(value: object) -> int | float | None:
    """A whole number; None for anything else."""
    return value if isinstance(value, int | float) and _is_whole(value) else None


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
