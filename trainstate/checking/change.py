"""A regular change of a job, which its epoch takes in when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, evolve, field

from trainstate.checking.epoch import Epoch
from trainstate.history.instants import Instant, parse
from trainstate.history.model import Entry, Kind, Origin, Response
from trainstate.history.typed import Entry as TypedEntry


@define(eq=False)
class Change:
    """A response that went on regularly, and the last one that repeated it.

    ``first`` and ``last`` are the numbers of both, ``modified`` and ``again`` their
    LastModifiedTimes. ``values`` are the members that came as slices and an epoch takes in;
    ``repeats`` holds where the epoch has seen the first of them already.
    """

    first: int
    modified: Any
    scalars: tuple[Any, ...]
    entries: list[TypedEntry]
    values: Mapping[str, Any]
    file: str | None
    repeats: bool = False
    last: int = field(init=False)
    again: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.last, self.again = self.first, self.modified

    def replay(self, epoch: Epoch) -> None:
        """Shows the change to its job's epoch."""
        epoch.responses = self.first
        response = self._response(epoch)
        if not self.repeats:
            epoch.observe(response)
        if self.repeats or self.last != self.first:
            epoch.responses = self.last
            epoch.observe(evolve(response, modified=_instant(self.again)))

    def _response(self, epoch: Epoch) -> Response:
        primary, secondary, started, ended, training, billable, reason = self.scalars
        layout = epoch.spec.layout
        amounts = {
            layout.training_seconds: training,
            layout.billable_seconds: billable,
            layout.failure_reason: reason,
        }
        told = {name: value for name, value in amounts.items() if value is not None}
        times = {layout.started: _instant(started), layout.ended: _instant(ended)}
        return Response(
            kind=Kind.RESPONSE,
            name=None,
            arn=None,
            created=None if epoch.created is None else Instant(epoch.created),
            modified=_instant(self.modified),
            primary=primary,
            secondary=secondary,
            written_primary=primary,
            written_secondary=secondary,
            history=tuple(map(entry_of, self.entries)),
            instants={name: time for name, time in times.items() if time is not None},
            members={**self.values, **told},
            zoned=True,
            origin=Origin(file=self.file),
        )


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
