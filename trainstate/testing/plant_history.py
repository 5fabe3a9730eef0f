"""Faults of the history in one response: the rules TS3."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from trainstate.machine.step import begin
from trainstate.spec.model import Evidence, Transition
from trainstate.testing.options import Asked
from trainstate.testing.planting import Bed, Response, Spot, fault

_DOCUMENTED: Asked = {"evidence": "documented", "terminal": "Completed"}


def _rows(bed: Bed, before: str, after: str) -> list[Transition]:
    rows = bed.spec.transitions
    return [row for row in rows if (row.before, row.after) == (before, after)]


def _drop(bed: Bed, at: int, k: int) -> None:
    """Takes an entry out; the times of its neighbours join."""
    entries = bed.history(at)
    gone = entries.pop(k)
    if 0 < k < len(entries) + 1 and bed.layout.entry_end in gone:
        entries[k - 1][bed.layout.entry_end] = gone[bed.layout.entry_end]


def _middles(bed: Bed) -> Iterator[tuple[int, int, str, str]]:
    """The entries that have one before and one after, with the statuses of these."""
    for at in bed.every():
        statuses = bed.statuses(at)
        for k in range(1, len(statuses) - 1):
            yield at, k, statuses[k - 1], statuses[k + 1]


def enter_at_once(bed: Bed, at: int, *statuses: str) -> int:
    """Appends entries at the moment of the last modification; gives the index of the last."""
    layout, entries = bed.layout, bed.history(at)
    now = bed.responses[at][layout.modified]
    for status in statuses:
        entries[-1][layout.entry_end] = now
        entries.append({layout.entry_status: status, layout.entry_start: now})
    bed.responses[at][layout.secondary] = statuses[-1]
    return len(entries) - 1


@fault("illegal-transition", {**_DOCUMENTED, "density": "every"})
def skip_stages(bed: Bed) -> Spot | None:
    """Entries between two others are missing, and no transition leads from one to the other."""
    spot = bed.choice(
        (at, first, last)
        for at in bed.every()
        for last in range(2, len(bed.history(at)))
        for first in range(last - 1)
        if not _rows(bed, bed.statuses(at)[first], bed.statuses(at)[last])
    )
    if spot is None:
        return None
    at, first, last = spot
    for k in range(last - 1, first, -1):
        _drop(bed, at, k)
    return at, bed.pointer(first + 1, bed.layout.entry_status)


@fault("illegal-transition")
def enter_twice(bed: Bed) -> Spot | None:
    """An entry of a status that goes on is written twice."""
    ends = bed.spec.terminal_secondaries
    spot = bed.choice(
        (at, k)
        for at, k in bed.entries()
        if (status := bed.statuses(at)[k]) not in ends and not _rows(bed, status, status)
    )
    if spot is None:
        return None
    at, k = spot
    first = bed.history(at)[k]
    begun = first[bed.layout.entry_start]
    bed.history(at).insert(k, first | {bed.layout.entry_end: begun})
    return at, bed.pointer(k + 1, bed.layout.entry_status)


@fault("wrong-initial-status", {"terminal": "Completed", "evidence": "documented"})
def lose_the_beginning(bed: Bed) -> Spot | None:
    """The first entry is missing."""
    known = bed.spec.initial_by_secondary
    spot = bed.choice(
        at
        for at in bed.every()
        if len(statuses := bed.statuses(at)) > 1 and statuses[1] not in known
    )
    if spot is None:
        return None
    del bed.history(spot)[0]
    return spot, bed.pointer(0, bed.layout.entry_status)


@fault("undocumented-transition", _DOCUMENTED)
def skip_what_may_be_skipped(bed: Bed) -> Spot | None:
    """An entry is missing that a job, by inference only, can do without."""
    spot = bed.choice(
        middle
        for middle in _middles(bed)
        if (rows := _rows(bed, middle[2], middle[3]))
        and all(row.evidence is Evidence.INFERRED and not row.guard for row in rows)
        and all(row.under is None for row in rows)
    )
    if spot is None:
        return None
    _drop(bed, spot[0], spot[1])
    return spot[0], bed.pointer(spot[1], bed.layout.entry_status)


@fault("entry-without-start")
def forget_when_it_began(bed: Bed) -> Spot | None:
    """An entry has no start."""
    spot = bed.choice(bed.entries())
    if spot is None:
        return None
    at, k = spot
    del bed.history(at)[k][bed.layout.entry_start]
    return at, bed.pointer(k, bed.layout.entry_start)


@fault("last-entry-mismatch")
def forget_to_append(bed: Bed) -> Spot | None:
    """The secondary status is another than that of the last entry."""
    at = bed.choice(bed.whole())
    if at is None:
        return None
    last = bed.statuses(at)[-1]
    other = bed.choice(row.name for row in bed.spec.secondaries if row.name != last)
    bed.responses[at][bed.layout.secondary] = other
    return at, f"/{bed.layout.secondary}"


@fault("entry-after-terminal", {"terminal": "Completed"})
def resurrect(bed: Bed) -> Spot | None:
    """An entry follows the one with which the job ended."""
    ends = bed.spec.terminal_secondaries
    at = bed.choice(at for at in bed.whole() if bed.statuses(at)[-1] in ends)
    if at is None:
        return None
    k = enter_at_once(bed, at, bed.spec.initials[0].secondary)
    return at, bed.pointer(k, bed.layout.entry_status)


@fault("unclosed-entry", {"terminal": "Completed"})
def close_nothing(bed: Bed) -> Spot | None:
    """An entry that another one follows has no end."""
    spot = bed.choice((at, k) for at, k in bed.entries() if k < len(bed.history(at)) - 1)
    if spot is None:
        return None
    at, k = spot
    del bed.history(at)[k][bed.layout.entry_end]
    return at, bed.pointer(k, bed.layout.entry_end)


@fault("closed-last-entry-while-active")
def close_too_early(bed: Bed) -> Spot | None:
    """The last entry of an active job has an end."""
    at = bed.choice(at for at in bed.active() if bed.history(at))
    if at is None:
        return None
    bed.history(at)[-1][bed.layout.entry_end] = bed.responses[at][bed.layout.modified]
    return at, bed.pointer(len(bed.history(at)) - 1, bed.layout.entry_end)


@fault("open-terminal-entry", {"terminal": "Completed"})
def leave_the_end_open(bed: Bed) -> Spot | None:
    """The entry of the end has no end."""
    ends = bed.spec.terminal_secondaries
    at = bed.choice(at for at in bed.whole() if bed.statuses(at)[-1] in ends)
    if at is None:
        return None
    del bed.history(at)[-1][bed.layout.entry_end]
    return at, bed.pointer(len(bed.history(at)) - 1, bed.layout.entry_end)


@fault("missing-history", {"least": 2})
def lose_the_history(bed: Bed) -> Spot | None:
    """A response has no history, though an earlier one of the same form has."""
    whole = bed.whole()
    at = bed.choice(whole[1:])
    if at is None:
        return None
    del bed.responses[at][bed.layout.history]
    return at, f"/{bed.layout.history}"


@fault("missing-history", {"least": 2})
def empty_the_history(bed: Bed) -> Spot | None:
    """The history of a response is empty, though an earlier one has entries."""
    at = bed.choice(bed.whole()[1:])
    if at is None:
        return None
    bed.responses[at][bed.layout.history] = []
    return at, f"/{bed.layout.history}"


@fault("missing-history")
def begin_with_no_entry(bed: Bed) -> Spot | None:
    """The history is empty in every response, though each has a secondary status."""
    for response in bed.responses:
        response[bed.layout.history] = []
    return 0, f"/{bed.layout.history}"


@fault("guard-violated", {"terminal": "MaxWaitTimeExceeded"})
def forget_the_spot_flag(bed: Bed) -> Spot | None:
    """The configuration does not allow a status of the history."""
    guarded = {row.name: row.guard for row in bed.spec.secondaries if row.guard}
    spot = next(((at, k) for at, k in bed.entries() if bed.statuses(at)[k] in guarded), None)
    if spot is None:
        return None
    at, k = spot
    guard = bed.spec.guard_by_name[guarded[bed.statuses(at)[k]] or ""]
    for response in bed.responses:
        # What is absent was not seen: the switch says no.
        response[guard.member.strip("/")] = False
        _remove(response, guard.implied_by or "/")
    return at, bed.pointer(k, bed.layout.entry_status)


@fault("retry-budget-exceeded", {**_DOCUMENTED, "density": "every"})
def retry_once_more(bed: Bed) -> Spot | None:
    """A job is started again more often than its strategy allows."""
    spot = _started_again(bed, times=2)
    if spot is None:
        return None
    at, used = spot
    guard = next(guard for guard in bed.spec.guards if guard.budget)
    for response in bed.responses:
        response[guard.member.strip("/")] = {(guard.budget or "").rpartition("/")[2]: used + 1}
    return at, bed.pointer(len(bed.history(at)) - 1, bed.layout.entry_status)


@fault("guard-unverified", {**_DOCUMENTED, "density": "every"})
def retry_without_configuration(bed: Bed) -> Spot | None:
    """A job is started again, and no response shows whether it may be."""
    spot = _started_again(bed, times=1)
    if spot is None or spot[1]:
        return None
    for response in bed.responses:
        response.pop(bed.layout.stopping, None)
        for guard in bed.spec.guards:
            _remove(response, guard.member)
    return spot[0], bed.pointer(len(bed.history(spot[0])) - 1, bed.layout.entry_status)


def _started_again(bed: Bed, *, times: int) -> tuple[int, int] | None:
    """Lets one response start again so often: its index, and the starts that it had before.

    Only where the job can go on from the start to where it was.
    """
    budgets = {guard.name for guard in bed.spec.guards if guard.budget}
    edges = {(row.before, row.after) for row in bed.spec.transitions if row.guard in budgets}
    spot = bed.choice(
        (at, before, after)
        for at in bed.active()
        if bed.history(at)
        and bed.primary(at) == begin(bed.spec, bed.statuses(at)[0]).position.primary
        for before, after in sorted(edges)
        if before == bed.statuses(at)[-1] and _rows(bed, after, before)
    )
    if spot is None:
        return None
    at, before, after = spot
    used = sum(edge in edges for edge in pairwise(bed.statuses(at)))
    enter_at_once(bed, at, *[after, *[before, after] * (times - 1)])
    return at, used


def _remove(response: Response, pointer: str) -> None:
    *path, last = pointer.strip("/").split("/")
    target: Any = response
    for step in path:
        target = target.get(step, {})
    target.pop(last, None)


@fault("primary-contradicts-history", {**_DOCUMENTED, "density": "every"})
def lose_the_stop(bed: Bed) -> Spot | None:
    """A job that was stopped has the primary status of one that runs."""
    layout, first = bed.layout, bed.spec.initials[0].primary
    at = bed.choice(
        at
        for at in bed.active()
        if bed.history(at)
        and bed.primary(at) == first
        and _rows(bed, bed.statuses(at)[-1], "Stopping")
    )
    if at is None:
        return None
    enter_at_once(bed, at, "Stopping", "Uploading")
    return at, f"/{layout.primary}"
