"""How the responses of a check are held against what their jobs showed before.

A response of which no part is new is counted. So is the first of a job, and one that goes on,
if the rules say nothing of it: its times and amounts are *regular*, and its other parts have
small values, of which the rules are asked once. Where they may say something, they are asked
about the response alone; what they say of sequences is known to be nothing. Every other
response is judged with its job's epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from functools import lru_cache
from typing import Any, Protocol

from attrs import field, frozen

from trainstate.checking.attached import is_continued
from trainstate.checking.regular import Regular, between
from trainstate.checking.shown import (
    Shown,
    Silence,
    Terms,
    first_shown,
    is_in_order,
    kept,
    next_shown,
)
from trainstate.checking.within import Within
from trainstate.history.chain import Relation
from trainstate.history.excerpt import always_given
from trainstate.history.identity import Plain, job_of
from trainstate.history.model import Kind, Origin, Response
from trainstate.history.nested import misfits, origins_of
from trainstate.history.typed import (
    CREATED,
    IDENTITY,
    PAIR,
    SCALARS,
    Decode,
    Typed,
    Values,
    is_moment,
    values_of,
)
from trainstate.history.wire import read_response
from trainstate.machine.guards import Configuration, configuration_of, shared
from trainstate.machine.step import evidence_of, guards_on, trace
from trainstate.rules.given import Reading, is_blank
from trainstate.rules.model import Step
from trainstate.rules.parts import Attached, Identity, Part, Settings, Statuses
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Evidence, Row, Spec, weakest

Variant = tuple[Any, ...]
"""The value of a part, told by the typed decode."""

Ask = Callable[[Part], frozenset[int]]
"""Gives the numbers of the findings that the rules make of a part."""

_MOST = 4096
NOTHING: frozenset[Any] = frozenset()
_STATUSES, _PRESENCE = frozenset({"Statuses"}), frozenset({"Presence"})
_AMOUNTS = frozenset({"Amounts"})
_TIMED = frozenset({"Times", "Clock", "Amounts", "Presence"})
"""The parts that are silent of a regular response; what is there is known of regular ones."""


class HasShown(Protocol):
    """A job, as far as a response is held against it."""

    shown: Shown | None
    reported: set[int]


@frozen
class News:
    """What a response adds to its job: what is shown now, and what that rests on.

    ``speaking`` names the parts of which the rules may say what is new. A response that
    shows what the one before did rests on nothing.
    """

    shown: Shown
    silence: Silence | None = None
    speaking: frozenset[str] = NOTHING


@frozen(kw_only=True, eq=False)
class Comparer:
    """How the responses of one check are held against what their jobs showed before.

    ``statuses``, ``presence``, ``terms`` and ``attached`` have what the rules say of small
    values, which come again and again: of the statuses, of the members that are there, of
    configurations, of attached machines.
    ``counted`` are the amounts beside seconds.
    """

    spec: Spec
    decode: Decode
    tolerances: Tolerances
    regular: Regular
    plain: Plain
    ask: Ask
    counted: frozenset[str]
    always: frozenset[str]
    within: Within
    statuses: dict[Variant, Silence | None] = field(factory=dict)
    presence: dict[Variant, frozenset[int]] = field(factory=dict)
    terms: dict[Variant, Terms | None] = field(factory=dict)
    attached: dict[Variant, bool] = field(factory=dict)

    @classmethod
    def of(cls, spec: Spec, decode: Decode, tolerances: Tolerances, ask: Ask) -> Comparer:
        """For a specification and tolerances."""
        settled = {sliced.name for sliced in decode.of(decode.settled)}
        return cls(
            spec=spec,
            decode=decode,
            tolerances=tolerances,
            regular=Regular.of(spec, tolerances),
            plain=Plain.of(spec.layout),
            ask=ask,
            counted=frozenset(member.name for member in spec.members_with("billing")),
            always=frozenset(settled.intersection(always_given(spec))),
            within=Within.of(spec, decode),
        )

    def first(self, typed: Typed, file: str | None) -> News | None:
        """What the first response of a job adds; None where a rule of sequences may speak of it."""
        values, decode = values_of(typed), self.decode
        if not (is_moment(typed.created) and is_moment(typed.modified)):
            return None
        settled = decode.members(values, decode.settled)
        if settled is None or values[decode.settled.stop :] != decode.unsearched:
            return None
        shown = first_shown(decode, values, settled)
        if shown is None or not (self._begins(shown) and self._is_named(typed, settled)):
            return None
        terms = self._terms_of(shown)
        if terms is None or not self._is_attached(typed, (), {}, shown):
            return None
        shown.terms, shown.file = terms, file
        shown.goes_on = self.counted.isdisjoint(shown.results)
        return self._news(typed, shown, NOTHING, self.within.parts(shown))

    def next(self, state: HasShown, typed: Typed, file: str | None) -> News | None:
        """What a response adds to its job; None where a rule of sequences may speak of it."""
        shown = state.shown
        if shown is None:
            return None
        values, old, modified = values_of(typed), shown.values, typed.modified
        if values[IDENTITY] != old[IDENTITY] or file != shown.file:
            return None
        alike = type(modified) is type(shown.modified) and is_moment(modified)
        if not alike or modified < shown.modified:
            return None
        if values[SCALARS.start :] != old[SCALARS.start :]:
            return self._went_on(shown, typed, values, state.reported) if shown.goes_on else None
        # A later moment can be the wrong one for statuses that an equal one left open.
        quiet = shown.goes_on and shown.in_order
        same = modified == shown.modified or (quiet and not self._is_overdue(shown, modified))
        shown.modified = modified
        return News(shown) if same else None

    def _went_on(
        self, shown: Shown, typed: Typed, values: Values, reported: Set[int]
    ) -> News | None:
        """What a response adds that shows more of its job than the one before, or later."""
        now, settled = next_shown(self.decode, values, shown), self.decode.settled
        if now is None:
            return None
        if values[settled] != shown.values[settled]:
            terms = self._terms_of(now)
            if terms is None or terms.config != shown.terms.config:
                return None
            now.terms = terms
        same = now.attached is shown.attached and values[PAIR] == shown.values[PAIR]
        before = shown.values[self.decode.attached]
        if not (same or self._is_attached(typed, before, shown.attached, now)):
            return None
        known = now.attached is shown.attached and now.results is shown.results
        news = self._news(typed, now, reported, NOTHING if known else self.within.parts(now))
        if news is not None:
            now.values = kept(self.decode, values, shown.values)
        return news

    def _news(
        self, typed: Typed, shown: Shown, reported: Set[int], within: frozenset[str]
    ) -> News | None:
        """What a response adds in which nothing is out of its order; None where jobs differ."""
        terms = shown.terms
        regular = self.regular.holds(typed, shown.entries, limit=terms.limit, saves=terms.saves)
        if not regular and not is_in_order(shown):
            return None
        statuses = tuple([entry.status for entry in shown.entries])
        silence = self._said(typed, shown, statuses)
        if silence is None:
            return None
        shown.goes_on &= silence.plain
        speaking = within if silence.said <= reported else within | _STATUSES
        if not self.counted.isdisjoint(shown.results):
            speaking |= _AMOUNTS
        if not regular:
            speaking |= _TIMED
        elif not self._presence(typed, shown, statuses) <= reported:
            speaking |= _PRESENCE
        return News(shown, silence, speaking)

    def _said(self, typed: Typed, shown: Shown, statuses: tuple[str, ...]) -> Silence | None:
        """What rules say of the statuses of a response; None where jobs may differ."""
        secondary, config, entries = typed.secondary, shown.terms.config, shown.entries
        guards = guards_on(self.spec, (*statuses, secondary))
        allowed = tuple([config.of(guard) for guard in guards])
        open_ = tuple([entry.end is None for entry in entries])
        key = (typed.primary, secondary, statuses, open_, allowed)
        if key not in self.statuses:
            silence, count = None, len(statuses)
            part = Statuses(
                spec=self.spec,
                kind=Kind.RESPONSE,
                primary=typed.primary,
                secondary=secondary,
                written_primary=typed.primary,
                written_secondary=secondary,
                history=statuses,
                written=statuses,
                begun=(True,) * count,
                closed=tuple([not is_open for is_open in open_]),
                config=config,
                trimmed=False,
                selected=False,
            )
            if part.is_sure:
                rests_on = weakest_used(self.spec, statuses, config, typed.primary, secondary)
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
        """What the configuration of a response allows; None where rules speak of it."""
        key = shown.there, tuple([bytes(shown.values[place]) for place in self.decode.terms])
        if key not in self.terms:
            _keep(self.terms, key, self._new_terms(shown))
        return self.terms[key]

    def _new_terms(self, shown: Shown) -> Terms | None:
        decode, spec = self.decode, self.spec
        members = {
            sliced.name: value
            for place, sliced in decode.terms.items()
            if (value := decode.value(sliced, shown.values[place])) is not None
        }
        lacking = not self.always.issubset(shown.there)
        part = Settings(spec=spec, kind=Kind.RESPONSE, members=members, whole=not lacking)
        if any(misfits(members, spec)) or self.ask(part):
            return None
        config = shared(configuration_of(members, spec, omits=lambda _: lacking))
        return self._terms(members, config)

    def _terms(self, members: Mapping[str, Any], config: Configuration) -> Terms:
        saves = config.of(self.spec.time.savings_guard).holds is True
        return Terms(config, smallest_limit(members.get(self.spec.layout.stopping)), saves)

    def _reading(self, shown: Shown) -> Reading:
        """The response as rules are given it."""
        recorded = self.decode.response_of(shown.values)
        response = read_response(recorded, self.spec, origin=Origin())
        return self.reading(response, shown)

    def reading(self, response: Response, shown: Shown) -> Reading:
        """A response that shows this as rules are given it."""
        return Reading(
            response=response,
            spec=self.spec,
            tolerances=self.tolerances,
            config=shown.terms.config,
        )

    def _begins(self, shown: Shown) -> bool:
        """Whether the history of a first response begins with its job: nothing was cut off."""
        first, created = shown.entries[0], shown.values[CREATED]
        if type(first.start) is not type(created):
            return False
        begins = first.status in self.spec.initial_by_secondary
        return begins and between(created, first.start) < 1

    def _is_named(self, typed: Typed, settled: Mapping[str, Any]) -> bool:
        """Whether the rules say nothing of what names a job, and its ARN does."""
        origins = origins_of(settled, self.spec)
        if not origins and self.plain.holds(typed.arn, typed.name):
            return True
        part = Identity(
            spec=self.spec, kind=Kind.RESPONSE, name=typed.name, arn=typed.arn, origins=origins
        )
        job = job_of(typed.arn)
        return job is not None and job == typed.name.casefold() and not self.ask(part)

    def _is_attached(
        self, typed: Typed, old: Values, before: Mapping[str, Any], now: Shown
    ) -> bool:
        """Whether the rules say nothing of attached machines; ``old`` is how they were before."""
        attached = now.attached
        if not (before or attached):
            return True
        slices = (*old, *now.values[self.decode.attached])
        key = (typed.primary, typed.secondary, *map(bytes, slices))
        if key not in self.attached:
            part = Attached(
                spec=self.spec,
                kind=Kind.RESPONSE,
                primary=typed.primary,
                secondary=typed.secondary,
                values=attached,
            )
            silent = is_continued(self.spec, before, attached) and not self.ask(part)
            _keep(self.attached, key, silent)
        return self.attached[key]

    def _is_overdue(self, shown: Shown, modified: Any) -> bool:
        """Whether a job that has not ended may have passed a limit by now."""
        created, limit = shown.values[CREATED], shown.terms.limit
        return not shown.ended and between(created, modified) >= limit

    def shown(self, step: Step, typed: Typed, *, known: bool) -> Shown | None:
        """What a judged response shows for the next; None where that says little of it.

        ``known`` holds if its job is known by its ARN alone, and it is the newest response.
        """
        response, decode = step.response, self.decode
        order = step.late or step.ordered_later or step.ordered_earlier or step.clash
        if not known or order or response.problems or response.kind is not Kind.RESPONSE:
            return None
        values = values_of(typed)
        settled = decode.members(values, decode.settled)
        shown = None if settled is None else first_shown(decode, values, settled)
        if shown is None or step.relation in _BROKEN:
            return None
        shows, config = step.reading.statuses, step.reading.config
        plain = not shows.has_illegal_move
        plain = plain and shows.moves[-1].position.primary == typed.primary
        counts = not self.counted.isdisjoint(shown.results)
        shown.terms, shown.file = self._terms(response.members, config), response.origin.file
        shown.in_order = is_in_order(shown)
        shown.goes_on = plain and not step.reading.trimmed and not counts
        return shown


def _keep(known: dict[Variant, Any], key: Variant, value: Any) -> None:
    """Keeps what was said of a value, among a bounded number of others."""
    if len(known) >= _MOST:
        known.clear()
    known[key] = value


_BROKEN = (Relation.FORKED, Relation.REWRITTEN, Relation.SMALLER, Relation.ABSENT)


def smallest_limit(stopping: Any) -> float:
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
    shown: Row | None = spec.pair_by_key.get((primary or "", secondary or ""))
    if not spec.layout.secondary:
        shown = spec.primary_by_name.get(primary or "")
    levels = evidence_of(spec, trace(spec, statuses, config), shown)
    return weakest(levels)
