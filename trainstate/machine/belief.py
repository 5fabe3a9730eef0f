"""Belief sets: which runs explain what was seen, where not every response has a history.

A *sighting* is what one response shows of the state. The longest history that was seen
is the run's past, without gaps; beyond its end the run may go on in any legal way. The
search keeps every moment of every run that explains the sightings so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from attrs import field, frozen

from trainstate.history.instants import SECOND
from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.machine.step import (
    Move,
    State,
    follow,
    initial_states,
    run_ahead,
    successors,
    trace,
)
from trainstate.spec.graph import cheapest, reachable
from trainstate.spec.model import Row, Spec, Transition

MOST_UNORDERED = 8
"""Sightings without an order that are searched for together; more are searched in portions."""


@frozen(cache_hash=True)
class Sighting:
    """What a response shows: the pair, each None where absent, and the history's length.

    ``length`` is None where the response has no history. ``by`` is the instant at which
    it was seen at the latest: no entry that starts afterwards can have been shown.
    """

    primary: str | None
    secondary: str | None
    length: int | None = None
    by: int | None = field(default=None, eq=False)


@frozen(cache_hash=True)
class Moment:
    """A moment of a run: the state, and how many entries of the known history have passed.

    ``passed`` is None beyond the end of the known history; ``used`` counts, there, how
    often a guard with a budget was used.
    """

    state: State
    passed: int | None = None
    used: int = 0


@frozen(cache_hash=True)
class Past:
    """The known past of a job: its longest history's statuses and starts, its configuration.

    ``starts`` may be empty where no sighting needs them: all have histories.
    """

    statuses: tuple[str, ...] = ()
    config: Configuration = UNSEEN
    starts: tuple[int | None, ...] = ()

    def has_begun(self, passed: int | None, by: int | None) -> bool:
        """Holds if the entry that is the last one at a moment can have started by an instant."""
        if by is None or passed is None or passed > len(self.starts):
            return True
        start = self.starts[passed - 1]
        return start is None or start < by + SECOND


Group = Sequence[Sighting]


def explains(
    spec: Spec, past: Past, groups: Iterable[Group], floating: Group = ()
) -> frozenset[Moment]:
    """The moments at which a run can be after it has shown every sighting; empty if none can.

    ``groups`` are in order; the sightings inside a group have no order among
    themselves, those in ``floating`` none at all.
    """
    ordered = tuple(tuple(group) for group in groups)
    portions = [floating[i : i + MOST_UNORDERED] for i in range(0, len(floating), MOST_UNORDERED)]
    ends = [_explains(spec, past, ordered, tuple(portion)) for portion in portions or [()]]
    places = [{(moment.state, moment.passed): moment for moment in end} for end in ends]
    common = set(places[0]).intersection(*places)
    return frozenset(places[0][place] for place in common)


def is_explained(spec: Spec, past: Past, groups: Iterable[Group], floating: Group = ()) -> bool:
    """Holds if a run shows every sighting: if ``explains`` finds a moment.

    Sightings that are ordered one by one and all have histories need no search beyond
    the known history, as none of them can be shown there.
    """
    ordered = tuple(tuple(group) for group in groups)
    turns = tuple(group[0] for group in ordered if len(group) == 1 and group[0].length is not None)
    if floating or past.starts or len(turns) < len(ordered):
        return bool(explains(spec, past, ordered, floating))
    return _is_shown_in_turn(spec, past, tuple(one for one, _ in groupby(turns)))


@lru_cache(maxsize=16384)
def _is_shown_in_turn(spec: Spec, past: Past, turns: tuple[Sighting, ...]) -> bool:
    """Holds if a run shows sightings, each with its history, in this order."""
    moments: Iterable[Moment] = first_moments(spec, past)
    for sighting in turns:
        passing = reachable(moments, lambda moment: _within(spec, past, moment))
        moments = [moment for moment in passing if shows(past, moment, sighting)]
    return bool(moments)


Groups = tuple[tuple[Sighting, ...], ...]
Standing = tuple[Moment, frozenset[int]]


def _explains(
    spec: Spec, past: Past, groups: Groups, afloat: tuple[Sighting, ...]
) -> frozenset[Moment]:
    # What a sighting was seen by decides only where the past has starts: without them
    # sightings are alike, and what was found of the earlier ones is known.
    begin = _first if past.starts else _known
    nodes = begin(spec, past, groups, afloat)
    done = _search(spec, past, (), afloat, {(m, left, frozenset()) for m, left in nodes})
    return frozenset(moment for moment, left, _ in done if not left)


def _first(
    spec: Spec, past: Past, groups: Groups, afloat: tuple[Sighting, ...]
) -> frozenset[Standing]:
    """The moments after all groups, each with the floating sightings that are left."""
    left = frozenset(range(len(afloat)))
    beginnings = frozenset((moment, left) for moment in first_moments(spec, past))
    return _onto(spec, past, groups, afloat, beginnings)


@lru_cache(maxsize=8192)
def _known(
    spec: Spec, past: Past, groups: Groups, afloat: tuple[Sighting, ...]
) -> frozenset[Standing]:
    """The same, from what is known of the groups but the last few.

    Their number without its lowest bit: so one more group costs little, on average, and
    no number of groups nests the calls deeply.
    """
    head = len(groups) & (len(groups) - 1)
    if not head:
        return _first(spec, past, groups, afloat)
    nodes = _known(spec, past, groups[:head], afloat)
    return _onto(spec, past, groups[head:], afloat, nodes)


def _onto(
    spec: Spec,
    past: Past,
    groups: Groups,
    afloat: tuple[Sighting, ...],
    nodes: frozenset[Standing],
) -> frozenset[Standing]:
    for group in groups:
        wanted = frozenset(range(len(group)))
        done = _search(spec, past, group, afloat, {(m, left, wanted) for m, left in nodes})
        nodes = frozenset((moment, left) for moment, left, missing in done if not missing)
    return nodes


Node = tuple[Moment, frozenset[int], frozenset[int]]


def _search(
    spec: Spec,
    past: Past,
    group: tuple[Sighting, ...],
    afloat: tuple[Sighting, ...],
    start: set[Node],
) -> frozenset[Node]:
    """The nodes that can be reached by steps of the run and by showing sightings.

    A node is a moment, the floating sightings and the members of the group still to show.
    Of nodes that differ in the use of budgets the one that used least is there: whatever
    follows another can follow it.
    """

    def after(node: Node) -> Iterator[Node]:
        moment, left, missing = node
        # What comes later is the next group's matter: a run that has shown all goes on there.
        if group and not missing:
            return
        for index in missing:
            if shows(past, moment, group[index]):
                yield moment, left, missing - {index}
        for index in left:
            if shows(past, moment, afloat[index]):
                yield moment, left - {index}, missing
        for following in next_moments(spec, past, moment):
            yield following, left, missing

    return cheapest(
        start,
        after,
        cost=lambda node: node[0].used,
        key=lambda node: (node[0].state, node[0].passed, *node[1:]),
    )


def shows(past: Past, moment: Moment, sighting: Sighting) -> bool:
    """Holds if a response at this moment could be the sighting."""
    state = moment.state
    return (
        sighting.primary in (None, state.primary)
        and sighting.secondary in (None, state.position.secondary)
        and sighting.length in (None, moment.passed)
        and past.has_begun(moment.passed, sighting.by)
    )


@lru_cache(maxsize=1024)
def _moves(spec: Spec, past: Past) -> tuple[Move, ...]:
    """The moves of the known history: found by the past's own hash, however long it is."""
    return trace(spec, past.statuses, past.config)


@lru_cache(maxsize=1024)
def first_moments(spec: Spec, past: Past) -> tuple[Moment, ...]:
    """The moments at which a run can begin: the known history's first entry, or any initial."""
    if not past.statuses:
        return tuple(Moment(state) for state in initial_states(spec))
    position = _moves(spec, past)[0].position
    return (Moment(State(position.primary, position), 1),)


@lru_cache(maxsize=65536)
def next_moments(spec: Spec, past: Past, moment: Moment) -> tuple[Moment, ...]:
    """The moments that one step leads to."""
    state, passed = moment.state, moment.passed
    if passed is None:
        return tuple(_onward(spec, past, state, moment.used))
    alone = _within(spec, past, moment)
    if passed < len(past.statuses):
        return alone
    beyond = _onward(spec, past, state, _used(spec, past))
    return (*alone, *(after for after in beyond if after.state.position != state.position))


@lru_cache(maxsize=65536)
def _within(spec: Spec, past: Past, moment: Moment) -> tuple[Moment, ...]:
    """The moments that one step leads to, as far as the known history goes."""
    state, passed = moment.state, moment.passed or 0
    alone = tuple(Moment(ahead, passed) for ahead, _ in run_ahead(spec, state))
    if passed >= len(past.statuses):
        return alone
    position = _moves(spec, past)[passed].position
    following = follow(spec, state, position)
    return alone if following is None else (*alone, Moment(following, passed + 1))


def _onward(spec: Spec, past: Past, state: State, used: int) -> Iterator[Moment]:
    """The moments after a step beyond the known history, as far as budgets go."""
    for following, row in successors(spec, state, past.config):
        budget = _budget(past.config, row)
        if budget is None:
            yield Moment(following, None, used)
        elif used < budget:
            yield Moment(following, None, used + 1)


def _budget(config: Configuration, row: Row) -> int | None:
    guard = row.guard if isinstance(row, Transition) else None
    return None if guard is None else config.of(guard).budget


@lru_cache(maxsize=1024)
def _used(spec: Spec, past: Past) -> int:
    """How often the known history used a guard with a budget."""
    rows = (step.row for step in _moves(spec, past))
    return sum(row is not None and _budget(past.config, row) is not None for row in rows)


def is_possible(spec: Spec, past: Past, sighting: Sighting) -> bool:
    """Holds if some run shows the sighting, whatever else was seen."""
    return is_explained(spec, past, [(sighting,)])


__all__ = [
    "Group",
    "Moment",
    "Past",
    "Sighting",
    "explains",
    "first_moments",
    "is_explained",
    "is_possible",
    "next_moments",
    "shows",
]
