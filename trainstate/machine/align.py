"""Alignments: the cheapest way to read an illegal history as a legal one.

A shortest path in the product of the history and the machine: a step *keeps* an entry
that the machine allows (free), *deletes* an entry, or *inserts* one (one each). The
worst case deletes every entry and inserts a shortest complete history, so that the
fitness can be compared with that of process-mining tools on the same model.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache

from attrs import frozen

from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.machine.step import Position, begin, move
from trainstate.spec.model import Spec


class EditKind(StrEnum):
    """What a step of an alignment does to an entry of the history."""

    KEEP = "keep"
    INSERT = "insert"
    DELETE = "delete"


@frozen
class Edit:
    """One step of an alignment.

    ``index`` counts the history's entries from 0: the entry that is kept or deleted, or
    the one before which a status is inserted.
    """

    kind: EditKind
    status: str
    index: int


@frozen
class Alignment:
    """The cheapest explanation of a history; ``worst`` is the cost of explaining nothing of it."""

    edits: tuple[Edit, ...]
    cost: int
    worst: int

    @property
    def fitness(self) -> float:
        """1 for a legal history, 0 for one of which nothing can be kept."""
        return 1 - self.cost / self.worst if self.worst else 1.0

    @property
    def legal(self) -> tuple[str, ...]:
        """The legal history that the edits lead to."""
        return tuple(edit.status for edit in self.edits if edit.kind is not EditKind.DELETE)


# A node: how many entries are explained, and the machine's position (None before the first).
_Node = tuple[int, Position | None]
_Links = dict[_Node, tuple[_Node, Edit]]
_Edges = Mapping[Position | None, Mapping[str, Position]]


@lru_cache(maxsize=16_384)
def align(
    spec: Spec,
    statuses: tuple[str, ...],
    config: Configuration = UNSEEN,
    *,
    finished: bool = False,
) -> Alignment | None:
    """An optimal alignment of a history, always the same one.

    A ``finished`` history must end with a terminal status; an unfinished one is
    aligned with any beginning of a legal history. A status that the specification does
    not know can only be deleted. None where the specification, narrowed to what the
    configuration allows, has no way to an end.
    """
    edges = _edges(spec, config)
    edits = _cheapest(spec, statuses, edges, finished=finished)
    shortest = _cheapest(spec, (), edges, finished=True)
    if edits is None or shortest is None:
        return None
    cost = sum(edit.kind is not EditKind.KEEP for edit in edits)
    return Alignment(edits, cost, len(statuses) + len(shortest))


@lru_cache(maxsize=256)
def _edges(spec: Spec, config: Configuration) -> _Edges:
    """The legal moves from every position that can be reached, by status."""
    starts = {row.secondary: begin(spec, row.secondary).position for row in spec.initials}
    edges: dict[Position | None, dict[str, Position]] = {None: starts}
    waiting = deque(starts.values())
    while waiting:
        position = waiting.popleft()
        if position not in edges:
            edges[position] = dict(_moves(spec, position, config))
            waiting.extend(edges[position].values())
    return edges


def _moves(spec: Spec, position: Position, config: Configuration) -> Iterator[tuple[str, Position]]:
    for row in spec.transitions:
        if row.before == position.secondary:
            step = move(spec, position, row.after, config)
            if step.refusal is None:
                yield row.after, step.position


def _cheapest(
    spec: Spec, statuses: tuple[str, ...], edges: _Edges, *, finished: bool
) -> tuple[Edit, ...] | None:
    """The edits on a shortest path: free steps go to the front of the queue, others to its end."""
    start: _Node = (0, None)
    costs: dict[_Node, int] = {start: 0}
    links: _Links = {}
    queue = deque([(0, start)])
    while queue:
        cost, node = queue.popleft()
        if cost > costs[node]:
            continue
        if node[0] == len(statuses) and (not finished or _is_end(spec, node[1])):
            return _walked(node, links)
        for edit, following in _steps(statuses, node, edges):
            price = cost + (edit.kind is not EditKind.KEEP)
            if price < costs.get(following, price + 1):
                costs[following] = price
                links[following] = (node, edit)
                (queue.append if price > cost else queue.appendleft)((price, following))
    return None


def _is_end(spec: Spec, position: Position | None) -> bool:
    return position is not None and position.secondary in spec.terminal_secondaries


def _steps(statuses: tuple[str, ...], node: _Node, edges: _Edges) -> Iterator[tuple[Edit, _Node]]:
    index, position = node
    following = edges[position]
    if index < len(statuses):
        status = statuses[index]
        yield Edit(EditKind.DELETE, status, index), (index + 1, position)
        if status in following:
            yield Edit(EditKind.KEEP, status, index), (index + 1, following[status])
    for status, after in following.items():
        yield Edit(EditKind.INSERT, status, index), (index, after)


def _walked(node: _Node, links: _Links) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    while node in links:
        node, edit = links[node]
        edits.append(edit)
    return tuple(reversed(edits))
