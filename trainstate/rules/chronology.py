"""The order that the times of one response must have."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from attrs import frozen

from trainstate.history.model import Kind
from trainstate.rules.model import Reading


@frozen
class Moment:
    """A time of a response: its place, as a JSON pointer without the first slash, and instant."""

    name: str
    at: int


Time = tuple[int, int | None, str]
"""An instant, the entry of the history that has it (None: the response itself), the member."""


def disorders(reading: Reading, tolerance: float) -> Iterator[tuple[Moment, Moment]]:
    """The pairs of times of which the first is after the second by a tolerance, or more."""
    for earlier, later in _orders(reading):
        if earlier is not None and later is not None and earlier[0] - later[0] >= tolerance:
            yield _moment(reading, earlier), _moment(reading, later)


def _orders(reading: Reading) -> Iterator[tuple[Time | None, Time | None]]:
    """The pairs of times of which the first must not be after the second."""
    if reading.response.kind is Kind.LOG:
        yield from pairwise(_stamps(reading))
        return
    layout, starts = reading.spec.layout, _starts(reading)
    created, modified = _member(reading, layout.created), _member(reading, layout.modified)
    started, ended = _member(reading, layout.started), _member(reading, layout.ended)
    yield created, (starts[0] if starts else None)
    yield from pairwise(starts)
    last = _last(reading)
    yield from ((created, started), (started, ended), (created, modified), (ended, modified))
    if started is None:  # else the start lies between the two
        yield created, ended
    yield last, modified
    if started is not None and (last is None or last[0] < started[0]):
        yield started, modified


def _member(reading: Reading, name: str) -> Time | None:
    instant = reading.response.instants.get(name)
    return None if instant is None else (instant, None, name)


def _starts(reading: Reading) -> list[Time]:
    history, member = reading.response.history or (), reading.spec.layout.entry_start
    return [(e.start, at, member) for at, e in enumerate(history) if e.start is not None]


def _stamps(reading: Reading) -> list[Time]:
    history = reading.response.history or ()
    return [(e.stamp, at, "") for at, e in enumerate(history) if e.stamp is not None]


def _last(reading: Reading) -> Time | None:
    """The latest of the times of the last entry."""
    history = reading.response.history or ()
    if not history:
        return None
    index, entry, layout = len(history) - 1, history[-1], reading.spec.layout
    if entry.end is not None:
        return entry.end, index, layout.entry_end
    return None if entry.start is None else (entry.start, index, layout.entry_start)


def _moment(reading: Reading, time: Time) -> Moment:
    at, index, member = time
    if index is None:
        return Moment(member, at)
    return Moment(reading.entry_pointer(index, member).removeprefix("/"), at)
