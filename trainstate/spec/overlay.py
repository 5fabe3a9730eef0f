"""Facts on top of facts: rows that are added, and rows that replace the one of the same name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from trainstate.errors import SpecError

# Rows that say the same of several statuses are written once, with lists.
_SPREAD = ("primary", "secondary", "before", "after")

_KEYS: Mapping[str, tuple[str, ...]] = {
    "source": ("id",),
    "primary": ("name",),
    "secondary": ("name",),
    "alias": ("written",),
    "pair": ("primary", "secondary"),
    "initial": ("secondary",),
    "transition": ("before", "after", "guard"),
    "primary_transition": ("before", "after", "alone"),
    "guard": ("name",),
    "member": ("name",),
    "machine": ("name",),
    "outcome": ("primary", "secondary"),
    "bound": ("pointer",),
    "shape": ("paths",),
    "renamed": ("form", "written"),
    "counter": ("pointers",),
}
"""What makes two rows of a table the same row."""


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
        if table not in _KEYS:
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
    return repr([row.get(part) for part in _KEYS[table]])
