"""Alignments: the cheapest way to read an illegal history as a legal one.

A shortest path in the product of history and machine: a step *keeps* an entry that the
machine allows (free), *deletes* an entry, or *inserts* one (one each). The worst case deletes
every entry and inserts a shortest complete history, so that the fitness compares with that
of process-mining tools on the same model.

The machine is small, so the distances between its positions are computed once, and the
search only visits positions where an entry was kept. Statuses are inserted just before a kept
entry, or at the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from attrs import field, frozen

from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.machine.step import Position, begin, moves_after
from trainstate.spec.model import Spec


class EditKind(StrEnum):
    """What a step of an alignment does to an entry."""

    KEEP = "keep"
    INSERT = "insert"
    DELETE = "delete"


@frozen
class Edit:
    """One step of an alignment.

    ``index`` counts the history's entries from 0: the kept or deleted entry, or the one before
    which a status is inserted.
    """

    kind: EditKind
    status: str
    index: int


@frozen
class Alignment:
    """The cheapest explanation of a history; ``worst`` is the cost of keeping nothing."""

    edits: tuple[Edit, ...]
    cost: int
    worst: int

    @property
    def fitness(self) -> float:
        """1 for a legal history, 0 for one of which nothing can be kept."""
        return 1 - self.cost / self.worst if self.worst else 1.0

    @cached_property
    def changes(self) -> tuple[Edit, ...]:
        """The edits other than *keep*; cached, as each finding about a history shows them."""
        return tuple(edit for edit in self.edits if edit.kind is not EditKind.KEEP)

    @property
    def legal(self) -> tuple[str, ...]:
        """The legal history that the edits produce."""
        return tuple(edit.status for edit in self.edits if edit.kind is not EditKind.DELETE)


# None is the place before the first entry.
_Place = Position | None
_Ways = dict[_Place, tuple[Position, ...]]


@frozen(eq=False)
class _Plan:
    """The machine under one configuration, and the shortest paths through it.

    ``ways[after][before]`` are the positions strictly between the two, ``ends[before]`` those
    from there to a nearest end.
    """

    targets: Mapping[str, tuple[Position, ...]]
    ways: Mapping[Position, _Ways]
    ends: _Ways = field(factory=dict)


# Reachable places of each entry: the cost, and the place before it if the entry is kept.
_Row = dict[_Place, tuple[int, _Place, bool]]


@lru_cache(maxsize=16_384)
def align(
    spec: Spec,
    statuses: tuple[str, ...],
    config: Configuration = UNSEEN,
    *,
    finished: bool = False,
) -> Alignment | None:
    """An optimal alignment of a history; deterministic.

    A ``finished`` history must end with a terminal status; an unfinished one is aligned with
    any prefix of a legal history. An unknown status can only be deleted. None if the
    specification, narrowed to what the configuration allows, has no path to an end.
    """
    plan = _plan(spec, config)
    if None not in plan.ends:
        return None
    rows: list[_Row] = [{None: (0, None, False)}]
    for status in statuses:
        rows.append(_next_row(plan, rows[-1], status))
    tails = {
        place: len(plan.ends[place]) if finished else 0
        for place in rows[-1]
        if place in plan.ends or not finished
    }
    last = min(tails, key=lambda place: rows[-1][place][0] + tails[place])
    edits = _edits(plan, statuses, rows, last)
    if finished:
        edits += [Edit(EditKind.INSERT, step.secondary, len(statuses)) for step in plan.ends[last]]
    cost = rows[-1][last][0] + tails[last]
    return Alignment(tuple(edits), cost, len(statuses) + len(plan.ends[None]))


def _next_row(plan: _Plan, row: _Row, status: str) -> _Row:
    """The places after one more entry: deleted, or kept after what must be inserted."""
    after: _Row = {place: (cost + 1, place, False) for place, (cost, _, _) in row.items()}
    for target in plan.targets.get(status, ()):
        ways = plan.ways[target]
        for place, (cost, _, _) in row.items():
            way = ways.get(place)
            if way is None:
                continue
            price = cost + len(way)
            if target not in after or price < after[target][0]:
                after[target] = (price, place, True)
    return after


def _edits(plan: _Plan, statuses: tuple[str, ...], rows: list[_Row], last: _Place) -> list[Edit]:
    """The edits that lead to a place, from the last entry to the first."""
    edits: list[Edit] = []
    place = last
    for index in range(len(statuses) - 1, -1, -1):
        _, before, kept = rows[index + 1][place]
        kind = EditKind.KEEP if kept else EditKind.DELETE
        edits.append(Edit(kind, statuses[index], index))
        if kept and place is not None:
            way = reversed(plan.ways[place][before])
            edits += [Edit(EditKind.INSERT, step.secondary, index) for step in way]
        place = before
    edits.reverse()
    return edits


@lru_cache(maxsize=256)
def _plan(spec: Spec, config: Configuration) -> _Plan:
    edges = _edges(spec, config)
    entered: dict[Position, list[_Place]] = {}
    for place, following in edges.items():
        for position in following:
            entered.setdefault(position, []).append(place)
    targets: dict[str, tuple[Position, ...]] = {}
    for position in entered:
        targets[position.secondary] = (*targets.get(position.secondary, ()), position)
    ways = {
        position: _ways_to(dict.fromkeys(entered[position], ()), entered) for position in entered
    }
    terminal = {
        position: () for position in entered if position.secondary in spec.terminal_secondaries
    }
    return _Plan(targets, ways, _ways_to(terminal, entered))


def _ways_to(
    goals: Mapping[Any, tuple[Position, ...]], entered: Mapping[Position, list[_Place]]
) -> _Ways:
    """Shortest paths from every place to one of the goals: the positions after the place."""
    ways: _Ways = dict(goals)
    waiting = deque(ways)
    while waiting:
        place = waiting.popleft()
        if place is None:
            continue
        for before in entered[place]:
            if before not in ways:
                ways[before] = (place, *ways[place])
                waiting.append(before)
    return ways


def _edges(spec: Spec, config: Configuration) -> dict[_Place, tuple[Position, ...]]:
    """The positions one legal move away, for every reachable place."""
    starts = tuple(begin(spec, row.secondary).position for row in spec.initials)
    edges: dict[_Place, tuple[Position, ...]] = {None: starts}
    waiting = deque(starts)
    while waiting:
        position = waiting.popleft()
        if position not in edges:
            edges[position] = tuple(
                dict.fromkeys(step.position for step in moves_after(spec, position, config))
            )
            waiting.extend(edges[position])
    return edges
