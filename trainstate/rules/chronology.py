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


def orders(reading: Reading) -> Iterator[tuple[Moment, Moment]]:
    """The pairs of times of which the first must not be after the second."""
    if reading.response.kind is Kind.LOG:
        yield from pairwise(_stamps(reading))
        return
    layout, starts = reading.spec.layout, list(_starts(reading))
    created, modified = _member(reading, layout.created), _member(reading, layout.modified)
    started, ended = _member(reading, layout.started), _member(reading, layout.ended)
    wanted = [(created, starts[0] if starts else None), *pairwise(starts)]
    last = list(_last(reading))
    wanted += [(created, started), (started, ended), (created, modified), (ended, modified)]
    wanted += [(moment, modified) for moment in last]
    if started is not None and all(moment.at < started.at for moment in last):
        wanted.append((started, modified))
    for earlier, later in wanted:
        if earlier is not None and later is not None:
            yield earlier, later


def _member(reading: Reading, name: str) -> Moment | None:
    instant = reading.response.instants.get(name)
    return None if instant is None else Moment(name, instant)


def _starts(reading: Reading) -> Iterator[Moment]:
    for index, entry in enumerate(reading.response.history or ()):
        if entry.start is not None:
            yield _moment(reading, index, reading.spec.layout.entry_start, entry.start)


def _stamps(reading: Reading) -> Iterator[Moment]:
    for index, entry in enumerate(reading.response.history or ()):
        if entry.stamp is not None:
            yield _moment(reading, index, "", entry.stamp)


def _last(reading: Reading) -> Iterator[Moment]:
    """The latest of the times of the last entry."""
    history = reading.response.history or ()
    if not history:
        return
    index, entry, layout = len(history) - 1, history[-1], reading.spec.layout
    if entry.end is not None:
        yield _moment(reading, index, layout.entry_end, entry.end)
    elif entry.start is not None:
        yield _moment(reading, index, layout.entry_start, entry.start)


def _moment(reading: Reading, index: int, member: str, at: int) -> Moment:
    return Moment(reading.entry_pointer(index, member).removeprefix("/"), at)
