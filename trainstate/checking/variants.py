"""What the rules report for small parts: statuses, presence, settings, attached machines.

Each has a few hundred distinct values, so rules are asked once a variant. That is sound, as a check
reads only the part that it is given. With one variant kept of each, a check of 16,000 responses of
4,000 jobs takes 2.6 times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal

from attrs import evolve, field, frozen

from trainstate.checking.ask import keep
from trainstate.checking.attached import is_continued
from trainstate.checking.report import Finding
from trainstate.checking.shown import Ruling, Shown, Terms
from trainstate.history.excerpt import always_given
from trainstate.history.identity import is_plain, job_of
from trainstate.history.model import Kind, Origin, Response
from trainstate.history.nested import instance_type, misfits, terms
from trainstate.history.typed import Decode, Typed, Values
from trainstate.history.wire import read_response
from trainstate.machine.guards import Configuration, configuration_of, shared
from trainstate.machine.step import evidence_of, guards_on, trace
from trainstate.rules.constraints import broken, is_placed
from trainstate.rules.given import Reading, is_blank
from trainstate.rules.parts import Attached, Identity, Part, Settings, Statuses
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Evidence, Row, Spec, weakest

Variant = tuple[Any, ...]
"""The value of a part, as the typed decode gives it."""

Findings = Mapping[int, Finding]
"""The findings about a part by their numbers, without job and place."""


@frozen(kw_only=True, eq=False)
class Variants:
    """The variants that a check has seen, and what the rules report for each.

    ``ask`` asks the rules about a part. ``always`` are the settled members that the service always
    returns; ``origins`` are those that name a job's parent.
    """

    spec: Spec
    decode: Decode
    tolerances: Tolerances
    ask: Callable[[Part], Findings]
    always: frozenset[str]
    origins: tuple[str, ...]
    artifacts: str
    constraints: tuple[int, ...]
    _statuses: dict[Variant, Ruling | Literal[False]] = field(factory=dict)
    _presence: dict[Variant, Findings] = field(factory=dict)
    _terms: dict[Variant, Terms | Literal[False]] = field(factory=dict)
    _attached: dict[Variant, bool] = field(factory=dict)
    _named: dict[Variant, bool] = field(factory=dict)

    @classmethod
    def of(
        cls, spec: Spec, decode: Decode, tolerances: Tolerances, ask: Callable[[Part], Findings]
    ) -> Variants:
        """An empty set of variants."""
        settled = {sliced.name for sliced in decode.of(decode.settled)}
        return cls(
            spec=spec,
            decode=decode,
            tolerances=tolerances,
            ask=ask,
            always=frozenset(settled.intersection(always_given(spec))),
            origins=tuple([member.name for member in spec.members if member.resource]),
            artifacts=spec.layout.artifacts,
            constraints=constraints_of_terms(spec),
        )

    def statuses(self, typed: Typed, shown: Shown, history: tuple[str, ...]) -> Ruling | None:
        """What the rules report for the statuses; None if it depends on the job."""
        secondary, config, entries = typed.secondary, shown.terms.config, shown.entries
        guards = guards_on(self.spec, (*history, secondary))
        allowed = tuple([config.of(guard) for guard in guards])
        open_ = tuple([entry.end is None for entry in entries])
        selected = not self.is_whole(shown)
        key = (typed.primary, secondary, history, open_, allowed, selected)
        result = self._statuses.get(key)
        if result is None:
            part = Statuses(
                spec=self.spec,
                kind=Kind.RESPONSE,
                primary=typed.primary,
                secondary=secondary,
                written_primary=typed.primary,
                written_secondary=secondary,
                history=history,
                written=history,
                begun=(True,) * len(history),
                closed=tuple([not is_open for is_open in open_]),
                config=config,
                trimmed=False,
                selected=selected,
            )
            return keep(self._statuses, key, self._ruling(part)) or None
        return result or None

    def is_whole(self, shown: Shown) -> bool:
        """Whether a response has all that the service always gives."""
        return self.always.issubset(shown.settled)

    def _ruling(self, part: Statuses) -> Ruling | Literal[False]:
        if not part.is_sure:
            return False
        rests_on = weakest_used(self.spec, part.history, part.config, part.primary, part.secondary)
        plain = part.moves[-1].position.primary == part.primary
        return Ruling(rests_on, self.ask(part), plain)

    def presence(self, typed: Typed, shown: Shown, history: tuple[str, ...]) -> Findings:
        """What the rules report for the members that a regular response has."""
        artifacts = self.decode.member(self.artifacts, shown.values)
        key = (
            typed.primary,
            typed.secondary,
            len(set(history)) < len(history),
            typed.started is None,
            typed.ended is None,
            typed.training is None,
            typed.billable is None,
            typed.reason and typed.reason.isspace(),
            shown.settled,
            shown.results,
            is_blank(artifacts),
            is_placed(artifacts),
        )
        found = self._presence.get(key)
        if found is None:
            recorded = self.decode.response_of(shown.values)
            response = read_response(recorded, self.spec, origin=Origin())
            # Values decide what is broken; ``within`` looks at them.
            found = self.ask(evolve(self.reading(response, shown).presence, broken=()))
            keep(self._presence, key, found)
        return found

    def reading(self, response: Response, shown: Shown) -> Reading:
        """The context that rules get for such a response."""
        return Reading(
            response=response,
            spec=self.spec,
            tolerances=self.tolerances,
            config=shown.terms.config,
        )

    def terms(self, shown: Shown) -> Terms | None:
        """What the configuration allows; None if a rule or a misfit reports it."""
        key = shown.settled, tuple([bytes(shown.values[place]) for place in self.decode.terms])
        terms = self._terms.get(key)
        return (keep(self._terms, key, self._new_terms(shown)) if terms is None else terms) or None

    def _new_terms(self, shown: Shown) -> Terms | Literal[False]:
        decode, spec = self.decode, self.spec
        members = {
            sliced.name: value
            for place, sliced in decode.terms.items()
            if (value := decode.value(sliced, shown.values[place])) is not None
        }
        lacking = not self.is_whole(shown)
        part = Settings(spec=spec, kind=Kind.RESPONSE, members=members, whole=not lacking)
        if any(misfits(members, spec)) or self.ask(part):
            return False
        if any(broken(members, spec, self.constraints)):
            return False
        config = shared(configuration_of(members, spec, omits=lambda _: lacking))
        return terms_of(members, config, spec)

    def is_attached(self, typed: Typed, old: Values, now: Values) -> bool:
        """Whether no rule reports attached machines that went from ``old`` to ``now``."""
        if now == old == self.decode.unattached:
            return True
        key = (typed.primary, typed.secondary, *map(bytes, (*old, *now)))
        silent = self._attached.get(key)
        if silent is None:
            before, after = map(self.decode.attached_of, (old, now))
            part = Attached(
                spec=self.spec,
                kind=Kind.RESPONSE,
                primary=typed.primary,
                secondary=typed.secondary,
                values=after,
            )
            silent = is_continued(self.spec, before, after) and not self.ask(part)
            keep(self._attached, key, silent)
        return silent

    def is_named(self, typed: Typed, inside: Mapping[str, Any]) -> bool:
        """Whether ARN and name agree, and no rule reports them."""
        origins = {name: inside[name] for name in self.origins if name in inside}
        head, _, tail = typed.arn.rpartition("/")
        alike = tail in (typed.name, typed.name.lower())
        if not alike or not is_plain(typed.name, self.spec.layout):
            return self._is_identified(typed, origins)
        # Of a plain name and its ARN only what stands before the name is compared with others.
        key = head, *origins.items()
        named = self._named.get(key)
        if named is None:
            return keep(self._named, key, self._is_identified(typed, origins))
        return named

    def _is_identified(self, typed: Typed, origins: Mapping[str, str]) -> bool:
        part = Identity(
            spec=self.spec, kind=Kind.RESPONSE, name=typed.name, arn=typed.arn, origins=origins
        )
        named = job_of(typed.arn) or ""
        return named.casefold() == typed.name.casefold() and not self.ask(part)


def constraints_of_terms(spec: Spec) -> tuple[int, ...]:
    """The numbers of the constraints between the settings that are judged as variants."""
    named, rows = terms(spec), enumerate(spec.constraints)
    inside = (
        (number, row)
        for number, row in rows
        if not (row.same or row.below or row.unlike or row.in_group)
    )
    return tuple(
        number
        for number, row in inside
        if named.issuperset(path.split("/")[0] for path in row.paths)
    )


def terms_of(members: Mapping[str, Any], config: Configuration, spec: Spec) -> Terms:
    """The limits and options of a configuration."""
    saves = config.of(spec.time.savings_guard).holds is True
    stopping = members.get(spec.layout.stopping)
    values = stopping.values() if isinstance(stopping, Mapping) else ()
    limit = min([one for one in values if isinstance(one, int | float)], default=float("inf"))
    return Terms(config, limit, saves, instance_type(members, spec))


@lru_cache(maxsize=4096)
def weakest_used(
    spec: Spec,
    statuses: tuple[str, ...],
    config: Configuration,
    primary: str | None,
    secondary: str | None,
) -> Evidence:
    """The weakest evidence that a history and its pair use."""
    shown: Row | None = spec.pair_by_key.get((primary or "", secondary or ""))
    if not spec.layout.secondary:
        shown = spec.primary_by_name.get(primary or "")
    levels = evidence_of(spec, trace(spec, statuses, config), shown)
    return weakest(levels)
