"""Belief sets: which runs explain the observations, where not every response has a history.

After each group of sightings the search keeps the moments at which a run that has shown all
of them can be. Another group is another step (``onward``), so the search can be continued
instead of repeated.
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
"""Unordered sightings that are searched for together; more are searched in portions."""

Group = Sequence[Sighting]
Sightings = tuple[Sighting, ...]
Standing = tuple[Moment, frozenset[int]]
"""A moment of a run, and the unordered sightings that it has yet to show."""
Front = frozenset[Standing]
"""Where runs that have shown all groups so far can be."""


def explains(
    spec: Spec, past: Past, groups: Iterable[Group], floating: Group = ()
) -> frozenset[Moment]:
    """The moments at which a run that has shown every sighting can be; empty if none can.

    ``groups`` are in order; sightings inside a group are unordered among themselves, those in
    ``floating`` altogether.
    """
    ordered = tuple(distinct(group) for group in groups)

    def end(afloat: Sightings) -> frozenset[Moment]:
        begin = beginning(spec, past, afloat)
        last = reduce(lambda front, group: onward(spec, past, front, group, afloat), ordered, begin)
        return ends(spec, past, last, afloat)

    return common(end(afloat) for afloat in portions(floating))


def is_explained(spec: Spec, past: Past, groups: Iterable[Group], floating: Group = ()) -> bool:
    """Whether a run shows every sighting: whether ``explains`` finds a moment.

    Fully ordered sightings that all have histories need no search beyond the known history:
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
def _is_found(spec: Spec, past: Past, ordered: tuple[Sightings, ...], floating: Sightings) -> bool:
    """Whether the search finds a run. Cached: it takes 15 ms, and jobs without history are alike.

    The past has no starts, so the times of the sightings decide nothing.
    """
    return bool(explains(spec, past, ordered, floating))


@lru_cache(maxsize=16384)
def _is_shown_in_turn(spec: Spec, past: Past, turns: Sightings) -> bool:
    """Whether a run shows sightings, each with its history, in this order."""
    if _is_shown_by_entries(spec, past, turns):
        return True
    moments: Iterable[Moment] = first_moments(spec, past)
    for sighting in turns:
        passing = reachable(moments, lambda moment: within(spec, past, moment))
        moments = [moment for moment in passing if shows(past, moment, sighting)]
    return bool(moments)


def _is_shown_by_entries(spec: Spec, past: Past, turns: Sightings) -> bool:
    """Whether the run of the entries alone shows the sightings in this order.

    It does in most recordings, and saves the search for another run.
    """
    shown = 0
    for moment in entry_moments(spec, past):
        while shown < len(turns) and shows(past, moment, turns[shown]):
            shown += 1
    return shown == len(turns)


def is_possible(spec: Spec, past: Past, sighting: Sighting) -> bool:
    """Whether some run shows the sighting, whatever else was seen."""
    return is_explained(spec, past, [(sighting,)])


def portions(floating: Group) -> tuple[Sightings, ...]:
    """The unordered sightings, split into portions that are searched together."""
    starts = range(0, len(floating), MOST_UNORDERED)
    return tuple(tuple(floating[at : at + MOST_UNORDERED]) for at in starts) or ((),)


def common(found: Iterable[frozenset[Moment]]) -> frozenset[Moment]:
    """The moments that every search has found, whatever budgets each has used."""
    places = [{(moment.state, moment.passed): moment for moment in end} for end in found]
    shared = set(places[0]).intersection(*places)
    return frozenset(places[0][place] for place in shared)


def distinct(group: Iterable[Sighting]) -> Sightings:
    """Each sighting of a group once, with the earliest instant at which it was seen.

    A moment that shows one of equal unordered sightings shows all of them.
    """
    found: dict[Sighting, Sighting] = {}
    for sighting in group:
        known = found.setdefault(sighting, sighting)
        if sighting.by is not None and (known.by is None or sighting.by < known.by):
            found[sighting] = sighting
    return tuple(found.values())


def beginning(spec: Spec, past: Past, afloat: Sightings) -> Front:
    """Where runs can be before they have shown anything."""
    left = frozenset(range(len(afloat)))
    return frozenset((moment, left) for moment in first_moments(spec, past))


def onward(spec: Spec, past: Past, front: Front, group: Sightings, afloat: Sightings) -> Front:
    """Where runs can be after one more group, whose sightings are distinct."""
    # Instants matter only if the past has starts: without them equal sightings are one, and
    # the cache finds them.
    step = _onward if past.starts else _known
    return step(spec, past, front, group, afloat)


def ends(spec: Spec, past: Past, front: Front, afloat: Sightings) -> frozenset[Moment]:
    """The moments at which a run that has also shown the unordered sightings can be."""
    done = _search(spec, past, (), afloat, front)
    return frozenset(moment for moment, left, _ in done if not left)


def _onward(spec: Spec, past: Past, front: Front, group: Sightings, afloat: Sightings) -> Front:
    if len(group) == 1 and not afloat and past.statuses and is_straight(spec, past):
        return _soonest(spec, past, front, group[0])
    done = _search(spec, past, group, afloat, front)
    return frozenset((moment, left) for moment, left, missing in done if not missing)


_known = lru_cache(maxsize=16384)(_onward)


def _soonest(spec: Spec, past: Past, front: Front, sighting: Sighting) -> Front:
    """Where runs that have shown one more sighting can be, at the earliest.

    The earliest plain moment of a straight history leaves every later continuation possible, so
    neither later moments nor those on the way are searched.
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
            break  # later ones have no fewer entries and began no earlier
    return found | {plain_moment(spec, past, len(past.statuses))}


def _place(moment: Moment) -> int:
    return moment.passed or 0


Node = tuple[Moment, frozenset[int], frozenset[int]]
"""A moment, with the floating sightings and those of the group that are still to show."""


def _search(
    spec: Spec, past: Past, group: Sightings, afloat: Sightings, front: Front
) -> frozenset[Node]:
    """Nodes reachable by steps of the run; each moment shows everything that it can.

    Match each sighting at the earliest moment that can show it; later is never better. Nodes
    that another node at the same place covers are dropped.
    """

    def at(moment: Moment, left: frozenset[int], missing: frozenset[int]) -> Node:
        return moment, _unshown(past, moment, afloat, left), _unshown(past, moment, group, missing)

    def after(node: Node) -> Iterator[Node]:
        moment, left, missing = node
        # Later moments belong to the next group: a run that has shown all continues there.
        # If several are to show, nodes that show more first save the others' paths.
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
    """Whether everything that follows a node also follows another one at its place."""
    (moment, *unshown), (later, *more) = one, other
    return moment.used <= later.used and unshown[0] <= more[0] and unshown[1] <= more[1]
