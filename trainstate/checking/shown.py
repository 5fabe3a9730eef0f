"""What the newest response of a job showed, part by part, so that the next is held against it.

A response of which no part is new is counted. So is one whose history goes on, if its times
and amounts are regular and the rules say nothing of its statuses and members: a *change*, of
which is kept what later responses can contradict. The rules judge every other response,
after the job's epoch has taken in its changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, evolve, field, frozen

from trainstate.checking.epoch import Epoch
from trainstate.checking.regular import Regular, between
from trainstate.history.chain import Relation
from trainstate.history.instants import Instant, parse
from trainstate.history.model import Entry, Kind, Origin, Response
from trainstate.history.typed import ABSENT, Decode, Typed
from trainstate.history.typed import Entry as TypedEntry
from trainstate.machine.guards import Configuration
from trainstate.rules.given import is_blank
from trainstate.rules.model import Step
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Evidence, Spec

Variant = tuple[Any, ...]
"""The value of a part, told by the typed decode."""

_ENDED = 3
"""The place of the end of the training among the scalars."""


@define(eq=False)
class Change:
    """A response that went on regularly, and the last one that repeated it.

    ``first`` and ``last`` are the numbers of both, ``modified`` and ``again`` their
    LastModifiedTimes. ``values`` are the members beside the history that an epoch takes in.
    """

    first: int
    modified: Any
    scalars: tuple[Any, ...]
    entries: list[TypedEntry]
    values: Mapping[str, Any]
    file: str | None
    rests_on: Evidence = Evidence.DOCUMENTED
    last: int = field(init=False)
    again: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.last, self.again = self.first, self.modified

    def replay(self, epoch: Epoch) -> None:
        """Shows the change to its job's epoch."""
        epoch.responses = self.first
        response = self._response(epoch)
        epoch.observe(response)
        if self.last != self.first:
            epoch.responses = self.last
            epoch.observe(evolve(response, modified=_instant(self.again)))

    def _response(self, epoch: Epoch) -> Response:
        primary, secondary, started, ended, *_ = self.scalars
        layout = epoch.spec.layout
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
            history=tuple(map(_entry, self.entries)),
            instants={name: time for name, time in times.items() if time is not None},
            members=self.values,
            zoned=True,
            origin=Origin(file=self.file),
        )


def _entry(typed: TypedEntry) -> Entry:
    return Entry(
        status=typed.status,
        written=typed.status,
        start=_instant(typed.start),
        end=_instant(typed.end),
        message=typed.message,
    )


def _instant(time: Any) -> Instant | None:
    return None if time is None else parse(time)[0]


@define(eq=False)
class Shown:
    """The parts of the newest response of a job.

    ``settled``, ``attached`` and ``results`` are hashes of the members that come as slices;
    ``members`` tells which are there. ``in_order`` holds if nothing in the response is later
    than its LastModifiedTime, ``goes_on`` if nothing but a longer history can come next: no
    primary ran ahead, no order was wrong. ``limit`` is the job's smallest limit in seconds,
    ``saves`` tells whether it can be billed less than it trained.
    """

    name: str
    created: Any
    modified: Any
    scalars: tuple[Any, ...]
    history: bytes
    entries: list[TypedEntry]
    settled: int
    attached: int
    results: int
    members: bytes
    values: Mapping[str, Any]
    config: Configuration
    limit: float
    saves: bool
    in_order: bool
    goes_on: bool
    file: str | None


@frozen(kw_only=True, eq=False)
class Comparer:
    """How the responses of one check are held against what their jobs showed before.

    ``statuses`` and ``presence`` are the values of these parts of which the rules said
    nothing, the first with the weakest evidence that each rests on.
    """

    spec: Spec
    decode: Decode
    regular: Regular
    statuses: dict[Variant, Evidence] = field(factory=dict)
    presence: set[Variant] = field(factory=set)

    @classmethod
    def of(cls, spec: Spec, decode: Decode, tolerances: Tolerances) -> Comparer:
        """For a specification and tolerances."""
        return cls(spec=spec, decode=decode, regular=Regular.of(spec, tolerances))

    def change(self, shown: Shown, typed: Typed, file: str | None, number: int) -> Change | bool:
        """What a response changes: nothing (True), a regular change, or one to judge (False).

        ``shown`` moves on unless the response is to be judged.
        """
        slices = self.decode.slices(typed)
        settled, attached, results = map(hash, slices)
        if not _follows(shown, typed, file) or (settled, attached) != (
            shown.settled,
            shown.attached,
        ):
            return False
        scalars, history = _scalars(typed), bytes(typed.history)
        if history == shown.history and scalars == shown.scalars and results == shown.results:
            same = typed.modified == shown.modified or (
                shown.in_order and not self._is_overdue(shown, typed.modified)
            )
            shown.modified = typed.modified
            return same
        if not shown.goes_on or shown.scalars[_ENDED]:
            return False
        entries = self._grown(shown, typed, scalars, history)
        values: Mapping[str, Any] = shown.values
        members: bytes | None = shown.members
        if entries and results != shown.results:
            values = {**values, **self.decode.results_of(typed)}
            members = self.decode.present(typed)
        if not entries or members is None:
            return False
        rests_on = self._silence(typed, entries, members, values, shown)
        if rests_on is None:
            return False
        shown.values = {**values, **_amounts(typed, self.spec)}
        shown.modified, shown.scalars, shown.history = typed.modified, scalars, history
        shown.entries, shown.results, shown.members = entries, results, members
        return Change(number, typed.modified, scalars, entries, shown.values, file, rests_on)

    def _grown(
        self, shown: Shown, typed: Typed, scalars: tuple[Any, ...], history: bytes
    ) -> list[TypedEntry]:
        """The entries of a response in which nothing but went on; empty for any other."""
        if not _grows(shown.scalars, scalars):
            return []
        if history == shown.history:
            same = scalars[:2] == shown.scalars[:2] and not scalars[_ENDED]
            return shown.entries if same else []
        entries = self.decode.history(history) or []
        later = typed.modified != shown.modified and _extends(shown.entries, entries)
        return entries if later else []

    def _is_overdue(self, shown: Shown, modified: Any) -> bool:
        """Whether a job that has not ended may have passed a limit by now."""
        return shown.scalars[_ENDED] is None and between(shown.created, modified) >= shown.limit

    def _silence(
        self,
        typed: Typed,
        entries: list[TypedEntry],
        members: bytes,
        values: Mapping[str, Any],
        shown: Shown,
    ) -> Evidence | None:
        """What a response of which the rules say nothing rests on; None where they may."""
        rests_on = self.statuses.get(_statuses(typed, entries, shown.config))
        if rests_on is None or self._presence(typed, entries, members, values) not in self.presence:
            return None
        regular = self.regular.holds(typed, entries, limit=shown.limit, saves=shown.saves)
        return rests_on if regular else None

    def _presence(
        self, typed: Typed, entries: list[TypedEntry], members: bytes, values: Mapping[str, Any]
    ) -> Variant:
        statuses = [entry.status for entry in entries]
        return (
            typed.primary,
            typed.secondary,
            len(set(statuses)) < len(statuses),
            typed.started is None,
            typed.ended is None,
            typed.training is None,
            typed.billable is None,
            typed.reason and typed.reason.isspace(),
            members,
            is_blank(values.get(self.spec.layout.artifacts)),
        )

    def learn(
        self, typed: Typed, shown: Shown, *, statuses: Evidence | None, presence: bool
    ) -> None:
        """Remembers of which parts of a regular response the rules said nothing.

        ``statuses`` is the evidence that they rest on, None where rules spoke of them.
        """
        if not self.regular.holds(typed, shown.entries, limit=shown.limit, saves=shown.saves):
            return
        if statuses is not None:
            self.statuses[_statuses(typed, shown.entries, shown.config)] = statuses
        if presence:
            self.presence.add(self._presence(typed, shown.entries, shown.members, shown.values))

    def shown(self, step: Step, typed: Typed, *, known: bool) -> Shown | None:
        """What a judged response shows for the next; None where that says little of it.

        ``known`` holds if its job is known by its ARN alone, and it is the newest response.
        """
        response, members = step.response, self.decode.present(typed)
        entries = self.decode.history(typed.history)
        order = step.late or step.ordered_later or step.ordered_earlier or step.clash
        if not known or order or not entries or members is None or response.problems:
            return None
        if response.kind is not Kind.RESPONSE or step.relation in _BROKEN:
            return None
        settled, attached, results = map(hash, self.decode.slices(typed))
        moves, config = step.reading.moves, step.reading.config
        plain = not step.reading.has_illegal_move and moves[-1].position.primary == typed.primary
        names = {member.name for member in (*self.decode.attached, *self.decode.results)}
        return Shown(
            name=typed.name,
            created=typed.created,
            modified=typed.modified,
            scalars=_scalars(typed),
            history=bytes(typed.history),
            entries=entries,
            settled=settled,
            attached=attached,
            results=results,
            members=members,
            values={name: response.members[name] for name in names & response.members.keys()}
            | _amounts(typed, self.spec),
            config=config,
            limit=_limit(response.get(self.spec.layout.stopping)),
            saves=config.of(self.spec.time.savings_guard).holds is True,
            in_order=_is_newest(response),
            goes_on=plain and not self._counts(typed),
            file=response.origin.file,
        )

    def _counts(self, typed: Typed) -> bool:
        """Whether a response has another amount than those that are typed."""
        billing = (member for member in self.decode.results if member.role == "billing")
        return any(
            bytes(getattr(typed, member.name)) not in (ABSENT, b"null") for member in billing
        )


def _follows(shown: Shown, typed: Typed, file: str | None) -> bool:
    """Whether a response is one of the same job, and not older."""
    return (
        typed.created == shown.created
        and typed.name == shown.name
        and file == shown.file
        and type(typed.modified) is type(shown.modified)
        and typed.modified >= shown.modified
    )


def _scalars(typed: Typed) -> tuple[Any, ...]:
    return (
        typed.primary,
        typed.secondary,
        typed.started,
        typed.ended,
        typed.training,
        typed.billable,
        typed.reason,
    )


def _amounts(typed: Typed, spec: Spec) -> dict[str, Any]:
    """The typed members that an epoch takes in, beside times and statuses."""
    layout = spec.layout
    values = {
        layout.training_seconds: typed.training,
        layout.billable_seconds: typed.billable,
        layout.failure_reason: typed.reason,
    }
    return {name: value for name, value in values.items() if value is not None}


def _statuses(typed: Typed, entries: list[TypedEntry], config: Configuration) -> Variant:
    return typed.primary, typed.secondary, tuple([entry.status for entry in entries]), config


def _is_newest(response: Response) -> bool:
    """Whether nothing in a response is later than its LastModifiedTime."""
    times = [time for entry in response.history or () for time in (entry.start, entry.end)]
    known = [time for time in (*times, *response.instants.values()) if time is not None]
    return response.modified is not None and max(known) <= response.modified


_BROKEN = (Relation.FORKED, Relation.REWRITTEN, Relation.SMALLER, Relation.ABSENT)


def _extends(known: list[TypedEntry], seen: list[TypedEntry]) -> bool:
    """Whether a history is a known one that went on."""
    settled = len(known) - 1
    if len(seen) <= settled or seen[:settled] != known[:settled]:
        return False
    old, new = known[settled], seen[settled]
    if old.status != new.status or old.start != new.start:
        return False
    return old.end is None or old.end == new.end


def _grows(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    """Whether no amount fell, and no time changed or is gone."""
    _, _, started, _, *amounts = before[:-1]
    if started is not None and started != after[2]:
        return False
    grown = zip(amounts, after[4:6], strict=True)
    return all(old is None or (new is not None and old <= new) for old, new in grown)


def _limit(stopping: Any) -> float:
    """The smallest number of a stopping condition, in seconds."""
    values = stopping.values() if isinstance(stopping, Mapping) else ()
    numbers = [value for value in values if isinstance(value, int | float)]
    return min(numbers, default=float("inf"))
