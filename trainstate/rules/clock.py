"""Training time as a response shows it: how long, and how reliably."""

from collections.abc import Collection, Iterator
from itertools import groupby, pairwise
from math import inf

from trainstate.history.instants import SECOND, iso, resolution
from trainstate.history.model import Entry
from trainstate.rules.parts import Clock, Times


def elapsed(times: Clock) -> float | None:
    """Seconds from the start of training to its end; None if either is absent."""
    layout = times.spec.layout
    return _between(times, layout.started, layout.ended)


def life(times: Clock) -> float | None:
    """Seconds from the job's creation to its end; None if either is absent."""
    layout = times.spec.layout
    return _between(times, layout.created, layout.ended)


def slack(times: Clock, first: str, last: str) -> float:
    """Seconds by which the time between two members can be off because one was cut."""
    known = (times.instants.get(name) for name in (first, last))
    return resolution(*(time for time in known if time is not None)) / SECOND


def lived(times: Clock) -> float | None:
    """Seconds from the creation to the last moment that the response shows."""
    created, last = times.created, last_moment(times)
    return None if created is None or last is None else (last - created) / SECOND


def trained(times: Clock) -> float | None:
    """Training seconds as reported, else by the clock; None if neither is known."""
    reported = times.reported(times.spec.layout.training_seconds)
    return elapsed(times) if reported is None else reported


def counted(times: Clock) -> float | None:
    """Seconds that may count as run time: the larger of the reported and the clock's."""
    reported, passed = trained(times), elapsed(times)
    return max((seconds for seconds in (reported, passed) if seconds is not None), default=None)


def clocked(times: Clock) -> tuple[Entry, ...]:
    """Entries of the history from the one that starts the clock; empty before that."""
    entries = times.history
    starts = times.spec.time.clock_starts
    for at, entry in enumerate(entries):
        if entry.status in starts:
            return entries[at:]
    return ()


def is_repeated(times: Times) -> bool:
    """Whether the history enters a status twice: a retry, or a restart after an interruption."""
    statuses = times.statuses
    return len(set(statuses)) < len(statuses)


def is_plain(times: Clock) -> bool:
    """Whether the history shows training from its start, without a break."""
    entries, breaks = clocked(times), times.spec.time.clock_breaks
    broken = any(entry.status in breaks for entry in entries)
    return bool(entries) and not broken and not is_repeated(times)


def broken_seconds(times: Clock) -> float:
    """Seconds of the entries that break training; infinite if their times are unknown."""
    return sum([_seconds(*span) for span in _breaks(times)])


def broken_slack(times: Clock) -> float:
    """Seconds by which ``broken_seconds`` can be off: what cutting hides, for each break."""
    known = [time for span in _breaks(times) for time in span if time is not None]
    return len(list(_breaks(times))) * resolution(*known) / SECOND


def seconds_in(times: Clock, statuses: Collection[str]) -> Iterator[float]:
    """Seconds of each entry of some statuses; of the open one up to the last modification.

    An entry without an end lasts until the next one starts. One without known times is
    skipped.
    """
    until = None if times.ended else times.modified
    for entry, after in pairwise((*times.history, None)):
        if entry is not None and entry.status in statuses:
            end = until if after is None else after.start
            seconds = _seconds(entry.start, end if entry.end is None else entry.end)
            yield max(0.0, seconds) if seconds < inf else 0.0


def seconds_beside(times: Clock, statuses: Collection[str]) -> float:
    """Seconds of other statuses after the clock's start; inf if unknown."""
    entries = (entry for entry in clocked(times) if entry.status not in statuses)
    return sum([_seconds(entry.start, entry.end) for entry in entries])


def last_moment(times: Clock) -> int | None:
    """The end of training, else the last time at which the response shows the job active."""
    response = times
    ended = response.instants.get(times.spec.layout.ended)
    if ended is not None:
        return ended
    begun = response.history[-1].start if response.history else None
    if not times.active:
        return begun
    known = [time for time in (begun, response.modified) if time is not None]
    return max(known, default=None)


def limit(times: Clock, status: str) -> float | None:
    """The limit in seconds that belongs to a status; None if unknown."""
    pointer = times.spec.time.limits.get(status)
    return None if pointer is None else limit_at(times, pointer)


def limits(times: Clock, start: str) -> Iterator[tuple[str, float]]:
    """Known limits that count from the time of a member: pointer and seconds."""
    for status, member in times.spec.time.spans.items():
        seconds = limit(times, status)
        if member == start and seconds is not None:
            yield times.spec.time.limits[status], seconds


def limit_at(times: Clock, pointer: str) -> float | None:
    """The limit in seconds at a pointer; None if unknown."""
    value = times.get(pointer)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def spent_text(times: Times, spent: float, limit: float) -> str:
    """Seconds past a limit, worded so that every later poll gives the same text."""
    return str(round(spent)) if times.ended else f"more than {round(limit)}"


def since(name: str, instant: int | None) -> str:
    """The moment from which a span counts, in words: its name and time."""
    return name if instant is None else f"{name} ({iso(instant)})"


def _breaks(times: Clock) -> Iterator[tuple[int | None, int | None]]:
    """Start and end of each break in training; adjacent entries are one break."""
    breaks = times.spec.time.clock_breaks
    for broken, group in groupby(clocked(times), lambda entry: entry.status in breaks):
        if broken:
            entries = list(group)
            yield entries[0].start, entries[-1].end


def _between(times: Clock, first: str, last: str) -> float | None:
    instants = times.instants
    begun, done = instants.get(first), instants.get(last)
    return None if begun is None or done is None else (done - begun) / SECOND


def _seconds(start: int | None, end: int | None) -> float:
    return inf if start is None or end is None else (end - start) / SECOND
