"""The order of a job's responses: LastModifiedTime first, then arrival where that counts."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from trainstate.history.instants import same_instant
from trainstate.history.model import Kind, Response


class Order(StrEnum):
    """What decides the order of responses that LastModifiedTime does not order.

    *arrival*: polls are recorded in the order in which they were made. *free*: events
    come in any order.
    """

    ARRIVAL = "arrival"
    FREE = "free"


BEFORE_ALL = -1
"""The moment of responses that came before any LastModifiedTime was seen."""


@frozen(order=True)
class Rank:
    """Where a response stands among its job's: an instant, and its place of arrival.

    ``loose`` holds where an equal LastModifiedTime leaves the order open, because the
    response's own history tells its place; ``free`` where its arrival says nothing.
    """

    moment: int
    arrival: int
    loose: bool = False
    free: bool = False


def rank_of(response: Response, *, arrival: int, newest: int, order: Order | None) -> Rank | None:
    """The rank of a response, or None where it has no order at all.

    ``newest`` is the latest LastModifiedTime seen before; ``order`` None takes arrival
    for polls and free for events and for logs,
    which are read when their job may have ended long ago. A LastModifiedTime that can be
    another reading of ``newest`` is that moment, and says no more of the order: one of the two
    was cut, so that they are from two sources.
    """
    free = order is Order.FREE or (order is None and response.kind in (Kind.EVENT, Kind.LOG))
    modified = response.modified
    if modified is not None:
        cut = modified != newest and same_instant(modified, newest)
        moment = newest if cut else modified
        return Rank(moment, arrival, bool(response.history), free or (cut and order is None))
    return None if free else Rank(newest, arrival)


def is_after(later: Rank, earlier: Rank) -> bool:
    """Holds if the order says that one response is after another.

    Equal LastModifiedTimes of two responses that have their histories say nothing: a
    poll may be read late. Otherwise arrival decides.
    """
    if later.moment != earlier.moment:
        return later.moment > earlier.moment
    return not are_tied(later, earlier) and later.arrival > earlier.arrival


def _order(rank: Rank) -> tuple[int, int, bool, bool]:
    return rank.moment, rank.arrival, rank.loose, rank.free


def is_not_before(one: Rank, other: Rank) -> bool:
    """Holds if a rank is not smaller than another: the order of ranks, told by moments mostly."""
    return one.moment > other.moment or _order(one) >= _order(other)


def are_tied(one: Rank, other: Rank) -> bool:
    """Holds if nothing says which of two responses is after the other."""
    open_to_both = (one.loose and other.loose) or one.free or other.free
    return one.moment == other.moment and open_to_both
