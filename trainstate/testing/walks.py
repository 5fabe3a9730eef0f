"""The walks that a job can take, computed once for each set of guards and reused by all draws.

The steps are those of ``machine.walks``; this module decides which of them are simpler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from attrs import frozen

from trainstate.errors import UsageError
from trainstate.machine.guards import Configuration
from trainstate.machine.step import State, initial_states
from trainstate.machine.walks import Edges, Hop, configured, edges, leading_to, subsets
from trainstate.spec.graph import reachable, shortest_path
from trainstate.spec.model import Spec

# File mode downloads the data before training; other modes have no such stage. Without these
# statuses a specification has no file mode, and the option does nothing.
DOWNLOADING, TRAINING = "Downloading", "Training"
_WEIGHT = 3


@frozen(eq=False)
class WalkGraph:
    """The runs of a job with one configuration.

    ``way`` leads each state along the shortest path to the simplest end; ``onward`` has the
    steps, that one first, each as often as it shall be chosen; ``prefixes`` are the shortest
    paths from a creation over each kind of step in the graph, so that each is equally
    likely; the first of them is the creation alone.
    """

    config: Configuration
    way: Mapping[State, State]
    onward: Mapping[State, tuple[Hop, ...]]
    prefixes: tuple[tuple[Hop, ...], ...]

    def home(self, state: State) -> Iterator[State]:
        """The states after this one on its path to the simplest end."""
        while state in self.way:
            state = self.way[state]
            yield state


def guard_sets(
    spec: Spec, *, spot: bool | None, retries: int | None, terminal: str | None
) -> tuple[frozenset[str], ...]:
    """Sets of guards that may hold for a job, the smallest first.

    An end that needs a guard leaves only the sets with that guard.
    """
    wanted: dict[str, bool | None] = {}
    if spec.time.savings_guard is not None:
        wanted[spec.time.savings_guard] = spot
    if retries is not None:
        wanted |= {guard.name: retries > 0 for guard in spec.guards if guard.budget}
    needed = next((row.guard for row in spec.secondaries if row.name == terminal), None)
    found = tuple(
        chosen
        for chosen in subsets(guard.name for guard in spec.guards)
        if all(flag is None or (name in chosen) is flag for name, flag in wanted.items())
        and needed in (None, *chosen)
    )
    if not found:
        raise UsageError(f"Expected options that allow {terminal!r}: it needs {needed}.")
    return found


@lru_cache(maxsize=1024)
def walk_graph(
    spec: Spec, guards: frozenset[str], terminal: str | None, file_mode: bool | None
) -> WalkGraph:
    """The walks of a job for which these guards hold.

    Raises UsageError if no run ends with the terminal status.
    """
    config = configured(spec, guards)
    known = _in_mode(spec, edges(spec, config), file_mode)
    ends = frozenset(state for state in known if _is_end(spec, state, terminal))
    if not ends:
        names = ", ".join(sorted({*spec.terminal_primaries, *spec.terminal_secondaries}))
        raise UsageError(
            f"No run of these options ends with {terminal!r}; the terminal statuses of the"
            f" specification are {names}."
        )
    if terminal is not None:
        known = leading_to(known, ends)
    way = _way(spec, known, ends)
    onward = {state: tuple(_weighted(spec, hops, way.get(state))) for state, hops in known.items()}
    starts = [state for state in initial_states(spec) if state in known]
    return WalkGraph(config, way, onward, tuple(_prefixes(known, starts)))


def _in_mode(spec: Spec, known: Edges, file_mode: bool | None) -> Edges:
    """Steps that a job with this input mode can take."""
    if file_mode is None:
        return known
    found = {
        state: tuple(hop for hop in hops if _is_in_mode(state, hop.state, file_mode))
        for state, hops in known.items()
    }
    alive = reachable(initial_states(spec), lambda state: (hop.state for hop in found[state]))
    return {state: hops for state, hops in found.items() if state in alive}


def _is_in_mode(before: State, after: State, file_mode: bool) -> bool:
    one, two = before.position.secondary, after.position.secondary
    if one == two:
        return True
    if not file_mode:
        return two != DOWNLOADING
    return two != TRAINING or one not in ("Starting", "Pending")


def _is_end(spec: Spec, state: State, terminal: str | None) -> bool:
    if state.primary not in spec.terminal_primaries:
        return False
    return terminal is None or terminal in (state.primary, state.position.secondary)


Cost = tuple[int, int, int]


def _way(spec: Spec, known: Edges, ends: Iterable[State]) -> dict[State, State]:
    """Each state's next step to the first terminal primary of the facts, else to another.

    Fewer changes of the primary are simpler, then fewer steps.
    """
    order = [status.name for status in spec.primaries]
    cost: dict[State, Cost] = {state: (order.index(state.primary), 0, 0) for state in ends}
    way: dict[State, State] = {}
    changed = True
    while changed:
        changed = False
        for state, hops in known.items():
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
    """The steps, the best first; continuing ones several times, so that runs are long."""
    ordered = sorted(hops, key=lambda hop: hop.state != best)
    for hop in ordered:
        goes_on = hop.state.primary not in spec.ended_primaries
        yield from [hop] * (_WEIGHT if goes_on else 1)


def _prefixes(known: Edges, starts: list[State]) -> Iterator[tuple[Hop, ...]]:
    def after(hop: Hop) -> Iterator[Hop]:
        yield from known[hop.state]

    first = [Hop(start) for start in starts]
    for begin in first:
        yield (begin,)
    seen: set[tuple[str, tuple[str, str]]] = set()
    for state, hops in known.items():
        new = [hop for hop in hops if (state.position.secondary, hop.state.pair) not in seen]
        seen |= {(state.position.secondary, hop.state.pair) for hop in new}
        path = _path_to(state, first, after) if new else None
        for hop in new if path else ():
            yield (*(path or ()), hop)


def _path_to(
    state: State, first: list[Hop], after: Callable[[Hop], Iterable[Hop]]
) -> tuple[Hop, ...] | None:
    return shortest_path(first, lambda hop: hop.state == state, after)
