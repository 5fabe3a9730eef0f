"""One epoch of a job as the tracker knows it: the merged history and the newest pair.

As far as LastModifiedTime orders the responses, everything here depends on the set of
responses, not on their order of arrival.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, evolve

from trainstate.checking.order import BEFORE_ALL, Rank, are_tied, is_after
from trainstate.history.chain import History, Relation, compare, size
from trainstate.history.instants import SECOND, Instant
from trainstate.history.model import Entry, Response
from trainstate.spec.model import Spec


@define(kw_only=True)
class Life:
    """What is known of one epoch beside the state of its check.

    ``entries`` is the history, with the best reading of each entry; ``said`` the moment of each
    entry's message; ``horizon`` the latest moment at which the whole history was read. ``shown``
    is the newest pair, ``rank`` its place in the order, ``extent`` the size of its history.
    ``gone``: the record was found deleted.
    """

    entries: History = ()
    said: tuple[int, ...] = ()
    horizon: int = BEFORE_ALL
    shown: tuple[str | None, str | None] = (None, None)
    rank: Rank | None = None
    extent: tuple[int, bool] = (0, False)
    reason: str | None = None
    instances: int | None = None
    gone: bool = False

    def take(self, response: Response, rank: Rank | None, spec: Spec) -> bool:
        """Takes a response; returns whether it is the newest of the epoch."""
        moment = BEFORE_ALL if rank is None else rank.moment
        self._take_history(response.history or (), moment)
        newest = self._is_newest(response, rank, spec)
        statuses = response.statuses or (None,)
        pair = (response.primary, response.secondary or statuses[-1])
        if newest and rank is not None and self.rank is not None:
            self.gone &= not is_after(rank, self.rank)
        extent = size(response.history or ())
        again = rank is not None and self.rank is not None and rank.moment == self.rank.moment
        repeated = again and (pair, extent) == (self.shown, self.extent)
        if newest and pair != (None, None) and not repeated:
            self.shown, self.rank, self.extent = pair, rank, extent
        reason = response.members.get(spec.layout.failure_reason)
        if isinstance(reason, str) and (newest or self.reason is None):
            self.reason = reason
        if self.instances is None:
            self.instances = instances(response, spec)
        return newest

    def is_older(self, rank: Rank | None) -> bool:
        """Whether a response is older than the newest one."""
        return rank is not None and self.rank is not None and is_after(self.rank, rank)

    def _take_history(self, history: History, moment: int) -> None:
        if not history:
            return
        relation = compare(self.entries, history).relation if self.entries else Relation.GROWN
        if relation in (Relation.FORKED, Relation.REWRITTEN):
            return
        if relation is Relation.GROWN:
            self.horizon = moment
        elif relation is Relation.SAME:
            self.horizon = max(self.horizon, moment)
        shared = min(len(self.entries), len(history))
        merged = [
            _merged(old, new, newer=(moment, new.message or "") > (at, old.message or ""))
            for old, new, at in zip(self.entries, history, self.said, strict=False)
        ]
        said = [
            max(at, moment) if new.message is not None else at
            for new, at in zip(history, self.said, strict=False)
        ]
        rest = history[shared:]
        self.entries = (*merged, *rest, *self.entries[len(history) :])
        self.said = (*said, *(moment for _ in rest), *self.said[len(history) :])

    def _is_newest(self, response: Response, rank: Rank | None, spec: Spec) -> bool:
        if self.rank is None and self.shown == (None, None):
            return True
        if rank is None or self.rank is None:
            return _progress(spec, response.primary) >= _progress(spec, self.shown[0])
        if are_tied(rank, self.rank):
            # A primary never goes back; with equal primaries a longer history is newer, and a
            # summary, which has none, is not older for that.
            grown = (_progress(spec, response.primary), size(response.history or ()))
            return grown >= (_progress(spec, self.shown[0]), self.extent)
        return not is_after(self.rank, rank)


def _progress(spec: Spec, primary: str | None) -> int:
    """How far a primary is in a job's life: its index in the facts; an unknown one is last."""
    if primary is None:
        return -1
    names = list(spec.primary_by_name)
    return names.index(primary) if primary in names else len(names)


def _merged(old: Entry, new: Entry, *, newer: bool) -> Entry:
    """The best reading of one entry: exact times, the newest message."""
    if old == new:
        return old
    message = new.message if newer and new.message is not None else old.message
    return evolve(
        old,
        written=min(old.written, new.written),
        start=_sharper(old.start, new.start),
        end=_sharper(old.end, new.end),
        stamp=_earlier(old.stamp, new.stamp),
        message=new.message if old.message is None else message,
    )


def _sharper(old: Instant | None, new: Instant | None) -> Instant | None:
    """The time that was not cut to the second; the later if neither was."""
    if old is None or new is None:
        return new if old is None else old
    return max(old, new, key=lambda moment: (moment % SECOND != 0, moment))


def _earlier(old: Instant | None, new: Instant | None) -> Instant | None:
    return min((moment for moment in (old, new) if moment is not None), default=None)


def instances(response: Response, spec: Spec) -> int | None:
    """The number of instances in a response's configuration; None if absent."""
    facts = spec.attempts
    count = response.get(facts.instances) if facts.instances else None
    if type(count) is int:
        return count
    groups = response.get(facts.groups) if facts.groups else None
    if not isinstance(groups, list | tuple):
        return None
    counts = [group.get(facts.group_count) for group in groups if isinstance(group, Mapping)]
    numbers = [count for count in counts if type(count) is int]
    return sum(numbers) if numbers and len(numbers) == len(counts) else None
