"""A response that came again with another LastModifiedTime at most, for a job in full.

Such a response changes nothing in the job's state but when it was seen last: it is only
counted, and the state takes the count in before the job's next response is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define

from trainstate.check.attached import attached_statuses
from trainstate.check.epoch import Epoch
from trainstate.check.order import Order, Rank
from trainstate.check.timeline import Seen, Timeline
from trainstate.history.chain import Relation, size
from trainstate.history.model import Kind, Response
from trainstate.machine.moments import Sighting
from trainstate.rules.model import Step


@define(eq=False)
class Repeat:
    """The last response of an epoch, and how often it came again since it was judged.

    ``modified`` is the latest LastModifiedTime as an instant, ``first`` which response
    was the first that showed it.
    """

    epoch: Epoch
    modified: int
    arrival: int
    first: int
    timelines: tuple[Timeline[Any], ...]
    file: str | None = None
    count: int = 0

    @classmethod
    def of(cls, step: Step, epoch: Epoch) -> Repeat | None:
        """Of the newest response of an epoch; None where an item is there twice in one."""
        timelines = tuple(_timelines(step.response, epoch))
        if None in timelines:
            return None
        return cls(
            epoch=epoch,
            modified=epoch.newest,
            arrival=epoch.responses,
            first=epoch.responses,
            timelines=tuple(filter(None, timelines)),
        )

    def moves_to(self, instant: int) -> bool:
        """Whether the response may come again at an instant; the next one will."""
        if instant < self.modified:
            return False
        if instant > self.modified:
            self.modified, self.first = instant, self.arrival + self.count
        return True

    def settle(self) -> None:
        """What observing the repetitions one by one would have changed in the epoch."""
        if not self.count:
            return
        epoch, count = self.epoch, self.count
        earliest = Rank(self.modified, self.first, loose=True)
        latest = Rank(self.modified, self.arrival + count - 1, loose=True)
        epoch.spreads[size(epoch.known)].take(earliest)
        epoch.sightings = epoch.sightings.repeated(earliest)
        for timeline in self.timelines:
            run = timeline.runs[-1]
            timeline.runs[-1] = Seen(run.value, run.first, max(run.last, latest), run.index)
        epoch.responses += count
        epoch.newest, epoch.newest_file = self.modified, self.file


def is_newest(step: Step, epoch: Epoch) -> bool:
    """Whether a response is the plain newest one of its job, and contradicts nothing."""
    contradicts = step.clash or step.ordered_earlier or step.ordered_later or step.late
    changes = step.changes or step.billing or step.messages or step.lost_history
    return (
        _is_whole(step.response)
        and epoch.order is not Order.FREE
        and not (contradicts or changes or step.unproven or step.mixed_zones)
        and step.relation in (Relation.FIRST, Relation.GROWN, Relation.SAME)
        and _is_last(step.response, epoch)
    )


def _is_whole(response: Response) -> bool:
    """Whether a line is nothing but one whole response of a job that is named in full."""
    return (
        response.kind is Kind.RESPONSE
        and not response.origin.pointer
        and response.arn is not None
        and response.created is not None
        and bool(response.history)
        and not response.problems
        and not response.naive
    )


def _is_last(response: Response, epoch: Epoch) -> bool:
    """Whether the same response, if it came again, would be the last one that was seen."""
    history = response.history or ()
    sighting = Sighting(response.primary, response.secondary, len(history))
    again = Rank(epoch.newest, epoch.responses, loose=True)
    return (
        response.modified == epoch.newest
        and size(history) == size(epoch.known)
        and size(history) in epoch.spreads
        and epoch.sightings.is_repeat(sighting, again)
        and epoch.sightings.runs[-1].last.moment == epoch.newest
    )


def _timelines(response: Response, epoch: Epoch) -> Iterator[Timeline[Any] | None]:
    """The timelines that end with what a response shows; None for one that does not."""
    for member in epoch.spec.members_with("billing"):
        value = response.seconds(member.name)
        if value is not None:
            yield _ending(epoch.billing_of(member.name), value)
    for machine in epoch.spec.machines:
        for item, _, status in attached_statuses(machine, response):
            yield _ending(epoch.attached_of(machine, item), status)


def _ending(timeline: Timeline[Any], value: Any) -> Timeline[Any] | None:
    return timeline if timeline.runs and timeline.runs[-1].value == value else None


__all__ = ["Repeat", "is_newest"]
