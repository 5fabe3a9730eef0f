"""The facts of a machine that shows one status, as those of one that shows two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trainstate.spec.overlay import spread


def of_one_status(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts with what follows from the primaries and their changes, where that is all there is.

    A job in the status is in the pair of it with itself. What only follows the end comes alone,
    beside the status in which the job ended.
    """
    if facts.get("secondary") or not facts.get("primary_transition"):
        return facts
    primaries = facts.get("primary", [])
    lived = [row for row in primaries if row.get("kind") != "after"]
    ends = [row for row in primaries if row.get("kind") == "terminal"]
    pairs = [_pair(row, row, entered=True) for row in lived]
    pairs += [
        _pair(row, end, entered=False) for row in primaries if row not in lived for end in ends
    ]
    return {
        **facts,
        "secondary": [{key: row[key] for key in row if key != "kind"} for row in lived],
        "pair": pairs,
        "transition": list(_transitions(facts["primary_transition"])),
        "initial": [{"secondary": row.get("primary"), **row} for row in facts.get("initial", [])],
    }


def _pair(primary: Mapping[str, Any], secondary: Mapping[str, Any], *, entered: bool) -> Any:
    shown = {key: primary[key] for key in ("evidence", "sources") if key in primary}
    names = {"primary": primary.get("name"), "secondary": secondary.get("name")}
    return {**shown, **names, "entered": entered}


def _transitions(changes: list[Any]) -> Iterator[Mapping[str, Any]]:
    """The edges of the statuses; what changes alone is none."""
    for row in changes:
        for change in spread(row):
            if not change.get("alone"):
                yield {key: value for key, value in change.items() if key != "alone"}
