"""The ways that a job can go, computed once for each set of guards and reused by all draws.

Everything here comes from the graph of the machine (``initial_states`` and
``successors``), nothing from the rules: what the rules say of a run that was drawn here
is a result, not an assumption.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import combinations

from attrs import field, frozen

from trainstate.errors import UsageError
from trainstate.machine.guards import Allowance, Configuration
from trainstate.machine.step import State, initial_states, successors
from trainstate.spec.graph import reachable, shortest_path
from trainstate.spec.model import Spec, Transition

# File mode downloads the data before the training; other modes have no such stage. A
# specification without these statuses has no file mode, and the option does nothing.
DOWNLOADING, TRAINING = "Downloading", "Training"
_WEIGHT = 3


@frozen
class Hop:
    """A step to another state; ``budget`` names the guard whose budget it uses up."""

    state: State
    budget: str | None = None


@frozen(eq=False)
class Ways:
    """The runs of a job with one configuration.

    ``way`` leads each state along the shortest way to the simplest end; ``onward`` has
    what can follow, that way first, each as often as it shall be chosen; ``prefixes``
    are the shortest ways from a creation over each kind of step in the graph, so that each
    can be drawn as easily as any other; the first of them is the creation alone.
    """

    config: Configuration
    way: Mapping[State, State]
    onward: Mapping[State, tuple[Hop, ...]]
    prefixes: tuple[tuple[Hop, ...], ...]
    ends: frozenset[State] = field(repr=False)


def guard_sets(
    spec: Spec, *, spot: bool | None, retries: int | None, terminal: str | None
) -> tuple[frozenset[str], ...]:
    """The sets of guards that may hold for a job, the smallest first.

    An end that only some guard allows leaves only the sets with that guard.
    """
    wanted: dict[str, bool | None] = {}
    if spec.time.savings_guard is not None:
        wanted[spec.time.savings_guard] = spot
    if retries is not None:
        wanted |= {guard.name: retries > 0 for guard in spec.guards if guard.budget}
    needed = next((row.guard for row in spec.secondaries if row.name == terminal), None)
    names = [guard.name for guard in spec.guards]
    found = tuple(
        frozenset(chosen)
        for size in range(len(names) + 1)
        for chosen in combinations(names, size)
        if all(flag is None or (name in chosen) is flag for name, flag in wanted.items())
        and needed in (None, *chosen)
    )
    if not found:
        raise UsageError(f"Expected options that allow {terminal!r}: it needs {needed}.")
    return found


@lru_cache(maxsize=1024)
def ways(spec: Spec, guards: frozenset[str], terminal: str | None, file_mode: bool | None) -> Ways:
    """The ways of a job for which these guards hold.

    Raises UsageError where no run ends with the terminal status.
    """
    config = Configuration(tuple((g.name, Allowance(g.name in guards)) for g in spec.guards))
    edges = _edges(spec, config, file_mode)
    ends = frozenset(state for state in edges if _is_end(spec, state, terminal))
    if not ends:
        known = ", ".join(sorted({*spec.terminal_primaries, *spec.terminal_secondaries}))
        raise UsageError(
            f"No run of these options ends with {terminal!r}; the terminal statuses of the"
            f" specification are {known}."
        )
    if terminal is not None:
        edges = _leading_to(edges, ends)
    way = _way(spec, edges, ends)
    onward = {state: tuple(_weighted(spec, hops, way.get(state))) for state, hops in edges.items()}
    starts = [state for state in initial_states(spec) if state in edges]
    return Ways(config, way, onward, tuple(_prefixes(edges, starts)), ends)


Edges = Mapping[State, tuple[Hop, ...]]


def _edges(spec: Spec, config: Configuration, file_mode: bool | None) -> Edges:
    def after(state: State) -> Iterator[Hop]:
        for following, row in successors(spec, state, config):
            if not _in_mode(state, following, file_mode):
                continue
            named = row.guard if isinstance(row, Transition) else None
            counted = named is not None and spec.guard_by_name[named].budget is not None
            yield Hop(following, named if counted else None)

    states = reachable(initial_states(spec), lambda state: (hop.state for hop in after(state)))
    return {state: tuple(after(state)) for state in sorted(states)}


def _in_mode(before: State, after: State, file_mode: bool | None) -> bool:
    """Holds if a job of this input mode can take the step."""
    one, two = before.position.secondary, after.position.secondary
    if file_mode is None or one == two:
        return True
    if not file_mode:
        return two != DOWNLOADING
    return two != TRAINING or one not in ("Starting", "Pending")


def _is_end(spec: Spec, state: State, terminal: str | None) -> bool:
    if state.primary not in spec.terminal_primaries:
        return False
    return terminal is None or terminal in (state.primary, state.position.secondary)


def _leading_to(edges: Edges, ends: frozenset[State]) -> Edges:
    """The steps from which an end can be reached, and none that leave it."""
    backward: dict[State, list[State]] = {}
    for state, hops in edges.items():
        for hop in hops:
            if state not in ends and hop.budget is None:
                backward.setdefault(hop.state, []).append(state)
    alive = reachable(ends, lambda state: backward.get(state, ()))
    return {
        state: () if state in ends else tuple(hop for hop in hops if hop.state in alive)
        for state, hops in edges.items()
        if state in alive
    }


Cost = tuple[int, int, int]


def _way(spec: Spec, edges: Edges, ends: Iterable[State]) -> dict[State, State]:
    """Each state's next step to the first terminal primary of the facts, else to another.

    Of two ways the one with fewer changes of the primary is simpler, then the shorter.
    """
    order = [status.name for status in spec.primaries]
    cost: dict[State, Cost] = {state: (order.index(state.primary), 0, 0) for state in ends}
    way: dict[State, State] = {}
    changed = True
    while changed:
        changed = False
        for state, hops in edges.items():
            for hop in hops if state not in cost or state in way else ():
                offer = _added(cost.get(hop.state), state, hop)
                if offer is not None and offer < cost.get(state, _FAR):
                    cost[state], way[state], changed = offer, hop.state, True
    return way


_FAR: Cost = (1 << 30, 0, 0)


def _added(cost: Cost | None, state: State, hop: Hop) -> Cost | None:
    if cost is None or hop.budget is not None:
        return None
    end, changes, steps = cost
    return end, changes + (hop.state.primary != state.primary), steps + 1


def _weighted(spec: Spec, hops: tuple[Hop, ...], best: State | None) -> Iterator[Hop]:
    """The steps, the best first; those that go on several times, so that runs are long."""
    ordered = sorted(hops, key=lambda hop: hop.state != best)
    for hop in ordered:
        goes_on = hop.state.primary not in spec.ended_primaries
        yield from [hop] * (_WEIGHT if goes_on else 1)


def _prefixes(edges: Edges, starts: list[State]) -> Iterator[tuple[Hop, ...]]:
    def after(hop: Hop) -> Iterator[Hop]:
        yield from edges[hop.state]

    first = [Hop(start) for start in starts]
    for begin in first:
        yield (begin,)
    seen: set[tuple[str, tuple[str, str]]] = set()
    for state, hops in edges.items():
        new = [hop for hop in hops if (state.position.secondary, hop.state.pair) not in seen]
        seen |= {(state.position.secondary, hop.state.pair) for hop in new}
        path = _path_to(state, first, after) if new else None
        for hop in new if path else ():
            yield (*(path or ()), hop)


def _path_to(
    state: State, first: list[Hop], after: Callable[[Hop], Iterable[Hop]]
) -> tuple[Hop, ...] | None:
    return shortest_path(first, lambda hop: hop.state == state, after)
