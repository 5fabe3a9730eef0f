"""Facts made of facts: rows on top of others, and those that follow where there is one status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from trainstate.errors import SpecError
from trainstate.spec.facts import TABLES

# Rows that say the same of several statuses are written once, with lists.
_SPREAD = ("primary", "secondary", "before", "after")


def spread(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows that a row with lists of statuses stands for; no status follows itself."""
    keys = [key for key in _SPREAD if isinstance(table.get(key), list)]
    for values in product(*(table[key] for key in keys)):
        row = {**table, **dict(zip(keys, values, strict=True))}
        if not keys or "before" not in row or row["before"] != row.get("after"):
            yield row


def overlaid(
    base: Mapping[str, Any], facts: Mapping[str, Any], *, place: str = "overlay"
) -> dict[str, Any]:
    """The base facts with those of an overlay: tables by their keys, rows by their names.

    Raises SpecError where an array of tables was expected.
    """
    found = dict(base)
    for table, rows in facts.items():
        if table == "extends":
            continue
        if table not in TABLES:
            found[table] = {**base.get(table, {}), **rows} if isinstance(rows, dict) else rows
            continue
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SpecError(f"{place} [[{table}]]: expected an array of tables.")
        known = {_key(table, row): row for row in _all(base.get(table, []))}
        known |= {_key(table, row): row for row in _all(rows)}
        found[table] = list(known.values())
    return found


def _all(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield from spread(row)


def _key(table: str, row: Mapping[str, Any]) -> str:
    return repr([row.get(part) for part in TABLES[table].key])


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
