"""Faults of the history in one response: the rules TS3."""

from itertools import pairwise
from typing import Any

from trainstate.machine.step import begin
from trainstate.spec.model import Evidence, Transition
from trainstate.testing.mutation import LEFT_OUT, Place, Sequence, Site, change, fault, need
from trainstate.testing.options import Keywords

_DOCUMENTED: Keywords = {"evidence": "documented", "terminal": "Completed"}
_EVERY: Keywords = {**_DOCUMENTED, "density": "every"}
_ENDED: Keywords = {"terminal": "Completed"}
_TWO: Keywords = {"least": 2}


def _last(sequence: Sequence, indices: list[int]) -> list[tuple[int, int]]:
    """The last entries of the histories of these responses."""
    return [(at, len(sequence.history(at)) - 1) for at in indices if sequence.history(at)]


def _last_entries(sequence: Sequence) -> list[tuple[int, int]]:
    """The last entries of the histories that have come to their end."""
    ends = sequence.spec.terminal_secondaries
    return _last(sequence, [at for at in sequence.whole() if sequence.statuses(at)[-1] in ends])


def _last_of_active(sequence: Sequence) -> list[tuple[int, int]]:
    return _last(sequence, sequence.active())


def _followed(sequence: Sequence) -> list[tuple[int, int]]:
    return [(at, k) for at, k in sequence.entries() if k < len(sequence.history(at)) - 1]


def _later(sequence: Sequence) -> list[int]:
    return sequence.whole()[1:]


def _modified(sequence: Sequence, place: Place) -> Any:
    return sequence[place if isinstance(place, int) else place[0]][sequence.layout.modified]


def _of_another_entry(sequence: Sequence, place: Place) -> str:
    last = sequence.value(place, sequence.layout.secondary)
    return sequence.choice(row.name for row in sequence.spec.secondaries if row.name != last)


change("entry-without-start", "forget_when_it_began", Sequence.entries, "entry_start", LEFT_OUT)
change("unclosed-entry", "close_nothing", _followed, "entry_end", LEFT_OUT, base=_ENDED)
change(
    "open-terminal-entry", "leave_the_end_open", _last_entries, "entry_end", LEFT_OUT, base=_ENDED
)
change("closed-last-entry-while-active", "close_too_early", _last_of_active, "entry_end", _modified)
change("missing-history", "lose_the_history", _later, "history", LEFT_OUT, base=_TWO)
change("missing-history", "empty_the_history", _later, "history", [], base=_TWO)
change("last-entry-mismatch", "forget_to_append", Sequence.whole, "secondary", _of_another_entry)


def _rows(sequence: Sequence, before: str, after: str) -> list[Transition]:
    rows = sequence.spec.transitions
    return [row for row in rows if (row.before, row.after) == (before, after)]


def _drop(sequence: Sequence, at: int, k: int) -> None:
    """Takes an entry out; the times of its neighbours join."""
    entries, end = sequence.history(at), sequence.layout.entry_end
    gone = entries.pop(k)
    if k and end in gone:
        entries[k - 1][end] = gone[end]


def enter_at_once(sequence: Sequence, at: int, *statuses: str) -> Site:
    """Appends entries at the moment of the last modification; gives the site of the last."""
    layout, entries = sequence.layout, sequence.history(at)
    now = sequence[at][layout.modified]
    for status in statuses:
        entries[-1][layout.entry_end] = now
        entries.append({layout.entry_status: status, layout.entry_start: now})
    sequence[at][layout.secondary] = statuses[-1]
    return sequence.entry_site(at, len(entries) - 1, layout.entry_status)


@fault("illegal-transition", _EVERY)
def skip_stages(sequence: Sequence) -> Site:
    """Entries between two others are missing, and no transition leads from one to the other."""
    at, first, last = sequence.choice(
        (at, first, last)
        for at in sequence.every()
        for last, after in list(enumerate(sequence.statuses(at)))[2:]
        for first, before in enumerate(sequence.statuses(at)[: last - 1])
        if not _rows(sequence, before, after)
    )
    for k in range(last - 1, first, -1):
        _drop(sequence, at, k)
    return sequence.entry_site(at, first + 1, sequence.layout.entry_status)


@fault("illegal-transition")
def enter_twice(sequence: Sequence) -> Site:
    """An entry of a status that goes on is written twice."""
    ends = sequence.spec.terminal_secondaries
    at, k = sequence.choice(
        (at, k)
        for at, k in sequence.entries()
        if (status := sequence.statuses(at)[k]) not in ends and not _rows(sequence, status, status)
    )
    layout, entries = sequence.layout, sequence.history(at)
    entries.insert(k, entries[k] | {layout.entry_end: entries[k][layout.entry_start]})
    return sequence.entry_site(at, k + 1, layout.entry_status)


@fault("wrong-initial-status", _DOCUMENTED)
def lose_the_beginning(sequence: Sequence) -> Site:
    """The first entry is missing."""
    known = sequence.spec.initial_by_secondary
    seen = ((at, sequence.statuses(at)) for at in sequence.every())
    at = sequence.choice(at for at, names in seen if len(names) > 1 and names[1] not in known)
    del sequence.history(at)[0]
    return sequence.entry_site(at, 0, sequence.layout.entry_status)


@fault("undocumented-transition", _DOCUMENTED)
def skip_what_may_be_skipped(sequence: Sequence) -> Site:
    """An entry is missing that a job, by inference only, can do without."""
    at, k = sequence.choice(
        (at, k)
        for at, k in _followed(sequence)
        if k
        and (rows := _rows(sequence, *sequence.statuses(at)[k - 1 : k + 2 : 2]))
        and all(row.evidence is Evidence.INFERRED and not row.guard for row in rows)
        and all(row.under is None for row in rows)
    )
    _drop(sequence, at, k)
    return sequence.entry_site(at, k, sequence.layout.entry_status)


@fault("entry-after-terminal", _ENDED)
def resurrect(sequence: Sequence) -> Site:
    """An entry follows the one with which the job ended."""
    at, _ = sequence.choice(_last_entries(sequence))
    return enter_at_once(sequence, at, sequence.spec.initials[0].secondary)


@fault("missing-history")
def begin_with_no_entry(sequence: Sequence) -> Site:
    """The history is empty in every response, though each has a secondary status."""
    sequence.put_in_all(sequence.layout.history, [])
    return 0, f"/{sequence.layout.history}"


@fault("guard-violated", {"terminal": "MaxWaitTimeExceeded"})
def forget_the_spot_flag(sequence: Sequence) -> Site:
    """The configuration does not allow a status of the history."""
    guarded = {row.name: row.guard for row in sequence.spec.secondaries if row.guard}
    entries = ((at, k, sequence.statuses(at)[k]) for at, k in sequence.entries())
    at, k, status = sequence.first(entry for entry in entries if entry[2] in guarded)
    guard = sequence.spec.guard_by_name[guarded[status]]
    # What is absent was not seen: the switch says no.
    sequence.put_in_all(guard.member.strip("/"), False)
    _remove(sequence, guard.implied_by or "/")
    return sequence.entry_site(at, k, sequence.layout.entry_status)


@fault("retry-budget-exceeded", _EVERY)
def retry_once_more(sequence: Sequence) -> Site:
    """A job is started again more often than its strategy allows."""
    site, used = _started_again(sequence, times=2)
    guard = next(guard for guard in sequence.spec.guards if guard.budget)
    budget = {(guard.budget or "").rpartition("/")[2]: used + 1}
    sequence.put_in_all(guard.member.strip("/"), budget)
    return site


@fault("guard-unverified", _EVERY)
def retry_without_configuration(sequence: Sequence) -> Site:
    """A job is started again, and no response shows whether it may be."""
    site, used = _started_again(sequence, times=1)
    need(not used)
    for pointer in (sequence.layout.stopping, *(guard.member for guard in sequence.spec.guards)):
        _remove(sequence, pointer)
    return site


def _started_again(sequence: Sequence, *, times: int) -> tuple[Site, int]:
    """Lets one response start again so often: the site, and the starts that it had before.

    Only where the job can go on from the start to where it was.
    """
    spec = sequence.spec
    budgets = {guard.name for guard in spec.guards if guard.budget}
    edges = {(row.before, row.after) for row in spec.transitions if row.guard in budgets}
    at, before, after = sequence.choice(
        (at, before, after)
        for at in sequence.active()
        if (seen := sequence.statuses(at))
        and sequence.primary(at) == begin(spec, seen[0]).position.primary
        for before, after in sorted(edges)
        if before == seen[-1] and _rows(sequence, after, before)
    )
    used = sum(edge in edges for edge in pairwise(sequence.statuses(at)))
    return enter_at_once(sequence, at, *[after, *[before, after] * (times - 1)]), used


def _remove(sequence: Sequence, pointer: str) -> None:
    """Takes what a pointer leads to out of every response."""
    *path, last = pointer.strip("/").split("/")
    for response in sequence.responses:
        target: Any = response
        for step in path:
            target = target.get(step, {})
        target.pop(last, None)


@fault("primary-contradicts-history", _EVERY)
def lose_the_stop(sequence: Sequence) -> Site:
    """A job that was stopped has the primary status of one that runs."""
    first = sequence.spec.initials[0].primary
    at = sequence.choice(
        at
        for at in sequence.active()
        if sequence.primary(at) == first
        and (seen := sequence.statuses(at))
        and _rows(sequence, seen[-1], "Stopping")
    )
    enter_at_once(sequence, at, "Stopping", "Uploading")
    return at, f"/{sequence.layout.primary}"
