"""What a response shows of the clock of its training: how long it ran, and how plainly."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from math import inf

from trainstate.history.instants import SECOND, grain, iso
from trainstate.history.model import Entry
from trainstate.rules.model import Reading


def elapsed(reading: Reading) -> float | None:
    """Seconds from the start of the training to its end; None where either is absent."""
    layout = reading.spec.layout
    return _between(reading, layout.started, layout.ended)


def life(reading: Reading) -> float | None:
    """Seconds from the creation of the job to its end; None where either is absent."""
    layout = reading.spec.layout
    return _between(reading, layout.created, layout.ended)


def slack(reading: Reading, first: str, last: str) -> float:
    """Seconds by which the time between two members can be off, because one of them was cut."""
    times = (reading.response.instants.get(name) for name in (first, last))
    return grain(*(time for time in times if time is not None)) / SECOND


def lived(reading: Reading) -> float | None:
    """Seconds from the creation to the last moment that the response shows of the job."""
    created, last = reading.response.created, last_moment(reading)
    return None if created is None or last is None else (last - created) / SECOND


def trained(reading: Reading) -> float | None:
    """The seconds of training as reported, else by the clock; None where neither is known."""
    reported = reading.response.seconds(reading.spec.layout.training_seconds)
    return elapsed(reading) if reported is None else reported


def counted(reading: Reading) -> float | None:
    """The seconds that may count as run time: as reported or by the clock, whichever are more."""
    reported, passed = trained(reading), elapsed(reading)
    return max((seconds for seconds in (reported, passed) if seconds is not None), default=None)


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
    return sum([_seconds(*span) for span in _breaks(reading)])


def broken_slack(reading: Reading) -> float:
    """Seconds by which ``broken_seconds`` can be off: as much as cutting hides, for each break."""
    known = [time for span in _breaks(reading) for time in span if time is not None]
    return len(list(_breaks(reading))) * grain(*known) / SECOND


def seconds_in(reading: Reading, statuses: Collection[str]) -> Iterator[float]:
    """Seconds of each entry of some statuses; of the open one up to the last modification.

    An entry whose times are not known has none.
    """
    until = None if reading.ended else reading.response.modified
    for entry in reading.response.history or ():
        if entry.status in statuses:
            seconds = _seconds(entry.start, until if entry.end is None else entry.end)
            yield max(0.0, seconds) if seconds < inf else 0.0


def seconds_beside(reading: Reading, statuses: Collection[str]) -> float:
    """Seconds of the entries after the clock's start that have other statuses; inf if unknown."""
    entries = (entry for entry in clocked(reading) if entry.status not in statuses)
    return sum([_seconds(entry.start, entry.end) for entry in entries])


def last_moment(reading: Reading) -> int | None:
    """The end of the training, else the last time at which the response shows the job active."""
    response = reading.response
    ended = response.instants.get(reading.spec.layout.ended)
    if ended is not None:
        return ended
    begun = response.history[-1].start if response.history else None
    if not reading.active:
        return begun
    known = [time for time in (begun, response.modified) if time is not None]
    return max(known, default=None)


def limit(reading: Reading, status: str) -> float | None:
    """The limit in seconds that goes with a status; None where it is not known."""
    pointer = reading.spec.time.limits.get(status)
    return None if pointer is None else limit_at(reading, pointer)


def limits(reading: Reading, start: str) -> Iterator[tuple[str, float]]:
    """The limits that count from the time of a member, and are known: pointer and seconds."""
    for status, member in reading.spec.time.spans.items():
        seconds = limit(reading, status)
        if member == start and seconds is not None:
            yield reading.spec.time.limits[status], seconds


def limit_at(reading: Reading, pointer: str) -> float | None:
    """The limit in seconds at a pointer; None where it is not known."""
    value = reading.response.get(pointer)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def since(name: str, instant: int | None) -> str:
    """The moment from which a span is counted, in words: what it is, and when it was."""
    return name if instant is None else f"{name} ({iso(instant)})"


def _breaks(reading: Reading) -> Iterator[tuple[int | None, int | None]]:
    """The start and the end of each break of the training; neighbouring entries are one."""
    breaks = reading.spec.time.clock_breaks
    for broken, group in groupby(clocked(reading), lambda entry: entry.status in breaks):
        if broken:
            entries = list(group)
            yield entries[0].start, entries[-1].end


def _between(reading: Reading, first: str, last: str) -> float | None:
    instants = reading.response.instants
    begun, done = instants.get(first), instants.get(last)
    return None if begun is None or done is None else (done - begun) / SECOND


def _seconds(start: int | None, end: int | None) -> float:
    return inf if start is None or end is None else (end - start) / SECOND
