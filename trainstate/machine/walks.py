"""Walks on the graph of the machine: all of them, or one whose steps a caller chooses.

Everything that needs lives of jobs uses this walker. Strategies, corpora, consumers and the
simulator differ in how they choose a step, and in what counts as an end. It uses only the
facts, not the rules: what the rules say about a walk is a result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

from attrs import frozen

from trainstate.machine.guards import Allowance, Configuration
from trainstate.machine.step import State, initial_states, successors
from trainstate.spec.graph import reachable, shortest_path
from trainstate.spec.model import PrimaryTransition, Spec, Transition


@frozen
class Hop:
    """A step to another state, and the fact that allows it; None for a creation.

    ``budget`` names the guard whose budget the step uses.
    """

    state: State
    row: Transition | PrimaryTransition | None = None
    budget: str | None = None


Edges = Mapping[State, tuple[Hop, ...]]
"""Steps from each state that a job can be in, in the order of the facts."""

Choose = Callable[[Sequence[Hop]], Hop | None]
"""Chooses one of the open steps; None to take none of them."""


@lru_cache(maxsize=1024)
def configured(spec: Spec, guards: frozenset[str]) -> Configuration:
    """The configuration of a job for which exactly these guards hold."""
    return Configuration(tuple((g.name, Allowance(g.name in guards)) for g in spec.guards))


def budgets(spec: Spec, times: int) -> dict[str, int | None]:
    """How often each budget may be used, if each may be used so often."""
    return {guard.name: times for guard in spec.guards if guard.budget is not None}


def subsets(guards: Iterable[str]) -> Iterator[frozenset[str]]:
    """Subsets of some guards, the smallest first."""
    names = tuple(guards)
    for size in range(len(names) + 1):
        yield from map(frozenset, combinations(names, size))


@lru_cache(maxsize=1024)
def edges(spec: Spec, config: Configuration) -> Edges:
    """Steps of a job with this configuration, from its creation on."""

    def after(state: State) -> Iterator[Hop]:
        for following, row in successors(spec, state, config):
            guard = row.guard if isinstance(row, Transition) else None
            counted = guard is not None and spec.guard_by_name[guard].budget is not None
            yield Hop(following, row, guard if counted else None)

    found = reachable(initial_states(spec), lambda state: (hop.state for hop in after(state)))
    return {state: tuple(after(state)) for state in sorted(found)}


@lru_cache(maxsize=1024)
def ending(spec: Spec, config: Configuration) -> Edges:
    """Steps of a job until its end, without those from which no end is reachable."""
    known = edges(spec, config)
    return leading_to(known, {one for one in known if one.primary in spec.terminal_primaries})


def leading_to(known: Edges, ends: Iterable[State]) -> Edges:
    """Steps from which an end is reachable without a budget, and none that leave it."""
    goals = frozenset(ends)
    backward: dict[State, list[State]] = {}
    for state, hops in known.items():
        for hop in hops:
            if state not in goals and hop.budget is None:
                backward.setdefault(hop.state, []).append(state)
    alive = reachable(goals, lambda state: backward.get(state, ()))
    return {
        state: () if state in goals else tuple(hop for hop in hops if hop.state in alive)
        for state, hops in known.items()
        if state in alive
    }


def walk(
    known: Edges,
    start: State,
    choose: Choose,
    *,
    most: int,
    left: Mapping[str, int | None] | None = None,
) -> Iterator[State]:
    """The states after ``start``: at most ``most`` steps, as long as one is chosen.

    ``left`` is how often each budget may be used; a budget that is not in it has no limit.
    """
    state, spent = start, dict(left or {})
    for _ in range(most):
        hop = choose([hop for hop in known[state] if _is_left(spent, hop)])
        if hop is None:
            return
        if hop.budget is not None and (before := spent.get(hop.budget)) is not None:
            spent[hop.budget] = before - 1
        state = hop.state
        yield state


def _is_left(left: Mapping[str, int | None], hop: Hop) -> bool:
    times = None if hop.budget is None else left.get(hop.budget)
    return times is None or times > 0


def walks(known: Edges, starts: Iterable[State], *, longest: int) -> Iterator[tuple[State, ...]]:
    """Every walk of at most ``longest`` states to a state without a step, shortest first."""
    layer: list[tuple[State, ...]] = [(start,) for start in starts]
    for _ in range(longest):
        yield from (walked for walked in layer if not known[walked[-1]])
        layer = [
            (*walked, state)
            for walked in layer
            for state in dict.fromkeys(hop.state for hop in known[walked[-1]])
        ]


def way_out(known: Edges, state: State, *, primary: str | None = None) -> tuple[State, ...]:
    """The states after this one on a shortest path to an end, or to one with this primary.

    The path uses no budget; it is empty if there is none.
    """
    found = shortest_path(
        [state],
        lambda one: not known[one] and primary in (None, one.primary),
        lambda one: (hop.state for hop in known[one] if hop.budget is None),
    )
    return (found or (state,))[1:]
