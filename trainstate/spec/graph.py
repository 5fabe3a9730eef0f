"""Pure functions on a directed graph, given as each node's successors."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def reachable(starts: Iterable[N], successors: Callable[[N], Iterable[N]]) -> frozenset[N]:
    """The nodes that can be reached from ``starts`` in zero or more steps."""
    seen = set(starts)
    queue = deque(seen)
    while queue:
        for node in successors(queue.popleft()):
            if node not in seen:
                seen.add(node)
                queue.append(node)
    return frozenset(seen)


def cheapest(
    starts: Iterable[N],
    successors: Callable[[N], Iterable[N]],
    *,
    cost: Callable[[N], int],
    key: Callable[[N], Hashable],
) -> frozenset[N]:
    """The nodes that can be reached; of those with one key, a node of the least cost.

    No step makes a node cheaper, and what follows a node follows each cheaper one of its key.
    """
    waiting: dict[int, list[N]] = {}
    for node in starts:
        waiting.setdefault(cost(node), []).append(node)
    found: dict[Hashable, N] = {}
    while waiting:
        least = min(waiting)
        while waiting[least]:
            node = waiting[least].pop()
            if found.setdefault(key(node), node) is node:
                for following in successors(node):
                    waiting.setdefault(cost(following), []).append(following)
        del waiting[least]
    return frozenset(found.values())


def shortest_path(
    starts: Iterable[N], goal: Callable[[N], bool], successors: Callable[[N], Iterable[N]]
) -> tuple[N, ...] | None:
    """A shortest path from one of ``starts`` to a node that ``goal`` holds for, or None.

    Both ends are included. Among paths of equal length the first in the order of
    ``starts`` and ``successors`` is given, so that a witness is always the same.
    """
    came_from: dict[N, N | None] = dict.fromkeys(starts)
    queue = deque(came_from)
    while queue:
        node = queue.popleft()
        if goal(node):
            return _walk_back(node, came_from)
        for following in successors(node):
            if following not in came_from:
                came_from[following] = node
                queue.append(following)
    return None


def _walk_back(node: N, came_from: dict[N, N | None]) -> tuple[N, ...]:
    path = [node]
    while (before := came_from[path[-1]]) is not None:
        path.append(before)
    return tuple(reversed(path))
