"""Constraints between the members of a response, and which of them are broken."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from attrs import frozen

from trainstate.history.identity import arn_of, differing, is_in_group, is_masked
from trainstate.spec.constraint import Constraint
from trainstate.spec.model import Spec

_LISTS, _MAPPINGS = (list, tuple), (dict, Mapping)
_ARTIFACTS = re.compile(r"(s3://.+)/output/model(?:\.tar\.gz|/)?")


@frozen
class Broken:
    """A broken constraint: the JSON pointer of the value, and the row's number in the facts.

    ``absent`` holds if nothing is wrong but a missing member.
    """

    pointer: str
    number: int
    absent: bool = False


def broken(
    members: Mapping[str, Any], spec: Spec, numbers: Iterable[int] | None = None
) -> Iterator[Broken]:
    """The broken constraints of a response; ``numbers`` limits which ones are checked.

    Of members that were decoded to their shapes it may report a constraint that is not broken,
    but misses none.
    """
    for number in range(len(spec.constraints)) if numbers is None else numbers:
        row = spec.constraints[number]
        for pointer, value in _at(members, row.path):
            if value and (not row.value or row.value == value):
                lacks = _lacks(members, row)
                if lacks or _is_wrong(members, row, value, spec):
                    yield Broken(pointer, number, lacks)


def _lacks(members: Mapping[str, Any], row: Constraint) -> bool:
    """Whether everything that a value needs is absent; an empty value may have been redacted."""
    asked = row.needs or ((row.among,) if row.among else ())
    return bool(asked) and not any(_at(members, path) for path in asked)


def _is_wrong(members: Mapping[str, Any], row: Constraint, value: Any, spec: Spec) -> bool:
    """Whether a value contradicts the other members."""
    if row.one_of:
        return value not in row.one_of
    if row.excludes:
        return bool(found(members, row.excludes))
    if not isinstance(value, str):
        return False
    if row.same:
        there, here = arn_of(value), arn_of(members.get(spec.layout.arn))
        apart = differing(there, here) if there and here else ()
        return any(part in row.same for part, _, _ in apart) and not is_masked(value)
    where = row.among or row.below or row.unlike or row.in_group
    others = [one for _, one in found(members, where)]
    if not others or not all(isinstance(one, str) for one in others):
        return False
    if row.below:
        strange = _is_outside(value, others[0], members.get(spec.layout.name))
    elif row.in_group:
        strange = not is_in_group(value, others[0])
    else:
        strange = (value in others) is bool(row.unlike)
    return strange and not any(map(is_masked, (value, *others)))


def _is_outside(place: str, folder: str, job: Any) -> bool:
    """Whether artifacts lie outside the job's folder."""
    inner, above = _ARTIFACTS.fullmatch(place), folder.rstrip("/")
    if inner is None or "://" not in folder:
        return False
    return not place.startswith(f"{above}/") or inner[1][len(above) + 1 :] not in ("", job)


def is_placed(artifacts: Any) -> bool:
    """Whether artifacts have a location as the service writes it."""
    places = artifacts.values() if isinstance(artifacts, Mapping) else ()
    return any(isinstance(one, str) and _ARTIFACTS.fullmatch(one) for one in places)


def found(members: Mapping[str, Any], path: str) -> list[tuple[str, Any]]:
    """The values at a path with their JSON pointers; empty values count as absent."""
    return [one for one in _at(members, path) if one[1]]


def _at(value: Any, path: str, place: str = "") -> list[tuple[str, Any]]:
    before, listed, after = _parts(path)
    for name in before:
        # A mapping that is not a dict is rare, and takes ten times as long to tell.
        if type(value) is dict or not isinstance(value, msgspec.Struct):
            value = value.get(name) if isinstance(value, _MAPPINGS) else None
        else:
            value = getattr(value, name, None)
        if value is None:
            return []
    if not listed:
        return [(f"{place}/{path}" if path else place, value)]
    place = f"{place}/{'/'.join(before)}"
    items = value if isinstance(value, _LISTS) else ()
    return [one for at, item in enumerate(items) for one in _at(item, after, f"{place}/{at}")]


@lru_cache(maxsize=256)
def _parts(path: str) -> tuple[tuple[str, ...], bool, str]:
    """The names before the first list in a path, whether there is a list, and the rest."""
    before, star, after = path.partition("/*")
    return tuple(before.split("/")) if before else (), bool(star), after.removeprefix("/")
