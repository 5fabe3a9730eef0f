"""Where a job stands, and the changes from one standing to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from trainstate.history.chain import History
from trainstate.history.instants import datetime_of, parse, same_instant
from trainstate.spec.model import Spec
from trainstate.track.life import Life
from trainstate.track.timeline import sole_secondary
from trainstate.track.update import Change, MessageChange, Standing, TimelineItem

Items = Sequence[TimelineItem]


def standing(life: Life, items: Items, spec: Spec) -> Standing:
    """The newest pair; what no response showed of it follows from the timeline, or is None."""
    primary, secondary = life.shown
    last = items[-1] if items else None
    if primary is None and last is not None and last.status == secondary:
        return Standing(primary=last.primary, secondary=secondary, inferred=True)
    if secondary is not None or primary is None:
        return Standing(primary=primary, secondary=secondary)
    fits = last is not None and (primary, last.status) in spec.pair_by_key
    follows = last.status if last is not None and fits else sole_secondary(spec, primary)
    return Standing(primary=primary, secondary=follows, inferred=follows is not None)


def changes(
    spec: Spec,
    before: Standing | None,
    after: Standing,
    fresh: Items,
    *,
    at: int | None,
) -> Iterator[Change]:
    """The changes between two standings along the timeline's fresh items.

    ``at`` is the instant of the newest response: when a change without an entry of its own was
    seen.
    """
    current = before
    for item in fresh:
        entered = Standing(primary=_carried(spec, current, item), secondary=item.status)
        moment = item.first_seen if item.start is None else item.start
        yield Change(before=current, after=entered, item=item, at=moment)
        current = entered
    if after.pair != (None, None) and (current is None or current.pair != after.pair):
        yield Change(before=current, after=after, at=None if at is None else datetime_of(at))


def _carried(spec: Spec, current: Standing | None, item: TimelineItem) -> str:
    """The primary that shows with an entry: one that ran ahead stays ahead if it can."""
    ahead = None if current is None else current.primary
    if ahead is None or ahead in spec.ended_primaries or item.primary in spec.ended_primaries:
        return item.primary
    return ahead if (ahead, item.status) in spec.pair_by_key else item.primary


def split(old: Items, new: Items) -> tuple[Items, Items]:
    """What a timeline adds to an older one: in the past, and after its last item."""
    if not old:
        return (), new
    anchor = _anchor(old, new)
    if anchor is None:
        return (), ()
    known = Counter(item.status for item in old)
    learned: list[TimelineItem] = []
    for item in new[: anchor + 1]:
        if known[item.status]:
            known[item.status] -= 1
        else:
            learned.append(item)
    return tuple(learned), new[anchor + 1 :]


def _anchor(old: Items, new: Items) -> int | None:
    """The index of the older timeline's last item in the newer one."""
    last, place = old[-1], len(old) - 1
    spots = [place] if place < len(new) else []
    for spot in (*spots, *reversed(range(len(new)))):
        if _is_one(last, new[spot]):
            return spot
    return None


def _is_one(old: TimelineItem, new: TimelineItem) -> bool:
    if old.status != new.status:
        return False
    if old.start is not None and new.start is not None:
        return same_instant(parse(old.start)[0], parse(new.start)[0])
    if new.start is None or old.last_seen is None:
        return True
    return new.start < old.last_seen + timedelta(seconds=1)


def message_changes(old: History, new: History) -> Iterator[MessageChange]:
    """Entries whose message changed in place."""
    for index, (before, after) in enumerate(zip(old, new, strict=False)):
        if after.message is not None and after.message != before.message:
            yield MessageChange(
                index=index, status=after.status, before=before.message, after=after.message
            )
