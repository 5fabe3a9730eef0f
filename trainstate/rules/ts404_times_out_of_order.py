"""TS404 times-out-of-order."""

from collections.abc import Iterator
from itertools import pairwise

from trainstate.history.instants import since
from trainstate.history.model import Kind
from trainstate.rules.example import DONE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Times
from trainstate.rules.wording import time_text


@rule(
    severity="error",
    sources=["api-describe-times", "recordings-responses", "recordings-logs"],
    message="{earlier} is {earlier_time}, after {later}, which is {later_time}",
    help="look for times of two jobs or two clocks, or for a lost UTC offset",
    bad=[
        poll(DONE, {"/CreationTime": "2026-01-02T10:00:30Z"}),
        poll(DONE, {"/TrainingStartTime": "2026-01-02T10:05:00Z"}),
        poll(DONE, modified=120),
        poll(DONE, {"/CreationTime": "0001-01-01T00:00:00Z"}),
    ],
    good=[DONE, poll(DONE, {"/CreationTime": "2026-01-02T10:00:00.500Z"}, modified=500)],
    follows=["TS301", "TS401", "TS402", "TS403", "TS404"],
)
def times_out_of_order(times: Times) -> Violations:
    """Two times of a job are in an impossible order.

    A job is created, enters its statuses one after the other, trains and ends, and is
    modified last. The record may be modified minutes after the end (by rules, the profiler
    and warm pools), but never before what it shows. Log lines are printed in the order of the
    polls, so their times do not go back either. No job is older than the service: such a
    time was never set.
    """
    tolerance = times.tolerances.microseconds("order")
    for earlier, later in _orders(times):
        if earlier is None or later is None or earlier[0] - later[0] < tolerance:
            continue
        first, last = _place(times, earlier), _place(times, later)
        facts = {"earlier": first, "earlier_time": time_text(earlier[0])}
        facts |= {"later": last, "later_time": time_text(later[0])}
        yield Violation(pointer=f"/{last}", facts=facts)


Time = tuple[int, int | None, str]
"""An instant, the entry that has it (None: the response itself), the member."""


def _orders(times: Times) -> Iterator[tuple[Time | None, Time | None]]:
    """Pairs of times of which the first must not be after the second."""
    if times.kind is Kind.LOG:
        yield from pairwise(_stamps(times))
        return
    layout, starts = times.spec.layout, _starts(times)
    launched = since(times.spec.time.launched)
    created, modified = _member(times, layout.created), _member(times, layout.modified)
    started, ended = _member(times, layout.started), _member(times, layout.ended)
    yield (None if launched is None else (launched, None, "the start of the service")), created
    yield created, (starts[0] if starts else None)
    yield from pairwise(starts)
    last = _last(times)
    yield from ((created, started), (started, ended), (created, modified), (ended, modified))
    if started is None:  # else the start lies between the two
        yield created, ended
    yield last, modified
    if started is not None and (last is None or last[0] < started[0]):
        yield started, modified


def _member(times: Times, name: str) -> Time | None:
    instant = times.instants.get(name)
    return None if instant is None else (instant, None, name)


def _starts(times: Times) -> list[Time]:
    history, member = times.history, times.spec.layout.entry_start
    return [(e.start, at, member) for at, e in enumerate(history) if e.start is not None]


def _stamps(times: Times) -> list[Time]:
    history = times.history
    return [(e.stamp, at, "") for at, e in enumerate(history) if e.stamp is not None]


def _last(times: Times) -> Time | None:
    """The latest time of the last entry."""
    history = times.history
    if not history:
        return None
    index, entry, layout = len(history) - 1, history[-1], times.spec.layout
    if entry.end is not None:
        return entry.end, index, layout.entry_end
    return None if entry.start is None else (entry.start, index, layout.entry_start)


def _place(times: Times, time: Time) -> str:
    """The JSON pointer of a time, without the first slash."""
    _, index, member = time
    return member if index is None else times.entry_pointer(index, member).removeprefix("/")
