"""Pure functions on a directed graph, given by each node's successors."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from heapq import heapify, heappop, heappush
from itertools import count
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def reachable(starts: Iterable[N], successors: Callable[[N], Iterable[N]]) -> frozenset[N]:
    """Nodes reachable from ``starts`` in zero or more steps."""
    seen = set(starts)
    queue = deque(seen)
    while queue:
        for node in successors(queue.popleft()):
            if node not in seen:
                seen.add(node)
                queue.append(node)
    return frozenset(seen)


def undominated(
    starts: Iterable[N],
    successors: Callable[[N], Iterable[N]],
    *,
    cost: Callable[[N], tuple[int, ...]],
    key: Callable[[N], Hashable],
    covers: Callable[[N, N], bool],
) -> frozenset[N]:
    """Reachable nodes, without those of one key that another one covers.

    Whatever follows a node also follows each node that covers it. Cheaper nodes are visited
    first, so they save visiting what they cover.
    """
    order = count()
    waiting = [(cost(node), next(order), node) for node in starts]
    heapify(waiting)
    found: dict[Hashable, list[N]] = {}
    while waiting:
        node = heappop(waiting)[2]
        rivals = found.setdefault(key(node), [])
        if any(covers(rival, node) for rival in rivals):
            continue
        rivals[:] = [node, *(rival for rival in rivals if not covers(node, rival))]
        for following in successors(node):
            heappush(waiting, (cost(following), next(order), following))
    return frozenset(node for rivals in found.values() for node in rivals)


def shortest_path(
    starts: Iterable[N], goal: Callable[[N], bool], successors: Callable[[N], Iterable[N]]
) -> tuple[N, ...] | None:
    """A shortest path from one of ``starts`` to a node where ``goal`` holds, or None.

    Includes both ends. Among equally short paths the first in the order of ``starts`` and
    ``successors`` wins, so a witness is deterministic.
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
