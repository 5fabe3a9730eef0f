"""Members that nobody asked for and the service shows: facts, each with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trainstate.simulator.errors import facts


def filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members with what the service fills in; what was asked for stays."""
    whole = dict(members)
    for row in facts()["filled"]:
        *path, name = row["path"].split("/")
        for place in _places(whole, path):
            place.setdefault(name, bool(place.get(row["as"])) if "as" in row else row["value"])
    return whole


def _places(whole: dict[str, Any], path: list[str]) -> Iterator[dict[str, Any]]:
    """The structures at a path, each of a list, copied on the way."""
    if not path:
        yield whole
        return
    name, *rest = path
    inner = whole.get(name)
    if isinstance(inner, Mapping):
        whole[name] = dict(inner)
        yield from _places(whole[name], rest)
    elif isinstance(inner, list):
        whole[name] = [dict(item) for item in inner]
        for item in whole[name]:
            yield from _places(item, rest)
