"""The facts that the oracle needs, read from the TOML without the package's own reader."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "trainstate" / "data"
DECLARED = FOLDER / "training_job.toml"
EVIDENCE = ("documented", "recorded", "inferred", "deprecated")  # strongest first

# What tells two rows of a table apart.
KEYS = {
    "primary": ("name",),
    "secondary": ("name",),
    "pair": ("primary", "secondary"),
    "initial": ("primary", "secondary"),
    "transition": ("before", "after", "guard", "under"),
    "primary_transition": ("before", "after", "alone"),
}

Row = Mapping[str, Any]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One way from a secondary status to another, with its two conditions."""

    after: str
    guard: str | None
    under: str | None


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Table:
    """What is declared with accepted evidence."""

    initial: tuple[Pair, ...]
    pairs: frozenset[Pair]
    entered: frozenset[Pair]
    edges: Mapping[str, tuple[Edge, ...]]
    together: frozenset[Pair]
    alone: frozenset[Pair]
    ended: frozenset[str]
    status_guards: Mapping[str, str]


@dataclass(frozen=True, eq=False, slots=True)
class Facts:
    """A table for each weakest level of evidence that is accepted; the names of the members."""

    tables: Mapping[str, Table]
    layout: Mapping[str, str]


@cache
def load_facts(path: Path = DECLARED) -> Facts:
    """Reads the declared facts."""
    data = _declared(path)
    rows = data if data["secondary"] else _of_one_status(data)
    return Facts({level: _table(rows, accept=level) for level in EVIDENCE}, data["record"])


def _declared(path: Path) -> dict[str, Any]:
    """The rows of a file on top of those that it extends, one for each key."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    under = FOLDER / f"{data.get('extends', '').replace('-', '_')}.toml"
    base = _declared(under) if "extends" in data else {}
    found: dict[str, Any] = {"record": base.get("record", {}) | data["record"]}
    for kind, key in KEYS.items():
        rows = (*base.get(kind, ()), *(one for row in data.get(kind, ()) for one in _single(row)))
        found[kind] = list({tuple(row.get(name) for name in key): row for row in rows}.values())
    return found


def _single(row: Row) -> Iterator[Row]:
    """A row for each choice of the listed statuses, of which none follows itself."""
    lists = [name for name in ("primary", "secondary", "before", "after") if name in row]
    for chosen in product(*(_listed(row[name]) for name in lists)):
        one = {**row, **dict(zip(lists, chosen, strict=True))}
        listed = any(isinstance(row[name], list) for name in lists)
        if not listed or "before" not in row or one["before"] != one["after"]:
            yield one


def _of_one_status(data: Mapping[str, list[Row]]) -> Mapping[str, list[Row]]:
    """The status stands for both; a deletion leaves the one in which the job ended."""
    lived = [row for row in data["primary"] if row["kind"] != "after"]
    pairs: list[Row] = [{**row, "primary": row["name"], "secondary": row["name"]} for row in lived]
    pairs += [
        {**row, "primary": row["name"], "secondary": end["name"], "entered": False}
        for row in data["primary"]
        for end in lived
        if row["kind"] == "after" and end["kind"] == "terminal"
    ]
    return {
        "primary": data["primary"],
        "secondary": lived,
        "pair": pairs,
        "initial": [{**row, "secondary": row["primary"]} for row in data["initial"]],
        "transition": [row for row in data["primary_transition"] if not row.get("alone")],
        "primary_transition": data["primary_transition"],
    }


def _table(data: Mapping[str, list[Row]], *, accept: str) -> Table:
    def rows(kind: str) -> list[Row]:
        return [row for row in data[kind] if _accepted(row, accept)]

    declared = [((row["primary"], row["secondary"]), row) for row in data["pair"]]
    return Table(
        # Where no accepted row says how a job begins, any does.
        initial=tuple(
            (row["primary"], row["secondary"]) for row in rows("initial") or data["initial"]
        ),
        pairs=frozenset(pair for pair, row in declared if _accepted(row, accept)),
        # A history goes through pairs that no accepted row lets a response show.
        entered=frozenset(pair for pair, row in declared if row.get("entered", True)),
        edges=_edges(rows("transition")),
        together=_changes(rows("primary_transition"), alone=False),
        alone=_changes(rows("primary_transition"), alone=True),
        ended=frozenset(row["name"] for row in data["primary"] if row["kind"] != "active"),
        status_guards={row["name"]: row["guard"] for row in data["secondary"] if "guard" in row},
    )


def _accepted(row: Row, accept: str) -> bool:
    return EVIDENCE.index(row["evidence"]) <= EVIDENCE.index(accept)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _edges(rows: Iterable[Row]) -> dict[str, tuple[Edge, ...]]:
    found: dict[str, list[Edge]] = {}
    for row in rows:
        edge = Edge(after=row["after"], guard=row.get("guard"), under=row.get("under"))
        found.setdefault(row["before"], []).append(edge)
    return {before: tuple(edges) for before, edges in found.items()}


def _changes(rows: Iterable[Row], *, alone: bool) -> frozenset[Pair]:
    return frozenset(
        (row["before"], row["after"]) for row in rows if row.get("alone", False) is alone
    )
