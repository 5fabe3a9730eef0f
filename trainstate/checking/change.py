"""Responses that a job's epoch has not taken in yet, and takes in when it is asked for."""

from __future__ import annotations

from typing import Any

from attrs import define, evolve, field

from trainstate.checking.epoch import Epoch
from trainstate.history.instants import Instant, parse
from trainstate.history.model import Entry, Origin, Response
from trainstate.history.typed import HISTORY, MODIFIED, PAIR, Decode, Values
from trainstate.history.typed import Entry as TypedEntry
from trainstate.history.wire import read_response


@define(eq=False)
class Change:
    """A response that goes on in its job, and the last one that repeated it.

    ``first`` and ``last`` are the numbers of both, ``again`` and ``place`` the LastModifiedTime
    and the file of the last; ``repeats`` holds where the epoch has seen the first of them
    already. ``response`` is the first, where somebody has read it.
    """

    first: int
    values: Values
    file: str | None
    decode: Decode
    repeats: bool = False
    response: Response | None = None
    last: int = field(init=False)
    again: Any = field(init=False)
    place: str | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.last, self.again, self.place = self.first, self.values[MODIFIED], self.file

    @property
    def shows(self) -> tuple[str, int]:
        """The state that was seen, and the number of entries."""
        entries = self.decode.history(self.values[HISTORY]) or ()
        return "/".join(self.values[PAIR]), len(entries)

    @property
    def times(self) -> tuple[Instant | None, Instant | None]:
        """When it was seen first, and last."""
        return _instant(self.values[MODIFIED]), _instant(self.again)

    def replay(self, epoch: Epoch) -> None:
        """Shows the change to its job's epoch."""
        response = self.response
        if response is None:
            recorded = self.decode.response_of(self.values)
            response = read_response(recorded, epoch.spec, origin=Origin(file=self.file))
        if not self.repeats:
            epoch.responses = self.first
            epoch.observe(response)
        if self.repeats or self.last != self.first:
            epoch.responses = self.last
            again = _instant(self.again)
            epoch.observe(evolve(response, modified=again, origin=Origin(file=self.place)))


def entry_of(typed: TypedEntry) -> Entry:
    """An entry of a typed decode as one of a history."""
    return Entry(
        status=typed.status,
        written=typed.status,
        start=_instant(typed.start),
        end=_instant(typed.end),
        message=typed.message,
    )


def _instant(time: Any) -> Instant | None:
    return None if time is None else parse(time)[0]
