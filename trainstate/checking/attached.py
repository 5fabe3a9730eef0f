"""Attached machines of a job: the statuses that responses show, and their legal order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from trainstate.checking.order import Rank, is_after
from trainstate.checking.timeline import Timeline
from trainstate.history.excerpt import is_whole, leaves_out, may_be_unshown
from trainstate.history.model import Response
from trainstate.history.nested import amount
from trainstate.rules.model import AttachedChange
from trainstate.spec.graph import reachable
from trainstate.spec.model import AttachedMachine, Spec

Statuses = dict[tuple[str, str], Timeline[str]]
"""The statuses seen of each item, keyed by the names of machine and item."""

Listed = dict[tuple[str, str], tuple[Rank, str]]
"""The items in lists of whole responses: the first rank that showed each, and its status."""


@lru_cache(maxsize=64)
def follows(machine: AttachedMachine) -> Any:
    """The preorder of an attached machine's statuses; an unknown status fits anywhere."""
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
    """The timeline of an item's statuses; made on first use."""
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
    """A new, unknown or contradictory status of an item; None if it fits what was seen.

    ``shown`` is one of ``attached_statuses``. The item's timeline records the status.
    """
    item, pointer, status = shown
    fresh = (machine.name, item) not in seen
    timeline = timeline_of(seen, machine, item)
    clash = None if rank is None else timeline.place(status, rank, index)
    before, after = None, status
    if clash is not None:
        # A value that arrived late precedes the one that it contradicts.
        late = follows(machine)(clash.value, status)
        before, after = (status, clash.value) if late else (clash.value, status)
    elif not fresh and status in machine.statuses:
        return None
    return AttachedChange(
        machine=machine.name, item=item, pointer=pointer, before=before, after=after
    )


def vanished(
    listed: Listed, response: Response, spec: Spec, rank: Rank | None, *, old: bool
) -> list[AttachedChange]:
    """The listed items that a whole response lacks; it adds its own to ``listed``.

    ``old`` holds if the response also lacks something else that an older client or a search omits.
    """
    if rank is None or not (response.described and is_whole(response, spec)):
        return []
    lists = {machine.name: machine for machine in spec.machines if machine.items}
    shown = {
        (name, item): status
        for name, machine in lists.items()
        for item, _, status in attached_statuses(machine, response.members)
    }
    gone: list[AttachedChange] = []
    for (name, item), (first, status) in listed.items():
        place, member = f"/{lists[name].member}", lists[name].member
        hidden = leaves_out(response, member, spec) or place in response.unread
        hidden = hidden or (old and may_be_unshown(response, member, spec))
        if (name, item) not in shown and not hidden and is_after(rank, first):
            gone.append(
                AttachedChange(machine=name, item=item, pointer=place, before=status, after="")
            )
    for key, status in shown.items():
        if key not in listed or is_after(listed[key][0], rank):
            listed[key] = rank, status
    return gone


def is_continued(spec: Spec, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether every item has a known status and made only legal moves, and none is gone."""
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
        if not _is_kept(spec, machine, before, after):
            return False
    return True


def _is_kept(
    spec: Spec, machine: AttachedMachine, before: Mapping[str, Any], after: Mapping[str, Any]
) -> bool:
    """Whether, beside the statuses, no growing value fell and no fixed one changed."""
    shown = {key: item for key, _, item in attached_items(machine, after)}
    for key, _, old in attached_items(machine, before):
        new = shown.get(key, {})
        if any(old.get(name) and old.get(name) != new.get(name) for name in machine.stays):
            return False
        for name in machine.grows:
            earlier, later = amount(old, name, spec), amount(new, name, spec)
            if earlier is not None and (later is None or later < earlier):
                return False
    return True


def attached_statuses(
    machine: AttachedMachine, members: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """The items of an attached machine that show a status: key, JSON pointer, status.

    An empty status counts as absent: Go's SDK writes absent members so.
    """
    if not machine.status:
        status = members.get(machine.member)
        if isinstance(status, str) and status:
            yield "", f"/{machine.member}", status
        return
    for key, place, item in attached_items(machine, members):
        status = item.get(machine.status)
        if isinstance(status, str) and status:
            yield key, f"{place}/{machine.status}", status


def attached_items(
    machine: AttachedMachine, members: Mapping[str, Any]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The structures of an attached machine in a response: key, JSON pointer, structure."""
    value = members.get(machine.member)
    listed = machine.items and isinstance(value, list | tuple)
    for ordinal, item in enumerate(value if listed and value else [value]):
        if isinstance(item, dict):
            place = f"/{machine.member}/{ordinal}" if machine.items else f"/{machine.member}"
            yield str(item.get(machine.key)) if machine.key else "", place, item


__all__ = [
    "Listed",
    "Statuses",
    "attached_change",
    "attached_items",
    "attached_statuses",
    "follows",
    "is_continued",
    "timeline_of",
    "vanished",
]
