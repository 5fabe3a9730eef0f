"""Compares a response with its job's newest: it repeats, continues, or needs judging.

A repetition is only counted. A continuation contradicts nothing, so sequence rules do not apply:
its small parts are judged once a variant (``variants``), *regular* times and amounts need no rule,
and only parts that may break a rule are judged; of one with nothing new but metrics, only these.
Any other response is judged with its job's epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from typing import Any, Protocol

from attrs import frozen

from trainstate.checking.regular import Regular, between
from trainstate.checking.report import Finding
from trainstate.checking.shown import Ruling, Shown, first_shown, is_in_order, kept, next_shown
from trainstate.checking.variants import Findings, Variants, terms_of
from trainstate.checking.within import Within
from trainstate.history.chain import Relation
from trainstate.history.instants import parse, same_instant
from trainstate.history.model import Kind
from trainstate.history.readers.lines import Line
from trainstate.history.typed import (
    CREATED,
    IDENTITY,
    MODIFIED,
    SCALARS,
    Decode,
    Typed,
    Values,
    changed_in,
    is_moment,
    values_of,
)
from trainstate.rules.model import Comparison
from trainstate.rules.parts import Part
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Spec

_NOTHING: frozenset[Any] = frozenset()
_AMOUNTS = frozenset({"Amounts"})
_TIMED = frozenset({"Times", "Clock", "Amounts", "Presence"})
"""Parts that need no rules in a regular response; presence is judged as a variant."""

_BROKEN = (Relation.FORKED, Relation.REWRITTEN, Relation.SMALLER, Relation.ABSENT)


class HasShown(Protocol):
    """What the comparison needs of a job's state."""

    shown: Shown | None
    reported: set[int]


@frozen
class Delta:
    """What a response adds to its job.

    ``findings`` are the new findings about small parts; ``to_judge`` are the other parts whose
    rules must be asked. A repetition has no ``statuses``; ``later`` holds if only its
    LastModifiedTime or its file changed.
    """

    shown: Shown
    later: bool = False
    statuses: Ruling | None = None
    findings: tuple[Finding, ...] = ()
    to_judge: frozenset[str] = _NOTHING


def _is_later(typed: Typed, earlier: Any) -> bool:
    """Whether a response's LastModifiedTime is surely not before an earlier one."""
    later = typed.modified
    if type(later) is not type(earlier) or not is_moment(later) or later < earlier:
        return False
    return not _may_be_cut(earlier, later)


def _may_be_cut(earlier: Any, later: Any) -> bool:
    """Whether two LastModifiedTimes, of which one was cut, can be readings of one instant."""
    if not 0 < between(earlier, later) < 1:
        return False
    return same_instant(parse(earlier)[0], parse(later)[0])


@frozen(kw_only=True, eq=False)
class Comparer:
    """Compares responses with what their jobs showed before.

    ``counted`` are the billing members that are counts.
    """

    spec: Spec
    decode: Decode
    regular: Regular
    variants: Variants
    within: Within
    counted: frozenset[str]

    @classmethod
    def of(
        cls, spec: Spec, decode: Decode, tolerances: Tolerances, ask: Callable[[Part], Findings]
    ) -> Comparer:
        """A comparer for a specification, with the tolerances and the rules to ask."""
        return cls(
            spec=spec,
            decode=decode,
            regular=Regular.of(spec, tolerances),
            variants=Variants.of(spec, decode, tolerances, ask),
            within=Within.of(spec, decode),
            counted=frozenset(member.name for member in spec.members_with("billing")),
        )

    def first(self, line: Line) -> Delta | None:
        """What the first response of a job adds; None if a sequence rule may apply."""
        typed, decode, variants = line.typed, self.decode, self.variants
        values, created, modified = values_of(typed), typed.created, typed.modified
        if not (is_moment(created) and is_moment(modified)):
            return None
        inside = decode.inside(values)
        if inside is None or values[decode.settled.stop :] != decode.unsearched:
            return None
        shown = first_shown(decode, values)
        if shown is None or not (self._begins(shown) and variants.is_named(typed, inside)):
            return None
        terms, attached = variants.terms(shown), values[decode.attached]
        if terms is None or not variants.is_attached(typed, decode.unattached, attached):
            return None
        shown.terms, shown.file = terms, line.source.file
        shown.goes_on = self.counted.isdisjoint(shown.results)
        within = self.within.parts(typed, values, inside)
        return self._delta(typed, shown, _NOTHING, within)

    def next(self, state: HasShown, line: Line) -> Delta | None:
        """What a response adds to its job; None if a sequence rule may apply."""
        shown, typed = state.shown, line.typed
        if shown is None:
            return None
        if self.is_same(shown, line):
            return Delta(shown)
        values, old = values_of(typed), shown.values
        changed = changed_in(values, old)
        new, equal = changed not in ([], [MODIFIED]), typed.modified == shown.modified
        follows = (not changed or changed[0] >= MODIFIED) and _is_later(typed, shown.modified)
        if not follows or not (shown.goes_on or (equal and not new)):
            return None
        quiet = equal or self._is_quiet(shown, typed)
        if new and (not quiet or shown.ended or not self.decode.unjudged.issuperset(changed)):
            return self._next(shown, line, changed, state.reported)
        within = self._within(typed, values, changed) if new else _NOTHING
        if within is None or not quiet:
            return None
        if new:
            shown.values = kept(values, old, changed)
        shown.modified, shown.file = typed.modified, line.source.file
        return Delta(shown, later=True, to_judge=within)

    def is_same(self, shown: Shown, line: Line) -> bool:
        """Whether a response repeats the newest: same LastModifiedTime, file and content."""
        typed, old = line.typed, shown.values
        values = values_of(typed)
        same = typed.modified == shown.modified and values[IDENTITY] == old[IDENTITY]
        same = same and line.source.file == shown.file
        return same and bool(values[SCALARS.start :] == old[SCALARS.start :])

    def _next(
        self, shown: Shown, line: Line, changed: list[int], reported: Set[int]
    ) -> Delta | None:
        """What a response with changed values adds; None if it does not continue its job."""
        typed, decode, old = line.typed, self.decode, shown.values
        values = values_of(typed)
        now = next_shown(decode, values, shown, line.source.file)
        attached = values[decode.attached]
        if now is None or not self.variants.is_attached(typed, old[decode.attached], attached):
            return None
        if values[decode.settled] != old[decode.settled]:
            terms = self.variants.terms(now)
            if terms is None or terms.config != shown.terms.config:
                return None
            now.terms = terms
        within = self._within(typed, values, changed)
        if within is None:
            return None
        delta = self._delta(typed, now, reported, within)
        if delta is not None:
            now.values = kept(values, old, changed)
        return delta

    def _delta(
        self, typed: Typed, shown: Shown, reported: Set[int], within: frozenset[str]
    ) -> Delta | None:
        """What a continuation adds; None if times are out of order or a guard is unseen."""
        terms = shown.terms
        regular = self.regular.holds(typed, shown.entries, limit=terms.limit, saves=terms.saves)
        if not regular and not is_in_order(shown):
            return None
        history = tuple([entry.status for entry in shown.entries])
        statuses = self.variants.statuses(typed, shown, history)
        if statuses is None:
            return None
        shown.goes_on &= statuses.plain
        findings, to_judge = statuses.findings, within
        if not self.counted.isdisjoint(shown.results):
            to_judge |= _AMOUNTS
        if not regular:
            to_judge |= _TIMED
        elif "Presence" not in within:
            findings = {**findings, **self.variants.presence(typed, shown, history)}
        new = tuple([finding for number, finding in findings.items() if number not in reported])
        return Delta(shown, statuses=statuses, findings=new, to_judge=to_judge)

    def _begins(self, shown: Shown) -> bool:
        """Whether a first response's history starts with the job, so that nothing was cut off."""
        first, created = shown.entries[0], shown.values[CREATED]
        if type(first.start) is not type(created):
            return False
        begins = first.status in self.spec.initial_by_secondary
        return begins and between(created, first.start) < 1

    def _is_quiet(self, shown: Shown, typed: Typed) -> bool:
        """Whether a later LastModifiedTime alone breaks no rule.

        Statuses whose order an equal time left open can be wrong at a later one.
        """
        if not shown.in_order or typed.secondary in self.regular.limited:
            return False
        return not self._is_overdue(shown, typed.modified)

    def _within(
        self, typed: Typed, values: Values, changed: Iterable[int]
    ) -> frozenset[str] | None:
        """The parts to judge for changed values; None if one may not fit its shape."""
        inside = self.decode.inside(values, changed)
        return None if inside is None else self.within.parts(typed, values, inside)

    def _is_overdue(self, shown: Shown, modified: Any) -> bool:
        """Whether a job that has not ended may have exceeded a limit by now."""
        created, limit = shown.values[CREATED], shown.terms.limit
        return not shown.ended and between(created, modified) >= limit

    def shown(self, comparison: Comparison, line: Line, *, known: bool) -> Shown | None:
        """What a judged response shows; None if the next one cannot be compared with it.

        ``known`` holds if the response is the newest of the only job with its ARN.
        """
        response, typed, decode = comparison.response, line.typed, self.decode
        order = (
            comparison.late
            or comparison.ordered_later
            or comparison.ordered_earlier
            or comparison.clash
        )
        if not known or order or response.problems or response.kind is not Kind.RESPONSE:
            return None
        values = values_of(typed)
        shown = None if decode.inside(values) is None else first_shown(decode, values)
        if shown is None or comparison.relation in _BROKEN:
            return None
        shows, config = comparison.reading.statuses, comparison.reading.config
        plain = not shows.has_illegal_move
        plain = plain and shows.moves[-1].position.primary == typed.primary
        counts = not self.counted.isdisjoint(shown.results)
        shown.terms = terms_of(response.members, config, self.spec)
        shown.file, shown.in_order = response.origin.file, is_in_order(shown)
        shown.goes_on = plain and not comparison.reading.trimmed and not counts
        return shown
