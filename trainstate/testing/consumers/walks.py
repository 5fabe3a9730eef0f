"""The ways that a job can go from its creation to its end, from the graph of the machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from random import Random

from attrs import frozen

from trainstate.machine.guards import Allowance, Configuration
from trainstate.machine.step import State, initial_states, successors
from trainstate.spec.graph import shortest_path
from trainstate.spec.model import Spec

Walk = tuple[State, ...]


@frozen
class Way:
    """A walk from a creation to an end, and the guards that must hold for it, as few as can be."""

    states: Walk
    guards: frozenset[str]


def guard_sets(names: Iterable[str]) -> Iterator[frozenset[str]]:
    """The sets of some guards, the smallest first."""
    known = sorted(names)
    for size in range(len(known) + 1):
        yield from map(frozenset, combinations(known, size))


@lru_cache(maxsize=64)
def configured(spec: Spec, guards: frozenset[str]) -> Configuration:
    """The configuration of a job for which exactly these guards hold."""
    return Configuration(tuple((g.name, Allowance(g.name in guards)) for g in spec.guards))


def ways(spec: Spec, guards: frozenset[str], longest: int) -> Iterator[Way]:
    """Every way with at most ``longest`` states, the shortest first, for subsets of the guards."""
    found: dict[Walk, frozenset[str]] = {}
    for chosen in guard_sets(guards):
        for walk in _walks(spec, configured(spec, chosen), longest):
            found.setdefault(walk, chosen)
    # sorted() keeps the order of the machine among walks of one length.
    yield from sorted((Way(*item) for item in found.items()), key=lambda way: len(way.states))


def _walks(spec: Spec, config: Configuration, longest: int) -> Iterator[Walk]:
    layer: list[Walk] = [(state,) for state in initial_states(spec)]
    for _ in range(longest):
        yield from (walk for walk in layer if _has_ended(spec, walk))
        layer = [
            (*walk, state)
            for walk in layer
            if not _has_ended(spec, walk)
            for state in onward(spec, walk[-1], config)
        ]


def onward(spec: Spec, state: State, config: Configuration) -> tuple[State, ...]:
    """The states that can come next, each once."""
    return _onward(spec, state, config)


@lru_cache(maxsize=8192)
def _onward(spec: Spec, state: State, config: Configuration) -> tuple[State, ...]:
    return tuple(dict.fromkeys(following for following, _ in successors(spec, state, config)))


def _has_ended(spec: Spec, walk: Walk) -> bool:
    return walk[-1].primary in spec.terminal_primaries


def walk_by_chance(spec: Spec, guards: frozenset[str], longest: int, chance: Random) -> Way:
    """A way that is led by chance, and home on the shortest way when it gets long."""
    config = configured(spec, guards)
    walk: Walk = (chance.choice(initial_states(spec)),)
    length = chance.randint(2, longest)
    while not _has_ended(spec, walk) and len(walk) < length:
        living = [one for one in onward(spec, walk[-1], config) if can_end(spec, one, config)]
        walk = (*walk, chance.choice(living))
    return Way((*walk, *shortest_end(spec, walk[-1], config)[1:]), guards)


def shortest_end(
    spec: Spec, state: State, config: Configuration, *, primary: str | None = None
) -> Walk:
    """The shortest way from a state to an end, or to the end with this primary."""
    ends = spec.terminal_primaries if primary is None else {primary}
    found = shortest_path(
        [state],
        lambda other: other.primary in ends,
        lambda other: onward(spec, other, config),
    )
    return found or (state,)


@lru_cache(maxsize=8192)
def can_end(spec: Spec, state: State, config: Configuration) -> bool:
    """Holds if the accepted facts lead from a state to an end."""
    return _has_ended(spec, shortest_end(spec, state, config))
