"""What a response shows of the clock of its training: how long it ran, and how plainly."""

from __future__ import annotations

from collections.abc import Collection
from math import inf

from trainstate.history.instants import SECOND
from trainstate.history.model import Entry
from trainstate.rules.model import Reading


def elapsed(reading: Reading) -> float | None:
    """Seconds from the start of the training to its end; None where either is absent."""
    layout, instants = reading.spec.layout, reading.response.instants
    started, ended = instants.get(layout.started), instants.get(layout.ended)
    return None if started is None or ended is None else (ended - started) / SECOND


def is_cut(reading: Reading) -> bool:
    """Holds if the start or the end of the training is cut to the whole second."""
    layout, instants = reading.spec.layout, reading.response.instants
    times = (instants.get(layout.started), instants.get(layout.ended))
    return any(time is not None and time % SECOND == 0 for time in times)


def since(reading: Reading, member: str) -> float | None:
    """Seconds from a member's time to the last moment that the response shows."""
    begun, last = reading.response.instants.get(member), _last_moment(reading)
    return None if begun is None or last is None else (last - begun) / SECOND


def trained(reading: Reading) -> float | None:
    """The seconds of training as reported, else by the clock; None where neither is known."""
    reported = reading.response.seconds(reading.spec.layout.training_seconds)
    return elapsed(reading) if reported is None else reported


def clocked(reading: Reading) -> tuple[Entry, ...]:
    """The entries of the history from the one on that starts the clock; empty before that."""
    entries = reading.response.history or ()
    starts = reading.spec.time.clock_starts
    for at, entry in enumerate(entries):
        if entry.status in starts:
            return entries[at:]
    return ()


def is_repeated(reading: Reading) -> bool:
    """Holds if the history enters a status twice: a retry, or a restart after an interruption."""
    statuses = reading.response.statuses
    return len(set(statuses)) < len(statuses)


def is_plain(reading: Reading) -> bool:
    """Holds if the history shows the training from its start, and nothing that breaks it."""
    entries, breaks = clocked(reading), reading.spec.time.clock_breaks
    broken = any(entry.status in breaks for entry in entries)
    return bool(entries) and not broken and not is_repeated(reading)


def broken_seconds(reading: Reading) -> float:
    """Seconds of the entries that break the training; infinite where their times are unknown."""
    breaks = reading.spec.time.clock_breaks
    return sum([_seconds(entry) for entry in clocked(reading) if entry.status in breaks])


def seconds_in(reading: Reading, statuses: Collection[str]) -> float:
    """Seconds of the entries of some statuses that have both times."""
    entries = reading.response.history or ()
    spent = [_seconds(entry) for entry in entries if entry.status in statuses]
    return sum(seconds for seconds in spent if seconds < inf)


def limit(reading: Reading, status: str) -> float | None:
    """The limit in seconds that goes with a status; None where it is not known."""
    pointer = reading.spec.time.limits.get(status)
    value = None if pointer is None else reading.response.get(pointer)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _last_moment(reading: Reading) -> int | None:
    """The end of the training, or the start of the last entry."""
    response = reading.response
    ended = response.instants.get(reading.spec.layout.ended)
    if ended is not None or not response.history:
        return ended
    return response.history[-1].start


def _seconds(entry: Entry) -> float:
    if entry.start is None or entry.end is None:
        return inf
    return (entry.end - entry.start) / SECOND
