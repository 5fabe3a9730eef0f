"""Compares histories: the history is an append-only register that every poll reads whole.

H is a prefix of H' if the earlier entries are equal and H's last entry has the same status and
start in H', and its end is open or equal. The message of the last entry is free: the service
rewrites it, even after the end.
"""

from collections.abc import Collection
from enum import StrEnum

from attrs import frozen

from trainstate.history.instants import same_instant
from trainstate.history.model import Entry

History = tuple[Entry, ...]


class Relation(StrEnum):
    """How a response's history relates to the longest one of its job."""

    FIRST = "first"
    ABSENT = "absent"
    SAME = "same"
    GROWN = "grown"
    SMALLER = "smaller"
    FORKED = "forked"
    REWRITTEN = "rewritten"


@frozen
class Difference:
    """The relation, the first entry that differs, and closed entries with another message."""

    relation: Relation
    at: int | None = None
    messages: tuple[int, ...] = ()


def compare(known: History, seen: History) -> Difference:
    """How ``seen`` relates to ``known``, two readings of one job's history."""
    for index, (old, new) in enumerate(zip(known, seen, strict=False)):
        if old.start == new.start and old.end == new.end and old.status == new.status:
            continue
        if old.status != new.status:
            return Difference(Relation.FORKED, index)
        if not _same_times(old, new):
            return Difference(Relation.REWRITTEN, index)
    messages = _changed_messages(known, seen)
    before, after = size(known), size(seen)
    shorter = min(len(known), len(seen))
    if before == after:
        return Difference(Relation.SAME, None, messages)
    grown = before < after
    return Difference(Relation.GROWN if grown else Relation.SMALLER, shorter, messages)


def is_printed(history: History) -> bool:
    """Whether a history is a log's, whose entries have neither start nor end."""
    return bool(history) and all(entry.start is None and entry.end is None for entry in history)


def goes_with(printed: History, known: History, ends: Collection[str]) -> bool:
    """Whether a log's history can be of the job with a known history.

    The SDK prints a status only if its message differs from the last one, so a log can miss
    statuses. ``ends`` are the terminal statuses.
    """
    rest = iter(entry.status for entry in known)
    missed = [entry.status for entry in printed if entry.status not in rest]
    return not missed or known[-1].status not in ends


def size(history: History) -> tuple[int, bool]:
    """The number of entries, and whether the last one is closed."""
    return len(history), bool(history) and history[-1].end is not None


def _same_times(old: Entry, new: Entry) -> bool:
    """Whether the times of two entries can be readings of the same times; absent ones match any."""
    starts = old.start is None or new.start is None or same_instant(old.start, new.start)
    ends = old.end is None or new.end is None or same_instant(old.end, new.end)
    return starts and ends


def _changed_messages(known: History, seen: History) -> tuple[int, ...]:
    """Entries with another message that both histories follow by another entry."""
    settled = min(len(known), len(seen)) - 1
    changed = [
        index
        for index, (old, new) in enumerate(zip(known[: max(settled, 0)], seen, strict=False))
        if old.message != new.message and _is_final(old) and _is_final(new)
    ]
    return tuple(changed)


def _is_final(entry: Entry) -> bool:
    """Whether an entry's message is final; a log prints the message of some poll."""
    printed = entry.start is None and entry.end is None
    return entry.message is not None and not printed
