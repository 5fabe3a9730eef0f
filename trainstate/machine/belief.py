"""Belief sets: which runs explain the observations, where not every response has a history.

After each group of observations the search keeps the run states at which a run that has shown all
of them can be. Another group is another step (``onward``), so the search can be continued
instead of repeated.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from itertools import groupby

from trainstate.machine.run_states import (
    KnownHistory,
    Observation,
    RunState,
    entry_states,
    first_states,
    is_in_order,
    is_straight,
    next_states,
    plain_moment,
    showing_states,
    shows,
    within,
)
from trainstate.spec.graph import reachable, undominated
from trainstate.spec.model import Spec

MOST_UNORDERED = 8
"""Unordered observations that are searched for together; more are searched in batches."""

Group = Sequence[Observation]
Batch = tuple[Observation, ...]
Standing = tuple[RunState, frozenset[int]]
"""A run state of a run, and the unordered observations that it has yet to show."""
Frontier = frozenset[Standing]
"""Where runs that have shown all groups so far can be."""


def explains(
    spec: Spec, past: KnownHistory, groups: Iterable[Group], floating: Group = ()
) -> frozenset[RunState]:
    """The run states at which a run that has shown every observation can be; empty if none can.

    ``groups`` are in order; observations inside a group are unordered among themselves, those in
    ``floating`` altogether.
    """
    ordered = tuple(distinct(group) for group in groups)

    def end(afloat: Batch) -> frozenset[RunState]:
        begin = beginning(spec, past, afloat)
        last = reduce(
            lambda frontier, group: onward(spec, past, frontier, group, afloat), ordered, begin
        )
        return ends(spec, past, last, afloat)

    return common(end(afloat) for afloat in batches(floating))


def is_explained(
    spec: Spec, past: KnownHistory, groups: Iterable[Group], floating: Group = ()
) -> bool:
    """Whether a run shows every observation: whether ``explains`` finds a run state.

    Fully ordered observations that all have histories need no search beyond the known history:
    none of them can be shown there.
    """
    ordered = tuple(tuple(group) for group in groups)
    if past.starts:
        return bool(explains(spec, past, ordered, floating))
    turns = tuple(group[0] for group in ordered if len(group) == 1 and group[0].length is not None)
    if floating or len(turns) < len(ordered):
        return _is_found(spec, past, ordered, tuple(floating))
    return _is_shown_in_turn(spec, past, tuple(one for one, _ in groupby(turns)))


@lru_cache(maxsize=16384)
def _is_found(spec: Spec, past: KnownHistory, ordered: tuple[Batch, ...], floating: Batch) -> bool:
    """Whether the search finds a run. Cached: it takes 15 ms, and jobs without history are alike.

    The past has no starts, so the times of the observations decide nothing.
    """
    return bool(explains(spec, past, ordered, floating))


@lru_cache(maxsize=16384)
def _is_shown_in_turn(spec: Spec, past: KnownHistory, turns: Batch) -> bool:
    """Whether a run shows observations, each with its history, in this order."""
    if _is_shown_by_entries(spec, past, turns):
        return True
    run_states: Iterable[RunState] = first_states(spec, past)
    for observation in turns:
        passing = reachable(run_states, lambda run_state: within(spec, past, run_state))
        run_states = [run_state for run_state in passing if shows(past, run_state, observation)]
    return bool(run_states)


def _is_shown_by_entries(spec: Spec, past: KnownHistory, turns: Batch) -> bool:
    """Whether the run of the entries alone shows the observations in this order.

    It does in most recordings, and saves the search for another run.
    """
    shown = 0
    for run_state in entry_states(spec, past):
        while shown < len(turns) and shows(past, run_state, turns[shown]):
            shown += 1
    return shown == len(turns)


def is_possible(spec: Spec, past: KnownHistory, observation: Observation) -> bool:
    """Whether some run shows the observation, whatever else was seen."""
    return is_explained(spec, past, [(observation,)])


def batches(floating: Group) -> tuple[Batch, ...]:
    """The unordered observations, split into batches that are searched together."""
    starts = range(0, len(floating), MOST_UNORDERED)
    return tuple(tuple(floating[at : at + MOST_UNORDERED]) for at in starts) or ((),)


def common(found: Iterable[frozenset[RunState]]) -> frozenset[RunState]:
    """The run states that every search has found, whatever budgets each has used."""
    places = [
        {(run_state.state, run_state.passed): run_state for run_state in end} for end in found
    ]
    shared = set(places[0]).intersection(*places)
    return frozenset(places[0][place] for place in shared)


def distinct(group: Iterable[Observation]) -> Batch:
    """Each observation of a group once, with the earliest instant at which it was seen.

    A run state that shows one of equal unordered observations shows all of them.
    """
    found: dict[Observation, Observation] = {}
    for observation in group:
        known = found.setdefault(observation, observation)
        if observation.by is not None and (known.by is None or observation.by < known.by):
            found[observation] = observation
    return tuple(found.values())


def beginning(spec: Spec, past: KnownHistory, afloat: Batch) -> Frontier:
    """Where runs can be before they have shown anything."""
    left = frozenset(range(len(afloat)))
    return frozenset((run_state, left) for run_state in first_states(spec, past))


def onward(
    spec: Spec, past: KnownHistory, frontier: Frontier, group: Batch, afloat: Batch
) -> Frontier:
    """Where runs can be after one more group, whose observations are distinct."""
    # Instants matter only if the past has starts: without them equal observations are one, and
    # the cache finds them.
    step = _onward if past.starts else _known
    return step(spec, past, frontier, group, afloat)


def ends(spec: Spec, past: KnownHistory, frontier: Frontier, afloat: Batch) -> frozenset[RunState]:
    """The run states at which a run that has also shown the unordered observations can be."""
    done = _search(spec, past, (), afloat, frontier)
    return frozenset(run_state for run_state, left, _ in done if not left)


def _onward(
    spec: Spec, past: KnownHistory, frontier: Frontier, group: Batch, afloat: Batch
) -> Frontier:
    if len(group) == 1 and not afloat and past.statuses and is_straight(spec, past):
        return _soonest(spec, past, frontier, group[0])
    done = _search(spec, past, group, afloat, frontier)
    return frozenset((run_state, left) for run_state, left, missing in done if not missing)


_known = lru_cache(maxsize=16384)(_onward)


def _soonest(
    spec: Spec, past: KnownHistory, frontier: Frontier, observation: Observation
) -> Frontier:
    """Where runs that have shown one more observation can be, at the earliest.

    The earliest plain run state of a straight history leaves every later continuation possible, so
    neither later run states nor those on the way are searched.
    """
    plain = min((one.passed for one, _ in frontier if one.is_plain and one.passed), default=None)
    ahead = {one for one, _ in frontier if plain is None or (one.passed or plain) < plain}
    starts = ahead if plain is None else ahead | _jumped(spec, past, plain, observation)

    def after(run_state: RunState) -> Iterable[RunState]:
        return () if shows(past, run_state, observation) else next_states(spec, past, run_state)

    found = undominated(
        starts,
        after,
        cost=lambda run_state: (run_state.used,),
        key=lambda run_state: (run_state.state, run_state.passed),
        covers=lambda one, other: one.used <= other.used,
    )
    none_left: frozenset[int] = frozenset()
    return frozenset((one, none_left) for one in found if shows(past, one, observation))


def _jumped(spec: Spec, past: KnownHistory, passed: int, observation: Observation) -> set[RunState]:
    """The next run states after a plain one that show an observation, or else the last one."""
    run_states = showing_states(spec, past, observation.primary, observation.secondary)
    found: set[RunState] = set()
    least = max(passed, observation.length or 0)
    for at in range(bisect_left(run_states, least, key=_place), len(run_states)):
        run_state = run_states[at]
        if shows(past, run_state, observation):
            found.add(run_state)
            if run_state.is_plain:
                return found
        elif observation.length is not None or is_in_order(past):
            break  # later ones have no fewer entries and began no earlier
    return found | {plain_moment(spec, past, len(past.statuses))}


def _place(run_state: RunState) -> int:
    return run_state.passed or 0


Node = tuple[RunState, frozenset[int], frozenset[int]]
"""A run state, with the floating observations and those of the group that are still to show."""


def _search(
    spec: Spec, past: KnownHistory, group: Batch, afloat: Batch, frontier: Frontier
) -> frozenset[Node]:
    """Nodes reachable by steps of the run; each run state shows everything that it can.

    Match each observation at the earliest run state that can show it; later is never better. Nodes
    that another node at the same place covers are dropped.
    """

    def at(run_state: RunState, left: frozenset[int], missing: frozenset[int]) -> Node:
        return (
            run_state,
            _unshown(past, run_state, afloat, left),
            _unshown(past, run_state, group, missing),
        )

    def after(node: Node) -> Iterator[Node]:
        run_state, left, missing = node
        # Later run states belong to the next group: a run that has shown all continues there.
        # If several are to show, nodes that show more first save the others' paths.
        if len(group) == 1 and not missing:
            return
        for following in next_states(spec, past, run_state):
            yield at(following, left, missing)

    wanted = frozenset(range(len(group)))
    return undominated(
        (at(run_state, left, wanted) for run_state, left in frontier),
        after,
        cost=lambda node: (len(node[1]) + len(node[2]), node[0].used),
        key=lambda node: (node[0].state, node[0].passed),
        covers=_covers,
    )


def _unshown(
    past: KnownHistory, run_state: RunState, group: Batch, missing: frozenset[int]
) -> frozenset[int]:
    """What is still to show after a run state."""
    shown = [index for index in missing if shows(past, run_state, group[index])]
    return missing.difference(shown) if shown else missing


def _covers(one: Node, other: Node) -> bool:
    """Whether everything that follows a node also follows another one at its place."""
    (run_state, *unshown), (later, *more) = one, other
    return run_state.used <= later.used and unshown[0] <= more[0] and unshown[1] <= more[1]
