"""What a rule gets: parts of a response, a response compared with its job, or a job's end."""

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, TypeVar

from attrs import field, fields_dict, frozen

from trainstate.history.chain import Relation
from trainstate.history.excerpt import absent_members, is_configured, is_tail, is_whole, leaves_out
from trainstate.history.model import Entry, Kind, Response
from trainstate.history.nested import inner, origins_of, terms
from trainstate.history.readers.log_rows import SAVINGS
from trainstate.machine.align import Alignment, align
from trainstate.machine.guards import Configuration
from trainstate.rules.constraints import Broken, broken, is_placed
from trainstate.rules.contradictions import AttachedChange, Clash, MemberChange, OtherEpoch
from trainstate.rules.parts import (
    Amounts,
    Attached,
    Clock,
    Event,
    Identity,
    Inside,
    Part,
    Presence,
    Problems,
    Settings,
    Statuses,
    Times,
)
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Spec

P = TypeVar("P", bound=Part)


@frozen(kw_only=True, slots=False)
class Reading:
    """A response with the specification, tolerances and configuration to judge it by."""

    response: Response
    spec: Spec
    tolerances: Tolerances
    config: Configuration

    @cached_property
    def alignment(self) -> Alignment | None:
        """The edits that make the history legal; None if no move is illegal.

        An unknown status alone needs no edit.
        """
        if not self.statuses.has_illegal_move:
            return None
        statuses = self.response.statuses
        finished = self.statuses.ended or statuses[-1] in self.spec.terminal_secondaries
        return align(self.spec, statuses, self.config, finished=finished)

    @cached_property
    def billed_otherwise(self) -> bool:
        """Whether the job is, or may be, billed by something other than its time."""
        response, spec = self.response, self.spec
        return any(
            response.members.get(name) is not None or leaves_out(response, name, spec)
            for name in spec.time.billed_otherwise
        )

    @cached_property
    def trimmed(self) -> bool:
        """Whether a person or a script may have removed entries, or parts of them.

        Such a response lacks the ARN or the creation time, which the service always returns, and
        shows little of the configuration. A log is always an excerpt.
        """
        response = self.response
        if response.kind is Kind.LOG or self.tail:
            return True
        if response.arn is not None and response.created is not None:
            return False
        return not self.configured

    @cached_property
    def selected(self) -> bool:
        """Whether a member may have been removed from all entries, as a query does."""
        return self.trimmed or (self.response.described and not self.whole)

    @cached_property
    def tail(self) -> bool:
        """Whether the front of the history was cut off."""
        return is_tail(self.response, self.spec)

    @cached_property
    def whole(self) -> bool:
        """Whether the response has everything that the service always returns.

        What another response lacks proves nothing: perhaps it was not asked for.
        """
        return is_whole(self.response, self.spec)

    @cached_property
    def configured(self) -> bool:
        """Whether the response shows its job's configuration."""
        return is_configured(self.response, self.spec)

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """The members that the service always returns, and the response lacks."""
        return absent_members(self.response, self.spec)

    @cached_property
    def statuses(self) -> Statuses:
        """The statuses of the response."""
        history = self.response.history or ()
        return self._part(
            Statuses,
            history=self.response.statuses,
            written=tuple([entry.written for entry in history]),
            begun=tuple([entry.start is not None for entry in history]),
            closed=tuple([entry.end is not None for entry in history]),
        )

    @cached_property
    def times(self) -> Times:
        """The times of the response."""
        return self._part(Times, history=self.response.history or ())

    @cached_property
    def clock(self) -> Clock:
        """The times, the reported seconds, and the settings that limit them."""
        history, terms_of = self.response.history or (), self._members(terms(self.spec))
        return self._part(Clock, history=history, seconds=self._seconds, members=terms_of)

    @cached_property
    def event(self) -> Event:
        """What an event says around the response."""
        return self._part(Event)

    @cached_property
    def amounts(self) -> Amounts:
        """What was trained and billed."""
        response, statuses = self.response, self.response.statuses
        return self._part(
            Amounts,
            seconds=self._seconds,
            saves=self.config.of(self.spec.time.savings_guard).holds,
            repeated=len(set(statuses)) < len(statuses),
            printed=response.members.get(SAVINGS) if response.kind is Kind.LOG else None,
        )

    @cached_property
    def attached(self) -> Attached:
        """What the attached machines show."""
        members = self.response.members
        shown = [machine.member for machine in self.spec.machines if members.get(machine.member)]
        return self._part(Attached, values={name: members[name] for name in shown})

    @cached_property
    def settings(self) -> Settings:
        """The configuration of the job."""
        whole = self.whole and self.response.described
        return self._part(Settings, members=self._members(_settings(self.spec)), whole=whole)

    @cached_property
    def began(self) -> int | None:
        """The earliest time at which training started: a restart may set the member anew."""
        response, time = self.response, self.spec.time
        entries = (one.start for one in response.history or () if one.status in time.clock_starts)
        known = (response.instants.get(self.spec.layout.started), *entries)
        return min((one for one in known if one is not None), default=None)

    @cached_property
    def untrained(self) -> bool:
        """Whether the history is shown from its beginning, and the job has not trained.

        A status that no fact knows may be one of training.
        """
        response, known = self.response, self.spec.secondary_by_name
        shown = response.described and bool(response.history) and not self.trimmed
        shown = shown and all(status in known for status in response.statuses)
        return shown and self.began is None and not self._is_clocked

    @property
    def _is_clocked(self) -> bool:
        """Whether an entry of the history starts the training clock."""
        starts = self.spec.time.clock_starts
        return any(status in starts for status in self.response.statuses)

    @cached_property
    def inside(self) -> Inside:
        """What is inside results and attached machines."""
        return self._part(Inside, members=self._members(_holders(self.spec)))

    @cached_property
    def problems(self) -> Problems:
        """The values that could not be read."""
        return self._part(Problems, problems=self.response.problems)

    @cached_property
    def identity(self) -> Identity:
        """What names the job."""
        return self._part(Identity, origins=origins_of(self.response.members, self.spec))

    @cached_property
    def presence(self) -> Presence:
        """Which members there are."""
        response = self.response
        members, unread = response.members, response.unread
        present = [name for name in self.spec.telling if members.get(name) is not None]
        return self._part(
            Presence,
            present=frozenset(present),
            blank=frozenset(name for name in _results(self.spec) if is_blank(members.get(name))),
            mistyped=frozenset(name for name in present if unread and f"/{name}" in unread),
            history=None if response.history is None else bool(response.history),
            repeated=self.statuses.is_repeated,
            clocked=self._is_clocked,
            given=response.origin.whole,
            broken=self._broken,
            placed=is_placed(members.get(self.spec.layout.artifacts)),
        )

    def _part(self, kind: type[P], **own: Any) -> P:
        """A part with its own values; the others have the names that they have here."""
        response = self.response
        here, there = _taken(kind, *own)  # type: ignore[arg-type]  # a class, no part
        for name in here:
            own[name] = getattr(self, name)
        for name in there:
            own[name] = getattr(response, name)
        return kind(**own)

    def _members(self, names: frozenset[str]) -> dict[str, Any]:
        """The members of these names."""
        return {name: value for name, value in self.response.members.items() if name in names}

    @cached_property
    def _seconds(self) -> dict[str, float]:
        members, response = self.response.members, self.response
        billing = [one.name for one in self.spec.members_with("billing") if one.name in members]
        seconds = {name: response.seconds(name) for name in billing}
        return {name: value for name, value in seconds.items() if value is not None}

    @property
    def _broken(self) -> tuple[Broken, ...]:
        """The constraints that the members break."""
        response = self.response
        return tuple(broken(response.members, self.spec) if response.described else ())


@cache
def _taken(kind: type, *own: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of a part's other values that a reading has, and those that its response has."""
    names = [name for name in fields_dict(kind) if name not in own]
    here = {*dir(Reading), *fields_dict(Reading)}
    return tuple(n for n in names if n in here), tuple(n for n in names if n not in here)


@cache
def _settings(spec: Spec) -> frozenset[str]:
    """The members that limit a job, and those that contain numbers and times."""
    return terms(spec) | inner(spec)


@cache
def _holders(spec: Spec) -> frozenset[str]:
    """The members that contain numbers, times and items, and those that request items."""
    return inner(spec) | {machine.configured for machine in spec.machines}


@cache
def _results(spec: Spec) -> tuple[str, ...]:
    """The members that show how a job ended."""
    return (spec.layout.artifacts, spec.layout.failure_reason)


def is_blank(value: object) -> bool:
    """Whether a text is blank, or all values of a structure are."""
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, Mapping) and all(map(_is_silent, value.values()))


def _is_silent(value: object) -> bool:
    return not (isinstance(value, str) and value.strip())


@frozen(kw_only=True)
class Comparison:
    """A response compared with the earlier ones of its job.

    ``index`` counts the job's responses from 0. ``known`` is the longest history seen before;
    ``at`` is the first entry that differs, or the length of the shorter history. ``ordered_later``:
    the order puts the response after one with a longer history; ``ordered_earlier``: before one
    with a shorter history; ``late``: it arrived after a newer one. ``shut`` are the guards that it
    is the first to show as off; ``vanished`` are items of attached machines that it should show but
    lacks; ``unproven``: a run shows all responses only if an unseen guard holds.
    """

    reading: Reading
    index: int
    relation: Relation = Relation.FIRST
    known: tuple[Entry, ...] = ()
    at: int | None = None
    ordered_later: bool = False
    ordered_earlier: bool = False
    late: bool = False
    clash: Clash | None = None
    lost_history: bool = False
    unproven: bool = False
    changes: tuple[MemberChange, ...] = ()
    billing: tuple[MemberChange, ...] = ()
    messages: tuple[int, ...] = ()
    attached: tuple[AttachedChange, ...] = ()
    other_epochs: tuple[OtherEpoch, ...] = ()
    mixed_zones: bool = False
    shut: tuple[str, ...] = ()
    vanished: tuple[AttachedChange, ...] = ()

    @property
    def response(self) -> Response:
        """The response."""
        return self.reading.response

    @property
    def spec(self) -> Spec:
        """The specification."""
        return self.reading.spec

    @property
    def left_end(self) -> bool:
        """Whether the job went on after its end, other than to be deleted."""
        if self.clash is None:
            return False
        before, after = self.clash.before[0], self.clash.after[0]
        deleted = self.spec.ended_primaries - self.spec.terminal_primaries
        return before in self.spec.ended_primaries and after not in {None, before, *deleted}


@frozen(kw_only=True)
class JobEnd:
    """A job after its last response: the last pair, and whether a terminal status was seen.

    ``counts`` are the newest values of its counters, by JSON pointer; ``children`` are the last
    primary statuses of the jobs that it started.
    """

    spec: Spec
    job: str
    pair: tuple[str | None, str | None]
    complete: bool
    responses: int
    counts: Mapping[str, int] = field(factory=dict)
    children: tuple[str | None, ...] = ()
