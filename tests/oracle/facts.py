"""The facts that the oracle needs, read from the TOML without the package's own reader."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DECLARED = Path(__file__).parents[2] / "trainstate" / "data" / "training_job.toml"
EVIDENCE = ("documented", "recorded", "inferred", "deprecated")  # strongest first

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
    """A table for each weakest level of evidence that is accepted."""

    tables: Mapping[str, Table]


def load_facts(path: Path = DECLARED) -> Facts:
    """Reads the declared facts."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Facts({level: _table(data, accept=level) for level in EVIDENCE})


def _table(data: Mapping[str, list[Row]], *, accept: str) -> Table:
    def rows(kind: str) -> list[Row]:
        return [row for row in data[kind] if _accepted(row, accept)]

    names = {row["name"] for row in (*rows("primary"), *rows("secondary"))}
    declared = [
        (pair, row)
        for row in data["pair"]
        for pair in _product(row, "primary", "secondary")
        if names.issuperset(pair)
    ]
    return Table(
        initial=tuple((row["primary"], row["secondary"]) for row in rows("initial")),
        pairs=frozenset(pair for pair, row in declared if _accepted(row, accept)),
        # A history goes through pairs that no accepted row lets a response show.
        entered=frozenset(pair for pair, row in declared if row["entered"]),
        edges=_edges(rows("transition")),
        together=_changes(rows("primary_transition"), alone=False),
        alone=_changes(rows("primary_transition"), alone=True),
        ended=frozenset(row["name"] for row in data["primary"] if row["kind"] != "active"),
        status_guards={row["name"]: row["guard"] for row in data["secondary"] if "guard" in row},
    )


def _accepted(row: Row, accept: str) -> bool:
    return EVIDENCE.index(row["evidence"]) <= EVIDENCE.index(accept)


def _product(row: Row, first: str, second: str) -> list[Pair]:
    return [(a, b) for a in _listed(row[first]) for b in _listed(row[second])]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _edges(rows: Iterable[Row]) -> dict[str, tuple[Edge, ...]]:
    found: dict[str, list[Edge]] = {}
    for row in rows:
        for before, after in _product(row, "before", "after"):
            edge = Edge(after=after, guard=row.get("guard"), under=row.get("under"))
            found.setdefault(before, []).append(edge)
    return {before: tuple(edges) for before, edges in found.items()}


def _changes(rows: Iterable[Row], *, alone: bool) -> frozenset[Pair]:
    return frozenset(
        pair for row in rows if row["alone"] is alone for pair in _product(row, "before", "after")
    )
