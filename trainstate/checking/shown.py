"""What the newest response of a job showed, part by part, so that the next is held against it.

A response of which no part is new is counted. So is one whose history goes on, if its times
and amounts are regular and the rules say nothing of its statuses and members: a *change*, of
which is kept what later responses can contradict. The rules judge every other response,
after the job's epoch has taken in its changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Protocol

from attrs import define, field, frozen

from trainstate.checking.change import Change
from trainstate.checking.regular import Regular, between
from trainstate.history.chain import Relation
from trainstate.history.model import Kind, Response
from trainstate.history.typed import ABSENT, Decode, Typed
from trainstate.history.typed import Entry as TypedEntry
from trainstate.machine.guards import Configuration
from trainstate.machine.step import evidence_of, trace
from trainstate.rules.given import is_blank
from trainstate.rules.model import Step
from trainstate.rules.parts import Statuses
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Evidence, Spec, weakest

Variant = tuple[Any, ...]
"""The value of a part, told by the typed decode."""

_ENDED = 3
"""The place of the end of the training among the scalars."""


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


@frozen
class Silence:
    """What rules say of a value of the statuses, which a job need be told once.

    ``rests_on`` is the weakest evidence that the statuses rest on, ``said`` the numbers of
    the findings.
    """

    rests_on: Evidence
    said: frozenset[int] = frozenset()


class HasShown(Protocol):
    """A job, as far as a response is held against it."""

    shown: Shown | None
    responses: int
    reported: set[int]


@frozen(kw_only=True, eq=False)
class Comparer:
    """How the responses of one check are held against what their jobs showed before.

    ``statuses`` has what the rules say of values of this part, ``presence`` the values of
    that part of which they say nothing.
    """

    spec: Spec
    decode: Decode
    regular: Regular
    ask: Callable[[Statuses], frozenset[int]]
    statuses: dict[Variant, Silence | None] = field(factory=dict)
    presence: set[Variant] = field(factory=set)

    @classmethod
    def of(
        cls,
        spec: Spec,
        decode: Decode,
        tolerances: Tolerances,
        ask: Callable[[Statuses], frozenset[int]],
    ) -> Comparer:
        """For a specification and tolerances; ``ask`` gives what the rules say of statuses."""
        return cls(spec=spec, decode=decode, regular=Regular.of(spec, tolerances), ask=ask)

    def change(self, state: HasShown, typed: Typed, file: str | None) -> Change | bool:
        """What a response changes: nothing (True), a regular change, or one to judge (False).

        What the job showed moves on unless the response is to be judged.
        """
        shown = state.shown
        settled, attached, results = map(hash, self.decode.slices(typed))
        same_job = shown is not None and _follows(shown, typed, file)
        if shown is None or not same_job or (settled, attached) != (shown.settled, shown.attached):
            return False
        scalars, history = _scalars(typed), bytes(typed.history)
        if history == shown.history and scalars == shown.scalars and results == shown.results:
            # A later moment can be the wrong one for statuses that an equal one left open.
            quiet = shown.goes_on and shown.in_order
            overdue = self._is_overdue(shown, typed.modified)
            same = typed.modified == shown.modified or (quiet and not overdue)
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
        rests_on = self._silence(typed, entries, members, values, state)
        if rests_on is None:
            return False
        shown.values = {**values, **_amounts(typed, self.spec)}
        shown.modified, shown.scalars, shown.history = typed.modified, scalars, history
        shown.entries, shown.results, shown.members = entries, results, members
        return Change(
            state.responses, typed.modified, scalars, entries, shown.values, file, rests_on
        )

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
        state: HasShown,
    ) -> Evidence | None:
        """What a response of which the rules say nothing new rests on; None where they may."""
        shown = state.shown
        if shown is None or self._presence(typed, entries, members, values) not in self.presence:
            return None
        known = self._said(typed, entries, shown.config)
        if known is None or not known.said <= state.reported:
            return None
        regular = self.regular.holds(typed, entries, limit=shown.limit, saves=shown.saves)
        return known.rests_on if regular else None

    def _said(
        self, typed: Typed, entries: list[TypedEntry], config: Configuration
    ) -> Silence | None:
        """What rules say of the statuses of a regular response; None where jobs may differ."""
        key = _statuses(typed, entries, config)
        if key not in self.statuses:
            _, _, history, _ = key
            ended = entries[-1].end is not None
            part = Statuses(
                spec=self.spec,
                kind=Kind.RESPONSE,
                primary=typed.primary,
                secondary=typed.secondary,
                written_primary=typed.primary,
                written_secondary=typed.secondary,
                history=history,
                written=history,
                begun=(True,) * len(history),
                closed=(*(True,) * (len(history) - 1), ended),
                config=config,
                trimmed=False,
            )
            rests_on = weakest_used(self.spec, history, config, typed.primary, typed.secondary)
            self.statuses[key] = Silence(rests_on, self.ask(part)) if part.is_sure else None
        return self.statuses[key]

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

    def learn(self, typed: Typed, shown: Shown) -> None:
        """Remembers that the rules said nothing of the presence of a regular response."""
        if self.regular.holds(typed, shown.entries, limit=shown.limit, saves=shown.saves):
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
            goes_on=plain and not step.reading.trimmed and not self._counts(typed),
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


@lru_cache(maxsize=4096)
def weakest_used(
    spec: Spec,
    statuses: tuple[str, ...],
    config: Configuration,
    primary: str | None,
    secondary: str | None,
) -> Evidence:
    """The weakest evidence that a history and its pair rest on."""
    pair = spec.pair_by_key.get((primary or "", secondary or ""))
    levels = evidence_of(spec, trace(spec, statuses, config), pair)
    return weakest(levels)
