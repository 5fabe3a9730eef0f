"""Responses that a job's epoch has yet to process; it does so when it is needed."""

from __future__ import annotations

from typing import Any

from attrs import define, evolve, field

from trainstate.checking.epoch import Epoch
from trainstate.history.instants import Instant, parse
from trainstate.history.model import Entry, Origin
from trainstate.history.typed import HISTORY, MODIFIED, PAIR, Decode, TypedEntry, Values
from trainstate.history.wire import read_response


@define(eq=False)
class PendingChange:
    """A response that continues its job, and the last response that repeated it.

    ``first`` and ``last`` are their indexes; ``again`` and ``place`` are the LastModifiedTime and
    the file of the last. ``repeats`` holds if the epoch has already processed the first;
    ``response`` is the first if it has been read in full.
    """

    first: int
    values: Values
    file: str | None
    decode: Decode
    repeats: bool = False
    last: int = field(init=False)
    again: Any = field(init=False)
    place: str | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.last, self.again, self.place = self.first, self.values[MODIFIED], self.file

    @property
    def shows(self) -> tuple[str, int]:
        """The pair as ``primary/secondary``, and the number of entries."""
        entries = self.decode.history(self.values[HISTORY]) or ()
        return "/".join(self.values[PAIR]), len(entries)

    @property
    def times(self) -> tuple[Instant | None, Instant | None]:
        """When it was seen first and last."""
        return _instant(self.values[MODIFIED]), _instant(self.again)

    def replay(self, epoch: Epoch) -> None:
        """Lets the epoch observe the response, and its last repetition."""
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
    """Converts a typed entry to an entry of a history."""
    return Entry(
        status=typed.status,
        written=typed.status,
        start=_instant(typed.start),
        end=_instant(typed.end),
        message=typed.message,
    )


def _instant(time: Any) -> Instant | None:
    return None if time is None else parse(time)[0]
