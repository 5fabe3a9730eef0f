"""The order of a job's responses: LastModifiedTime first, then arrival."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from trainstate.history.instants import resolution
from trainstate.history.model import Kind, Response


class Order(StrEnum):
    """What decides the order of responses with equal or absent LastModifiedTime.

    *arrival*: the order in which they were recorded. *free*: none, as events arrive in any order.
    """

    ARRIVAL = "arrival"
    FREE = "free"


BEFORE_ALL = -1
"""The moment of responses that arrive before any LastModifiedTime was seen."""


@frozen(order=True)
class Rank:
    """The position of a response in the order: LastModifiedTime, then arrival.

    ``loose`` holds if an equal LastModifiedTime leaves the order open, as the response's own
    history decides; ``free`` if arrival means nothing.
    """

    moment: int
    arrival: int
    loose: bool = False
    free: bool = False


def rank_of(response: Response, *, arrival: int, newest: int, order: Order | None) -> Rank | None:
    """The rank of a response; None if it has no order.

    ``newest`` is the latest LastModifiedTime so far. ``order`` None means arrival for polls, free
    for events and for logs, which may be read long after the end.
    """
    free = order is Order.FREE or (order is None and response.kind in (Kind.EVENT, Kind.LOG))
    if response.modified is not None:
        return Rank(response.modified, arrival, bool(response.history), free)
    return None if free else Rank(newest, arrival)


def until(moment: int) -> int:
    """The first instant after all those of which a moment can be the truncated reading."""
    return moment + (resolution(moment) or 1)


def is_after(later: Rank, earlier: Rank) -> bool:
    """Whether one response is known to be later than another.

    A time that may be truncated orders nothing in its second. Equal LastModifiedTimes of two
    responses with histories decide nothing, as a poll may be read late. Otherwise arrival decides.
    """
    if later.moment != earlier.moment:
        return later.moment >= until(earlier.moment)
    return not are_tied(later, earlier) and later.arrival > earlier.arrival


def _order(rank: Rank) -> tuple[int, int, bool, bool]:
    return rank.moment, rank.arrival, rank.loose, rank.free


def is_not_before(one: Rank, other: Rank) -> bool:
    """Whether one rank is not smaller than another; usually the moments decide."""
    return one.moment > other.moment or _order(one) >= _order(other)


def are_tied(one: Rank, other: Rank) -> bool:
    """Whether nothing decides which of two responses is later."""
    first, last = sorted((one.moment, other.moment))
    if first != last:
        return last < until(first)
    return (one.loose and other.loose) or one.free or other.free
