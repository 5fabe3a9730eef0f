"""Faults of the history in one response: the rules TS3."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from trainstate.machine.step import begin
from trainstate.spec.model import Evidence, Transition
from trainstate.testing.options import Keywords
from trainstate.testing.planting import LEFT_OUT, Bed, Flaw, Response, Spot, changes, fault, need

_DOCUMENTED: Keywords = {"evidence": "documented", "terminal": "Completed"}
_ENDED: Keywords = {"terminal": "Completed"}


def _last_entries(bed: Bed) -> Iterator[tuple[int, int]]:
    """The last entries of the histories that have come to their end."""
    ends = bed.spec.terminal_secondaries
    return ((at, len(bed.history(at)) - 1) for at in bed.whole() if bed.statuses(at)[-1] in ends)


def _followed(bed: Bed) -> Iterator[tuple[int, int]]:
    """The entries that another one follows."""
    return ((at, k) for at, k in bed.entries() if k < len(bed.history(at)) - 1)


def _later(bed: Bed) -> list[int]:
    """The responses with a history, but for the first."""
    return bed.whole()[1:]


changes(
    Flaw("entry-without-start", "forget_when_it_began", Bed.entries, "entry_start", LEFT_OUT),
    Flaw("unclosed-entry", "close_nothing", _followed, "entry_end", LEFT_OUT, _ENDED),
    Flaw("open-terminal-entry", "leave_the_end_open", _last_entries, "entry_end", LEFT_OUT, _ENDED),
    Flaw("missing-history", "lose_the_history", _later, "history", LEFT_OUT, {"least": 2}),
)


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
def skip_stages(bed: Bed) -> Spot:
    """Entries between two others are missing, and no transition leads from one to the other."""
    at, first, last = bed.choice(
        (at, first, last)
        for at in bed.every()
        for last in range(2, len(bed.history(at)))
        for first in range(last - 1)
        if not _rows(bed, bed.statuses(at)[first], bed.statuses(at)[last])
    )
    for k in range(last - 1, first, -1):
        _drop(bed, at, k)
    return at, bed.pointer(first + 1, bed.layout.entry_status)


@fault("illegal-transition")
def enter_twice(bed: Bed) -> Spot:
    """An entry of a status that goes on is written twice."""
    ends = bed.spec.terminal_secondaries
    at, k = bed.choice(
        (at, k)
        for at, k in bed.entries()
        if (status := bed.statuses(at)[k]) not in ends and not _rows(bed, status, status)
    )
    first = bed.history(at)[k]
    begun = first[bed.layout.entry_start]
    bed.history(at).insert(k, first | {bed.layout.entry_end: begun})
    return at, bed.pointer(k + 1, bed.layout.entry_status)


@fault("wrong-initial-status", _DOCUMENTED)
def lose_the_beginning(bed: Bed) -> Spot:
    """The first entry is missing."""
    known = bed.spec.initial_by_secondary
    at = bed.choice(
        at
        for at in bed.every()
        if len(statuses := bed.statuses(at)) > 1 and statuses[1] not in known
    )
    del bed.history(at)[0]
    return at, bed.pointer(0, bed.layout.entry_status)


@fault("undocumented-transition", _DOCUMENTED)
def skip_what_may_be_skipped(bed: Bed) -> Spot:
    """An entry is missing that a job, by inference only, can do without."""
    at, k, _, _ = bed.choice(
        middle
        for middle in _middles(bed)
        if (rows := _rows(bed, middle[2], middle[3]))
        and all(row.evidence is Evidence.INFERRED and not row.guard for row in rows)
        and all(row.under is None for row in rows)
    )
    _drop(bed, at, k)
    return at, bed.pointer(k, bed.layout.entry_status)


@fault("last-entry-mismatch")
def forget_to_append(bed: Bed) -> Spot:
    """The secondary status is another than that of the last entry."""
    at = bed.choice(bed.whole())
    last = bed.statuses(at)[-1]
    other = bed.choice(row.name for row in bed.spec.secondaries if row.name != last)
    return bed.put(at, bed.layout.secondary, other)


@fault("entry-after-terminal", _ENDED)
def resurrect(bed: Bed) -> Spot:
    """An entry follows the one with which the job ended."""
    at, _ = bed.choice(_last_entries(bed))
    k = enter_at_once(bed, at, bed.spec.initials[0].secondary)
    return at, bed.pointer(k, bed.layout.entry_status)


@fault("closed-last-entry-while-active")
def close_too_early(bed: Bed) -> Spot:
    """The last entry of an active job has an end."""
    at = bed.choice(at for at in bed.active() if bed.history(at))
    last = len(bed.history(at)) - 1
    return bed.put((at, last), bed.layout.entry_end, bed.responses[at][bed.layout.modified])


@fault("missing-history", {"least": 2})
def empty_the_history(bed: Bed) -> Spot:
    """The history of a response is empty, though an earlier one has entries."""
    return bed.put(bed.choice(_later(bed)), bed.layout.history, [])


@fault("missing-history")
def begin_with_no_entry(bed: Bed) -> Spot:
    """The history is empty in every response, though each has a secondary status."""
    for response in bed.responses:
        response[bed.layout.history] = []
    return 0, f"/{bed.layout.history}"


@fault("guard-violated", {"terminal": "MaxWaitTimeExceeded"})
def forget_the_spot_flag(bed: Bed) -> Spot:
    """The configuration does not allow a status of the history."""
    guarded = {row.name: row.guard for row in bed.spec.secondaries if row.guard}
    at, k = bed.first((at, k) for at, k in bed.entries() if bed.statuses(at)[k] in guarded)
    guard = bed.spec.guard_by_name[guarded[bed.statuses(at)[k]]]
    for response in bed.responses:
        # What is absent was not seen: the switch says no.
        response[guard.member.strip("/")] = False
        _remove(response, guard.implied_by or "/")
    return at, bed.pointer(k, bed.layout.entry_status)


@fault("retry-budget-exceeded", {**_DOCUMENTED, "density": "every"})
def retry_once_more(bed: Bed) -> Spot:
    """A job is started again more often than its strategy allows."""
    at, used = _started_again(bed, times=2)
    guard = next(guard for guard in bed.spec.guards if guard.budget)
    for response in bed.responses:
        response[guard.member.strip("/")] = {(guard.budget or "").rpartition("/")[2]: used + 1}
    return at, bed.pointer(len(bed.history(at)) - 1, bed.layout.entry_status)


@fault("guard-unverified", {**_DOCUMENTED, "density": "every"})
def retry_without_configuration(bed: Bed) -> Spot:
    """A job is started again, and no response shows whether it may be."""
    at, used = _started_again(bed, times=1)
    need(not used)
    for response in bed.responses:
        response.pop(bed.layout.stopping, None)
        for guard in bed.spec.guards:
            _remove(response, guard.member)
    return at, bed.pointer(len(bed.history(at)) - 1, bed.layout.entry_status)


def _started_again(bed: Bed, *, times: int) -> tuple[int, int]:
    """Lets one response start again so often: its index, and the starts that it had before.

    Only where the job can go on from the start to where it was.
    """
    budgets = {guard.name for guard in bed.spec.guards if guard.budget}
    edges = {(row.before, row.after) for row in bed.spec.transitions if row.guard in budgets}
    at, before, after = bed.choice(
        (at, before, after)
        for at in bed.active()
        if bed.history(at)
        and bed.primary(at) == begin(bed.spec, bed.statuses(at)[0]).position.primary
        for before, after in sorted(edges)
        if before == bed.statuses(at)[-1] and _rows(bed, after, before)
    )
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
def lose_the_stop(bed: Bed) -> Spot:
    """A job that was stopped has the primary status of one that runs."""
    first = bed.spec.initials[0].primary
    at = bed.choice(
        at
        for at in bed.active()
        if bed.history(at)
        and bed.primary(at) == first
        and _rows(bed, bed.statuses(at)[-1], "Stopping")
    )
    enter_at_once(bed, at, "Stopping", "Uploading")
    return at, f"/{bed.layout.primary}"
