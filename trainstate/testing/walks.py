"""The walks that a job can take, computed once for each set of guards and reused by all draws.

The steps are those of ``machine.walks``; this module decides which of them are simpler.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from attrs import frozen

from trainstate.errors import UsageError
from trainstate.machine.guards import Configuration
from trainstate.machine.step import State, initial_states
from trainstate.machine.walks import Edges, Hop, configured, edges, leading_to, subsets, way_out
from trainstate.spec.graph import reachable, shortest_path
from trainstate.spec.model import Spec

# File mode downloads the data before training; other modes have no such stage. Without these
# statuses a specification has no file mode, and the option does nothing.
DOWNLOADING, TRAINING = "Downloading", "Training"
_WEIGHT = 3


@frozen(eq=False)
class WalkGraph:
    """The runs of a job with one configuration.

    ``home`` has the states from each to the simplest end; ``onward`` has the steps, that way
    first, each as often as it shall be chosen; ``prefixes`` are the shortest
    paths from a creation over each kind of step in the graph, so that each is equally
    likely; the first of them is the creation alone.
    """

    config: Configuration
    home: Mapping[State, tuple[State, ...]]
    onward: Mapping[State, tuple[Hop, ...]]
    prefixes: tuple[tuple[Hop, ...], ...]


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
    ended = leading_to(known, ends)
    if terminal is not None:
        known = ended
    home = {state: _home(spec, ended, state) for state in known}
    onward = {state: tuple(_weighted(spec, hops, home[state][:1])) for state, hops in known.items()}
    starts = [state for state in initial_states(spec) if state in known]
    return WalkGraph(config, home, onward, tuple(_prefixes(known, starts)))


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


def _home(spec: Spec, known: Edges, state: State) -> tuple[State, ...]:
    """The states on a shortest path to the first terminal primary of the facts, else another."""
    if state not in known:
        return ()
    paths = (way_out(known, state, primary=row.name) for row in spec.primaries)
    return next(filter(None, paths), ())


def _weighted(spec: Spec, hops: tuple[Hop, ...], best: tuple[State, ...]) -> Iterator[Hop]:
    """The steps, the best first; continuing ones several times, so that runs are long."""
    ordered = sorted(hops, key=lambda hop: hop.state not in best)
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
