"""Belief sets: which runs explain what was seen, where not every response has a history.

The search keeps, after each group of sightings, the moments at which a run can be that has
shown all of them. One group more is one step more (``onward``): whoever keeps what was
found before need not search for it again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from itertools import groupby

from trainstate.machine.moments import (
    Moment,
    Past,
    Sighting,
    entry_moments,
    first_moments,
    is_in_order,
    is_straight,
    next_moments,
    plain_moment,
    showing_moments,
    shows,
    within,
)
from trainstate.spec.graph import reachable, undominated
from trainstate.spec.model import Spec

MOST_UNORDERED = 8
"""Sightings without an order that are searched for together; more are searched in portions."""

Group = Sequence[Sighting]
Sightings = tuple[Sighting, ...]
Standing = tuple[Moment, frozenset[int]]
"""A moment of a run, and which of the sightings without an order it has still to show."""
Front = frozenset[Standing]
"""Where the runs can be that have shown all groups so far."""


def explains(
    spec: Spec, past: Past, groups: Iterable[Group], floating: Group = ()
) -> frozenset[Moment]:
    """The moments at which a run can be after it has shown every sighting; empty if none can.

    ``groups`` are in order; the sightings inside a group have no order among
    themselves, those in ``floating`` none at all.
    """
    ordered = tuple(distinct(group) for group in groups)

    def end(afloat: Sightings) -> frozenset[Moment]:
        begin = beginning(spec, past, afloat)
        last = reduce(lambda front, group: onward(spec, past, front, group, afloat), ordered, begin)
        return ends(spec, past, last, afloat)

    return common(end(afloat) for afloat in portions(floating))


def is_explained(spec: Spec, past: Past, groups: Iterable[Group], floating: Group = ()) -> bool:
    """Holds if a run shows every sighting: if ``explains`` finds a moment.

    Sightings that are ordered one by one and all have histories need no search beyond
    the known history, as none of them can be shown there.
    """
    ordered = tuple(tuple(group) for group in groups)
    if past.starts:
        return bool(explains(spec, past, ordered, floating))
    turns = tuple(group[0] for group in ordered if len(group) == 1 and group[0].length is not None)
    if floating or len(turns) < len(ordered):
        return _is_found(spec, past, ordered, tuple(floating))
    return _is_shown_in_turn(spec, past, tuple(one for one, _ in groupby(turns)))


@lru_cache(maxsize=16384)
def _is_found(spec: Spec, past: Past, ordered: tuple[Sightings, ...], floating: Sightings) -> bool:
    """Holds if the search finds a run; it takes 15 ms, and jobs without a history are alike.

    The past has no starts: it decides nothing when a sighting was seen.
    """
    return bool(explains(spec, past, ordered, floating))


@lru_cache(maxsize=16384)
def _is_shown_in_turn(spec: Spec, past: Past, turns: Sightings) -> bool:
    """Holds if a run shows sightings, each with its history, in this order."""
    if _is_shown_by_entries(spec, past, turns):
        return True
    moments: Iterable[Moment] = first_moments(spec, past)
    for sighting in turns:
        passing = reachable(moments, lambda moment: within(spec, past, moment))
        moments = [moment for moment in passing if shows(past, moment, sighting)]
    return bool(moments)


def _is_shown_by_entries(spec: Spec, past: Past, turns: Sightings) -> bool:
    """Holds if sightings are shown, in this order, by the run that the entries alone make.

    In most recordings they are, and nobody need search for another run.
    """
    shown = 0
    for moment in entry_moments(spec, past):
        while shown < len(turns) and shows(past, moment, turns[shown]):
            shown += 1
    return shown == len(turns)


def is_possible(spec: Spec, past: Past, sighting: Sighting) -> bool:
    """Holds if some run shows the sighting, whatever else was seen."""
    return is_explained(spec, past, [(sighting,)])


def portions(floating: Group) -> tuple[Sightings, ...]:
    """The sightings without an order, as many together as are searched for together."""
    starts = range(0, len(floating), MOST_UNORDERED)
    return tuple(tuple(floating[at : at + MOST_UNORDERED]) for at in starts) or ((),)


def common(found: Iterable[frozenset[Moment]]) -> frozenset[Moment]:
    """The moments that every search has found, whatever each has used of budgets."""
    places = [{(moment.state, moment.passed): moment for moment in end} for end in found]
    shared = set(places[0]).intersection(*places)
    return frozenset(places[0][place] for place in shared)


def distinct(group: Iterable[Sighting]) -> Sightings:
    """Each sighting of a group once, by the earliest instant at which it was seen.

    A moment that shows one of equal sightings without an order shows all of them.
    """
    found: dict[Sighting, Sighting] = {}
    for sighting in group:
        known = found.setdefault(sighting, sighting)
        if sighting.by is not None and (known.by is None or sighting.by < known.by):
            found[sighting] = sighting
    return tuple(found.values())


def beginning(spec: Spec, past: Past, afloat: Sightings) -> Front:
    """Where runs can be before anything was shown."""
    left = frozenset(range(len(afloat)))
    return frozenset((moment, left) for moment in first_moments(spec, past))


def onward(spec: Spec, past: Past, front: Front, group: Sightings, afloat: Sightings) -> Front:
    """Where runs can be after one more group; its sightings are distinct."""
    # What a sighting was seen by decides only where the past has starts: without them
    # sightings are alike, and what was found once is known.
    step = _onward if past.starts else _known
    return step(spec, past, front, group, afloat)


def ends(spec: Spec, past: Past, front: Front, afloat: Sightings) -> frozenset[Moment]:
    """The moments at which a run can be that has shown what has no order, too."""
    done = _search(spec, past, (), afloat, front)
    return frozenset(moment for moment, left, _ in done if not left)


def _onward(spec: Spec, past: Past, front: Front, group: Sightings, afloat: Sightings) -> Front:
    if len(group) == 1 and not afloat and past.statuses and is_straight(spec, past):
        return _soonest(spec, past, front, group[0])
    done = _search(spec, past, group, afloat, front)
    return frozenset((moment, left) for moment, left, missing in done if not missing)


_known = lru_cache(maxsize=16384)(_onward)


def _soonest(spec: Spec, past: Past, front: Front, sighting: Sighting) -> Front:
    """Where runs can be that have shown one sighting more; no later than need be.

    The earliest plain moment of a straight history leaves everything possible that comes
    later, so that nothing behind it is searched for, and nothing on the way to it.
    """
    plain = min((one.passed for one, _ in front if one.is_plain and one.passed), default=None)
    ahead = {one for one, _ in front if plain is None or (one.passed or plain) < plain}
    starts = ahead if plain is None else ahead | _jumped(spec, past, plain, sighting)

    def after(moment: Moment) -> Iterable[Moment]:
        return () if shows(past, moment, sighting) else next_moments(spec, past, moment)

    found = undominated(
        starts,
        after,
        cost=lambda moment: (moment.used,),
        key=lambda moment: (moment.state, moment.passed),
        covers=lambda one, other: one.used <= other.used,
    )
    none_left: frozenset[int] = frozenset()
    return frozenset((one, none_left) for one in found if shows(past, one, sighting))


def _jumped(spec: Spec, past: Past, passed: int, sighting: Sighting) -> set[Moment]:
    """The next moments after a plain one that show a sighting, or the last one before the rest."""
    moments = showing_moments(spec, past, sighting.primary, sighting.secondary)
    found: set[Moment] = set()
    least = max(passed, sighting.length or 0)
    for at in range(bisect_left(moments, least, key=_place), len(moments)):
        moment = moments[at]
        if shows(past, moment, sighting):
            found.add(moment)
            if moment.is_plain:
                return found
        elif sighting.length is not None or is_in_order(past):
            break  # none behind has fewer entries, or began earlier
    return found | {plain_moment(spec, past, len(past.statuses))}


def _place(moment: Moment) -> int:
    return moment.passed or 0


Node = tuple[Moment, frozenset[int], frozenset[int]]
"""A moment, the floating sightings and the members of the group that are still to show."""


def _search(
    spec: Spec, past: Past, group: Sightings, afloat: Sightings, front: Front
) -> frozenset[Node]:
    """The nodes that can be reached by steps of the run; each moment shows all that it can.

    To show a sighting later than at the first moment that can show it helps nothing. Of the
    nodes at one place those are left that no other one covers.
    """

    def at(moment: Moment, left: frozenset[int], missing: frozenset[int]) -> Node:
        return moment, _unshown(past, moment, afloat, left), _unshown(past, moment, group, missing)

    def after(node: Node) -> Iterator[Node]:
        moment, left, missing = node
        # What comes later is the next group's matter: a run that has shown all goes on there.
        # Where several are to show, those who went round first spare others all other ways.
        if len(group) == 1 and not missing:
            return
        for following in next_moments(spec, past, moment):
            yield at(following, left, missing)

    wanted = frozenset(range(len(group)))
    return undominated(
        (at(moment, left, wanted) for moment, left in front),
        after,
        cost=lambda node: (len(node[1]) + len(node[2]), node[0].used),
        key=lambda node: (node[0].state, node[0].passed),
        covers=_covers,
    )


def _unshown(
    past: Past, moment: Moment, group: Sightings, missing: frozenset[int]
) -> frozenset[int]:
    """What is still to show after a moment."""
    shown = [index for index in missing if shows(past, moment, group[index])]
    return missing.difference(shown) if shown else missing


def _covers(one: Node, other: Node) -> bool:
    """Holds if whatever follows a node follows another one at its place."""
    (moment, *unshown), (later, *more) = one, other
    return moment.used <= later.used and unshown[0] <= more[0] and unshown[1] <= more[1]
