"""The fast path: lines that say again what the job's last line said are not read again.

A line's *shape* is everything in it but the value of its LastModifiedTime. A line with
the shape of its job's last response, modified at the same time or later, shows the same
record once more. Which rules could say something new of it follows from what they
declare that they read: only those that read that member; and where they were silent
before, a later time gives them nothing to say, which a property test holds. Every other
line takes the plain path, so that no rule is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec
from attrs import define, field

from trainstate.check.epoch import Epoch, attached_statuses
from trainstate.check.order import Order, Rank
from trainstate.check.timeline import Seen, Timeline
from trainstate.history.chain import Relation, size
from trainstate.history.instants import NotAnInstant, parse
from trainstate.history.model import Kind, Response
from trainstate.machine.belief import Sighting
from trainstate.rules.model import Rule, Step
from trainstate.spec.model import Spec

# A JSON number or a text without escapes, of the characters that times are written with.
_VALUE = re.compile(
    rb'\s*:\s*("[0-9T:.+\-Z ]{8,40}"|(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,9})?)\s*[,}]'
)
_SENTINEL = b'"not a time"'
Shape = tuple[int, int]


@define(eq=False)
class Repeat:
    """A job's last line, by its shape, and how often it came again since it was judged."""

    epoch: Epoch
    shape: Shape
    name: str | None
    key: str
    token: bytes
    modified: int
    arrival: int
    first: int
    timelines: tuple[Timeline[Any], ...]
    file: str | None = None
    count: int = 0


@define(eq=False)
class Repeats:
    """The shapes of the last lines of all jobs.

    ``names`` is the checker's, from names to jobs. Shapes are kept as two hashes of 64
    bits with a seed of the process, so that no input can be made to collide.
    """

    spec: Spec
    names: dict[str, str]
    line: bytes | None = None
    total: int = 0
    _known: dict[Shape, Repeat] = field(factory=dict)
    _needle: bytes = field(init=False)
    _probe: msgspec.json.Decoder[Any] = field(init=False)

    @_needle.default
    def _quoted(self) -> bytes:
        return msgspec.json.encode(self.spec.layout.modified)

    @_probe.default
    def _decoder(self) -> msgspec.json.Decoder[Any]:
        name = self.spec.layout.modified
        struct = msgspec.defstruct("Probe", [("value", Any, None)], rename={"value": name})
        return msgspec.json.Decoder(struct)

    def takes(self, line: bytes, file: str | None) -> bool:
        """Whether a line only repeats its job's last one; it is counted then.

        Any other line is kept until the response that is read from it has been judged.
        """
        self.line = line
        match = self._value(line)
        if match is None:
            return False
        start, end = match.span(1)
        known = self._known.get((hash(line[:start]), hash(line[end:])))
        if known is None or (known.name and self.names.get(known.name) != known.key):
            return False
        token = match[1]
        if token != known.token and not _later(known, token):
            return False
        known.count += 1
        known.file = file
        self.total += 1
        return True

    def remember(self, step: Step, epoch: Epoch, key: str) -> Repeat | None:
        """The line of a response to which no rule that reads its time objected.

        ``epoch`` has just taken the response in. None where something about the line or
        the job is unusual, so that the next line takes the plain path, too.
        """
        line, self.line = self.line, None
        match = None if line is None else self._value(line)
        if line is None or match is None or not _is_newest(step, epoch):
            return None
        timelines = tuple(_timelines(step.response, epoch))
        start, end = match.span(1)
        if None in timelines or not self._is_top_level(line[:start], line[end:]):
            return None
        repeat = Repeat(
            epoch=epoch,
            shape=(hash(line[:start]), hash(line[end:])),
            name=step.response.name,
            key=key,
            token=match[1],
            modified=epoch.newest,
            arrival=epoch.responses,
            first=epoch.responses,
            timelines=tuple(filter(None, timelines)),
        )
        self._known[repeat.shape] = repeat
        return repeat

    def settle(self, repeat: Repeat) -> None:
        """The epoch takes in the repetitions that were only counted; the line is forgotten."""
        self._known.pop(repeat.shape, None)
        if repeat.count:
            _extend(repeat)

    def _value(self, line: bytes) -> re.Match[bytes] | None:
        at = line.find(self._needle)
        return None if at < 0 else _VALUE.match(line, at + len(self._needle))

    def _is_top_level(self, before: bytes, after: bytes) -> bool:
        """Whether the value that was cut out is the member's, and not one of the same name."""
        try:
            value = self._probe.decode(before + _SENTINEL + after).value
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        return bool(value == msgspec.json.decode(_SENTINEL))


def readers_of(members: Collection[str], rules: Iterable[Rule]) -> frozenset[str]:
    """The codes of the rules that read one of the members."""
    return frozenset(rule.code for rule in rules if not set(rule.reads).isdisjoint(members))


def _is_newest(step: Step, epoch: Epoch) -> bool:
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


def _extend(repeat: Repeat) -> None:
    """What observing the repetitions one by one would have changed in the epoch."""
    epoch, count = repeat.epoch, repeat.count
    earliest = Rank(repeat.modified, repeat.first, loose=True)
    latest = Rank(repeat.modified, repeat.arrival + count - 1, loose=True)
    epoch.spreads[size(epoch.known)].take(earliest)
    epoch.sightings = epoch.sightings.repeated(earliest)
    for timeline in repeat.timelines:
        run = timeline.runs[-1]
        timeline.runs[-1] = Seen(run.value, run.first, max(run.last, latest), run.index)
    epoch.responses += count
    epoch.newest, epoch.newest_file = repeat.modified, repeat.file


def _later(known: Repeat, token: bytes) -> bool:
    """Whether a time is read as one that is not before the known one, and moves it on."""
    text = token.strip(b'"').decode("ascii")
    value: Any = text if token[:1] == b'"' else msgspec.json.decode(token)
    try:
        instant, naive = parse(value)
    except NotAnInstant:
        return False
    if naive or instant < known.modified:
        return False
    if instant > known.modified:
        known.first = known.arrival + known.count
        known.modified = instant
    known.token = token
    return True


__all__ = ["Repeat", "Repeats", "readers_of"]
