"""What the newest response of a job showed, part by part, so that the next is held against it.

A response of which no part is new is counted. So is the first of a job, and one whose history
goes on, if its times and amounts are regular and the rules say nothing of its other parts: a
*change*, of which is kept what later responses can contradict. The rules judge every other
response, after the job's epoch has taken in its changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from functools import lru_cache
from typing import Any, Protocol

from attrs import define, field, frozen

from trainstate.checking.attached import is_continued
from trainstate.checking.change import Change
from trainstate.checking.regular import Regular, between
from trainstate.history.chain import Relation
from trainstate.history.identity import job_of
from trainstate.history.model import Kind, Origin, Response
from trainstate.history.typed import (
    ABSENT,
    AMOUNTS,
    CREATED,
    ENDED,
    HISTORY,
    IDENTITY,
    MODIFIED,
    PAIR,
    SCALARS,
    STARTED,
    Decode,
    Typed,
    Values,
    values_of,
)
from trainstate.history.typed import Entry as TypedEntry
from trainstate.history.wire import read_response
from trainstate.machine.guards import UNSEEN, Configuration, configuration, merged, shared
from trainstate.machine.step import evidence_of, trace
from trainstate.rules.given import Reading, is_blank
from trainstate.rules.model import Step
from trainstate.rules.parts import Attached, Identity, Part
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Evidence, Spec, weakest

Variant = tuple[Any, ...]
"""The value of a part, told by the typed decode."""

Ask = Callable[[Part], frozenset[int]]
"""Gives the numbers of the findings that the rules make of a part."""

_NONE: frozenset[int] = frozenset()
_MOST = 4096


@frozen(eq=False)
class Terms:
    """What a job's configuration allows.

    ``limit`` is its smallest limit in seconds, ``saves`` tells whether the job can be billed
    less than it trained.
    """

    config: Configuration
    limit: float
    saves: bool


_UNKNOWN = Terms(UNSEEN, 0, saves=False)


@define(eq=False)
class Shown:
    """The parts of the newest response of a job.

    ``values`` are those of the typed decode; ``there`` names the settled members that rules
    ask for, ``attached`` and ``results`` are the members of these parts. ``in_order`` holds
    if nothing in the response is later than its LastModifiedTime, ``goes_on`` if nothing but
    a longer history can come next: no primary ran ahead, no order was wrong.
    """

    values: Values
    entries: list[TypedEntry]
    there: tuple[str, ...]
    attached: Mapping[str, Any]
    results: Mapping[str, Any]
    terms: Terms = _UNKNOWN
    file: str | None = None
    in_order: bool = True
    goes_on: bool = True
    modified: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.modified = self.values[MODIFIED]


@frozen
class Silence:
    """What rules say of a value of the statuses, which a job need be told once.

    ``rests_on`` is the weakest evidence that the statuses rest on, ``said`` the numbers of
    the findings; ``plain`` holds if the history leads to the primary status.
    """

    rests_on: Evidence
    said: frozenset[int] = _NONE
    plain: bool = True


class HasShown(Protocol):
    """A job, as far as a response is held against it."""

    shown: Shown | None
    responses: int
    reported: set[int]


@frozen(kw_only=True, eq=False)
class Comparer:
    """How the responses of one check are held against what their jobs showed before.

    ``statuses``, ``presence`` and ``terms`` have what the rules say of small values, which
    come again and again: of the statuses, of the members that are there, of configurations.
    """

    spec: Spec
    decode: Decode
    regular: Regular
    ask: Ask
    counted: frozenset[str]
    tolerances: Tolerances
    statuses: dict[Variant, Silence | None] = field(factory=dict)
    presence: dict[Variant, frozenset[int]] = field(factory=dict)
    terms: dict[Variant, Terms | None] = field(factory=dict)

    @classmethod
    def of(cls, spec: Spec, decode: Decode, tolerances: Tolerances, ask: Ask) -> Comparer:
        """For a specification and tolerances; ``counted`` are the amounts beside seconds."""
        counted = frozenset(member.name for member in spec.members_with("billing"))
        regular = Regular.of(spec, tolerances)
        return cls(
            spec=spec,
            decode=decode,
            regular=regular,
            ask=ask,
            counted=counted,
            tolerances=tolerances,
        )

    def first(self, typed: Typed, file: str | None) -> tuple[Shown, Silence] | None:
        """What the first response of a job shows, where the rules say nothing of it."""
        values, decode = values_of(typed), self.decode
        shown = self._parts(values, file)
        if shown is None or values[decode.settled.stop :] != decode.unsearched:
            return None
        terms = self._terms_of(shown)
        if terms is None:
            return None
        shown.terms = terms
        silence = self._silence(typed, shown, _NONE)
        if silence is None or not (self._begins(shown) and self._is_named(typed)):
            return None
        if shown.attached and not self._is_attached(typed, {}, shown.attached):
            return None
        shown.goes_on = silence.plain and self.counted.isdisjoint(shown.results)
        return shown, silence

    def change(self, state: HasShown, typed: Typed, file: str | None) -> Change | bool:
        """What a response changes: nothing (True), a regular change, or one to judge (False).

        What the job showed moves on unless the response is to be judged.
        """
        shown = state.shown
        if shown is None:
            return False
        values, old, modified = values_of(typed), shown.values, typed.modified
        if values[IDENTITY] != old[IDENTITY] or file != shown.file:
            return False
        if type(modified) is not type(shown.modified) or modified < shown.modified:
            return False
        if values[SCALARS.start :] != old[SCALARS.start :]:
            return shown.goes_on and self._went_on(state, shown, typed, values)
        # A later moment can be the wrong one for statuses that an equal one left open.
        quiet = shown.goes_on and shown.in_order
        same = modified == shown.modified or (quiet and not self._is_overdue(shown, modified))
        shown.modified = modified
        return bool(same)

    def _went_on(
        self, state: HasShown, shown: Shown, typed: Typed, values: Values
    ) -> Change | bool:
        """A response that shows more of its job than the one before, in the same order."""
        settled = self.decode.settled.start
        if values[settled:] != shown.values[settled:]:
            return False
        now = self._next(values, shown)
        if now is None or not _grows(shown, now, self.decode.results):
            return False
        silence = self._silence(typed, now, state.reported)
        if silence is None:
            return False
        if now.attached and not self._is_attached(typed, shown.attached, now.attached):
            return False
        now.values = _kept(values, shown.values, settled)
        state.shown = now
        seen = {**now.attached, **now.results}
        first, scalars, rests_on = state.responses, values[SCALARS], silence.rests_on
        return Change(first, now.modified, scalars, now.entries, seen, now.file, rests_on)

    def _parts(self, values: Values, file: str | None) -> Shown | None:
        """The parts of a response; None where a member is not of its type."""
        decode = self.decode
        settled = decode.members(values, decode.settled)
        attached = decode.members(values, decode.attached)
        results = decode.members(values, decode.results)
        entries = decode.history(values[HISTORY])
        if settled is None or attached is None or results is None or not entries:
            return None
        there = tuple([name for name in settled if name in decode.tells])
        return Shown(values, entries, there, attached, results, file=file)

    def _next(self, values: Values, shown: Shown) -> Shown | None:
        """The parts of a response whose settled members are those of the one before."""
        decode, old = self.decode, shown.values
        attached: Mapping[str, Any] | None = shown.attached
        results: Mapping[str, Any] | None = shown.results
        entries: list[TypedEntry] | None = shown.entries
        if values[decode.attached] != old[decode.attached]:
            attached = decode.members(values, decode.attached)
        if values[decode.results] != old[decode.results]:
            results = decode.members(values, decode.results)
        if values[HISTORY] != old[HISTORY]:
            entries = decode.history(values[HISTORY])
        if attached is None or results is None or not entries:
            return None
        return Shown(values, entries, shown.there, attached, results, shown.terms, file=shown.file)

    def _silence(self, typed: Typed, shown: Shown, reported: Set[int]) -> Silence | None:
        """What the statuses of a response rest on of which the rules say nothing that is new."""
        entries, terms = shown.entries, shown.terms
        if not self.regular.holds(typed, entries, limit=terms.limit, saves=terms.saves):
            return None
        statuses = tuple([entry.status for entry in entries])
        silence = self._said(typed, shown, statuses)
        if silence is None or not silence.said <= reported:
            return None
        return silence if self._presence(typed, shown, statuses) <= reported else None

    def _said(self, typed: Typed, shown: Shown, statuses: tuple[str, ...]) -> Silence | None:
        """What rules say of the statuses of a regular response; None where jobs may differ."""
        key = (typed.primary, typed.secondary, statuses, shown.terms.config)
        if key not in self.statuses:
            part, silence = self._reading(shown).statuses, None
            if part.is_sure:
                rests_on = weakest_used(self.spec, statuses, part.config, *key[:2])
                plain = part.moves[-1].position.primary == typed.primary
                silence = Silence(rests_on, self.ask(part), plain)
            _keep(self.statuses, key, silence)
        return self.statuses[key]

    def _presence(self, typed: Typed, shown: Shown, statuses: tuple[str, ...]) -> frozenset[int]:
        """What rules say of the members that a regular response has."""
        results, artifacts = shown.results, self.spec.layout.artifacts
        key = (
            typed.primary,
            typed.secondary,
            len(set(statuses)) < len(statuses),
            typed.started is None,
            typed.ended is None,
            typed.training is None,
            typed.billable is None,
            typed.reason and typed.reason.isspace(),
            shown.there,
            tuple([name for name in results if name in self.decode.tells]),
            artifacts in results and is_blank(results[artifacts]),
        )
        if key not in self.presence:
            _keep(self.presence, key, self.ask(self._reading(shown).presence))
        return self.presence[key]

    def _terms_of(self, shown: Shown) -> Terms | None:
        """What the configuration of a first response allows; None where rules speak of it."""
        key = shown.there, tuple([bytes(shown.values[place]) for place in self.decode.terms])
        if key not in self.terms:
            reading = self._reading(shown)
            config = shared(merged(UNSEEN, configuration(reading.response, self.spec)))
            silent = not reading.response.problems and not self.ask(reading.settings)
            _keep(self.terms, key, self._terms(reading.response, config) if silent else None)
        return self.terms[key]

    def _terms(self, response: Response, config: Configuration) -> Terms:
        saves = config.of(self.spec.time.savings_guard).holds is True
        return Terms(config, _limit(response.get(self.spec.layout.stopping)), saves)

    def _reading(self, shown: Shown) -> Reading:
        """The response as rules of values are given it."""
        recorded = self.decode.response_of(shown.values)
        return Reading(
            response=read_response(recorded, self.spec, origin=Origin()),
            spec=self.spec,
            tolerances=self.tolerances,
            config=shown.terms.config,
        )

    def _begins(self, shown: Shown) -> bool:
        """Whether the history of a first response begins with its job: nothing was cut off."""
        first = shown.entries[0]
        begins = first.status in self.spec.initial_by_secondary
        return begins and between(shown.values[CREATED], first.start) < 1

    def _is_named(self, typed: Typed) -> bool:
        """Whether the rules say nothing of what names a job, and its ARN does."""
        part = Identity(spec=self.spec, kind=Kind.RESPONSE, name=typed.name, arn=typed.arn)
        job = job_of(typed.arn)
        return job is not None and job == typed.name.casefold() and not self.ask(part)

    def _is_attached(
        self, typed: Typed, before: Mapping[str, Any], attached: Mapping[str, Any]
    ) -> bool:
        """Whether the rules say nothing of attached machines."""
        part = Attached(
            spec=self.spec,
            kind=Kind.RESPONSE,
            primary=typed.primary,
            secondary=typed.secondary,
            values=attached,
        )
        return is_continued(self.spec, before, attached) and not self.ask(part)

    def _is_overdue(self, shown: Shown, modified: Any) -> bool:
        """Whether a job that has not ended may have passed a limit by now."""
        created, limit = shown.values[CREATED], shown.terms.limit
        return shown.values[ENDED] is None and between(created, modified) >= limit

    def shown(self, step: Step, typed: Typed, *, known: bool) -> Shown | None:
        """What a judged response shows for the next; None where that says little of it.

        ``known`` holds if its job is known by its ARN alone, and it is the newest response.
        """
        response = step.response
        order = step.late or step.ordered_later or step.ordered_earlier or step.clash
        if not known or order or response.problems or response.kind is not Kind.RESPONSE:
            return None
        shown = self._parts(values_of(typed), response.origin.file)
        if shown is None or step.relation in _BROKEN:
            return None
        moves, config = step.reading.moves, step.reading.config
        plain = not step.reading.has_illegal_move and moves[-1].position.primary == typed.primary
        counts = not self.counted.isdisjoint(shown.results)
        shown.terms = self._terms(response, config)
        shown.in_order = _is_newest(response)
        shown.goes_on = plain and not step.reading.trimmed and not counts
        return shown


def _keep(kept: dict[Variant, Any], key: Variant, value: Any) -> None:
    """Keeps what was said of a value, among a bounded number of others."""
    if len(kept) >= _MOST:
        kept.clear()
    kept[key] = value


def _kept(values: Values, old: Values, settled: int) -> Values:
    """The values of a response without the text of its settled members, which is an older one's."""
    raws = [raw if raw is ABSENT else raw.copy() for raw in values[HISTORY:settled]]
    return (*values[:HISTORY], *raws, *old[settled:])


def _is_newest(response: Response) -> bool:
    """Whether nothing in a response is later than its LastModifiedTime."""
    times = [time for entry in response.history or () for time in (entry.start, entry.end)]
    known = [time for time in (*times, *response.instants.values()) if time is not None]
    return response.modified is not None and max(known) <= response.modified


_BROKEN = (Relation.FORKED, Relation.REWRITTEN, Relation.SMALLER, Relation.ABSENT)


def _grows(old: Shown, new: Shown, results: slice) -> bool:
    """Whether a response shows all of its job that the one before did, and perhaps more."""
    before, after = old.values, new.values
    if new.attached is not old.attached and new.modified == old.modified:
        return False
    if before[ENDED] is not None:
        # What ended is fixed, but for the message of its last entry.
        same = before[SCALARS] == after[SCALARS] and before[results] == after[results]
        return same and len(new.entries) == len(old.entries) and _extends(old, new)
    if before[STARTED] is not None and before[STARTED] != after[STARTED]:
        return False
    amounts = zip(before[AMOUNTS], after[AMOUNTS], strict=True)
    if any(was is not None and (now is None or now < was) for was, now in amounts):
        return False
    if new.entries is old.entries:
        return bool(before[PAIR] == after[PAIR]) and after[ENDED] is None
    return new.modified != old.modified and _extends(old, new)


def _extends(old: Shown, new: Shown) -> bool:
    """Whether a history is a known one that went on."""
    known, seen = old.entries, new.entries
    settled = len(known) - 1
    if len(seen) <= settled or seen[:settled] != known[:settled]:
        return False
    last, now = known[settled], seen[settled]
    if last.status != now.status or last.start != now.start:
        return False
    return last.end is None or last.end == now.end


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
