"""The attached machines of a job: the statuses that a response shows, and what may follow what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from trainstate.checking.order import Rank, is_after
from trainstate.checking.timeline import Timeline
from trainstate.history.excerpt import is_whole, leaves_out
from trainstate.history.model import Response
from trainstate.rules.model import AttachedChange
from trainstate.spec.graph import reachable
from trainstate.spec.model import AttachedMachine, Spec

Statuses = dict[tuple[str, str], Timeline[str]]
"""What was seen of each item of each machine, by the names of both."""


@lru_cache(maxsize=64)
def follows(machine: AttachedMachine) -> Any:
    """A preorder on the statuses of an attached machine; an unknown one fits anywhere."""
    edges: dict[str, list[str]] = {}
    for before, after in machine.transitions:
        edges.setdefault(before, []).append(after)
    after_all = {
        status: reachable([status], lambda one: edges.get(one, ())) for status in machine.statuses
    }

    def may_follow(earlier: str, later: str) -> bool:
        if earlier not in after_all or later not in after_all:
            return True
        return later in after_all[earlier]

    return may_follow


def timeline_of(seen: Statuses, machine: AttachedMachine, item: str) -> Timeline[str]:
    """The statuses that an item of an attached machine was seen in."""
    key = (machine.name, item)
    if key not in seen:
        seen[key] = Timeline(follows(machine))
    return seen[key]


def attached_change(
    seen: Statuses,
    machine: AttachedMachine,
    shown: tuple[str, str, str],
    rank: Rank | None,
    index: int,
) -> AttachedChange | None:
    """What a status changes or contradicts; None where the item was seen in none but fitting ones.

    ``shown`` is one of ``attached_statuses``. The timeline of the item takes the status in.
    """
    item, pointer, status = shown
    fresh = (machine.name, item) not in seen
    timeline = timeline_of(seen, machine, item)
    clash = None if rank is None else timeline.place(status, rank, index)
    before, after = None, status
    if clash is not None:
        # The value that arrived late stands before the one that it contradicts.
        late = follows(machine)(clash.value, status)
        before, after = (status, clash.value) if late else (clash.value, status)
    elif not fresh and status in machine.statuses:
        return None
    return AttachedChange(
        machine=machine.name, item=item, pointer=pointer, before=before, after=after
    )


def vanished(
    seen: Statuses, response: Response, spec: Spec, rank: Rank | None
) -> Iterator[AttachedChange]:
    """The items of lists that a whole response lacks, and an earlier one had."""
    lists = {machine.name: machine for machine in spec.machines if machine.items}
    known = [(lists[name], item) for name, item in seen if name in lists]
    if not known or rank is None or not (response.described and is_whole(response, spec)):
        return
    shown = {
        (one.name, key)
        for one in lists.values()
        for key, *_ in attached_statuses(one, response.members)
    }
    for machine, item in known:
        place, runs = f"/{machine.member}", seen[machine.name, item].runs
        hidden = leaves_out(response, machine.member, spec) or place in response.unread
        if (machine.name, item) not in shown and not hidden and is_after(rank, runs[0].first):
            yield AttachedChange(
                machine=machine.name, item=item, pointer=place, before=runs[0].value, after=""
            )


def is_continued(spec: Spec, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether all items have known statuses, and went on as their machines allow; none is gone."""
    for machine in spec.machines:
        old, new = before.get(machine.member), after.get(machine.member)
        if old == new:
            continue
        known = {key: status for key, _, status in attached_statuses(machine, before)}
        shown = {key: status for key, _, status in attached_statuses(machine, after)}
        count = len(new) if isinstance(new, list) else new is not None
        if len(shown) != count or not known.keys() <= shown.keys():
            return False
        fits = follows(machine)
        for key, status in shown.items():
            if status not in machine.statuses or not fits(known.get(key, status), status):
                return False
    return True


def attached_statuses(
    machine: AttachedMachine, members: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """The items of an attached machine in a response: key, JSON pointer and status.

    An empty status is none: Go's SDK has no other way to write that a member is absent.
    """
    value = members.get(machine.member)
    if value is None:
        return
    items = value if machine.items and isinstance(value, list | tuple) else [value]
    for ordinal, item in enumerate(items):
        place = f"/{machine.member}/{ordinal}" if machine.items else f"/{machine.member}"
        if not machine.status:
            status = item
        elif isinstance(item, dict):
            status = item.get(machine.status)
        else:
            continue
        if isinstance(status, str) and status:
            key = str(item.get(machine.key)) if machine.status and machine.key else ""
            yield key, f"{place}/{machine.status}" if machine.status else place, status


__all__ = [
    "Statuses",
    "attached_change",
    "attached_statuses",
    "follows",
    "is_continued",
    "timeline_of",
    "vanished",
]
