"""The ways that a job can go from its creation to its end, all or by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from attrs import frozen

from trainstate.machine.step import State, initial_states
from trainstate.machine.walks import Hop, configured, ending, subsets, walk, walks, way_out
from trainstate.spec.model import Spec


@frozen
class Way:
    """A walk from a creation to an end, and the guards that must hold for it, as few as can be."""

    states: tuple[State, ...]
    guards: frozenset[str]


def ways(spec: Spec, guards: frozenset[str], longest: int) -> Iterator[Way]:
    """Every way with at most ``longest`` states, the shortest first, for subsets of the guards."""
    found: dict[tuple[State, ...], frozenset[str]] = {}
    for chosen in subsets(sorted(guards)):
        known = ending(spec, configured(spec, chosen))
        starts = [start for start in initial_states(spec) if start in known]
        for states in walks(known, starts, longest=longest):
            found.setdefault(states, chosen)
    # sorted() keeps the order of the machine among walks of one length.
    yield from sorted((Way(*item) for item in found.items()), key=lambda way: len(way.states))


def walk_by_chance(spec: Spec, guards: frozenset[str], longest: int, chance: Random) -> Way:
    """A way that is led by chance, and home on the shortest way when it gets long."""
    known = ending(spec, configured(spec, guards))
    start = chance.choice([start for start in initial_states(spec) if start in known])
    most = chance.randint(2, longest) - 1

    def choose(hops: Sequence[Hop]) -> Hop | None:
        # A state counts once, by however many facts it can come next.
        return chance.choice(list({hop.state: hop for hop in hops}.values())) if hops else None

    states = (start, *walk(known, start, choose, most=most))
    return Way((*states, *way_out(known, states[-1])), guards)
