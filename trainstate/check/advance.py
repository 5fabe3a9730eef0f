"""How a line takes its job on, if it does so as records do: its shape, and what it adds.

Everything here compares; what is not as it regularly is gives None, and the line takes the
plain path.
"""

from __future__ import annotations

from typing import Any

import msgspec
from attrs import define, frozen

from trainstate.check.glance import Glances
from trainstate.check.memory import Place, Setting
from trainstate.check.polled import Facts, Past, Polled
from trainstate.check.regular import Regular, Span, is_dated
from trainstate.check.setting import Fresh, Settings
from trainstate.machine.step import touched
from trainstate.spec.model import Spec

Shape = tuple[Any, ...]
"""What rules can tell of a regular line, as something that can be looked up."""


@define(eq=False)
class Advance:
    """A line that goes on from its job: its shape, and what it adds.

    ``fresh`` are the statuses of attached machines that are seen for the first time.
    """

    shape: Shape
    fresh: Fresh
    facts: Facts


@frozen(kw_only=True)
class Advances:
    """How lines are compared: the decoders, the settings that were read, and regular times."""

    spec: Spec
    glances: Glances
    settings: Settings
    regular: Regular

    def first(self, glance: Any) -> Advance | None:
        """Of the first line of a job."""
        written, created = bytes(glance.history), glance.created
        entries = self.glances.entries(written)
        if not entries or not is_dated(created, glance.modified):
            return None
        begun = entries[0].start
        near = begun != created
        if near and not self.regular.is_near(created, begun):
            return None
        past = self._past(entries, Span(begun, begun), written, hash(written), clocked=False)
        if past is None or glance.started not in (None, self.regular.clock_start(entries)):
            return None
        values = msgspec.structs.astuple(glance)
        setting = self.settings.setting(values)
        if setting is None:
            return None
        grown = tuple([entry.status for entry in entries])
        guards = touched(self.spec, grown)
        facts = Facts(
            created,
            glance.started,
            setting,
            past,
            (),
            (),
            b"",
            hash(b"\n".join(values[self.glances.fixed])),
            0,
            0,
            0,
            False,
        )
        history = (near, setting.absent, grown)
        return self._advance(glance, values, facts, facts, history=history, guards=guards)

    def following(self, job: Polled, place: Place, known: Facts, glance: Any) -> Advance | None:
        """Of a line that follows another of its job."""
        values = msgspec.structs.astuple(glance)
        if hash(b"\n".join(values[self.glances.fixed])) != known.fixed:
            return None
        standing = job.standing
        last = standing.statuses[-1]
        found = self._gone_on(known.past, last, bytes(glance.history), clocked=place.clocked)
        if found is None:
            return None
        past, entries = found
        if glance.started != known.started and not (
            known.started is None
            and not place.clocked
            and glance.started == self.regular.clock_start(entries)
        ):
            return None
        grown, guards = tuple([entry.status for entry in entries[1:]]), place.guards
        if grown:
            guards += touched(self.spec, (last, *grown))
        facts = Facts(
            known.created,
            glance.started,
            known.setting,
            past,
            known.counts,
            known.statuses,
            known.kinds,
            known.fixed,
            known.attached,
            known.outcome,
            0,
            False,
        )
        history = (glance.modified == job.modified, grown)
        advance = self._advance(glance, values, known, facts, history=history, guards=guards)
        # What an ended job has to tell does not change any more, or a rule has a word on it.
        return advance if not standing.ended or _is_kept(known, facts) else None

    def _advance(
        self,
        glance: Any,
        values: tuple[Any, ...],
        known: Facts,
        facts: Facts,
        *,
        history: Shape,
        guards: tuple[str, ...],
    ) -> Advance | None:
        """The advance by a history that goes on, if all else does, too."""
        excess = self._excess(glance, facts.past.span, facts.setting)
        counts = _grown(known.counts, self._counts(glance, values))
        if excess is None or counts is None:
            return None
        facts.counts = counts
        facts.reason, facts.ended = hash(glance.reason), glance.ended is not None
        fresh = self._attached(facts, values)
        if fresh is None or not self._has_come(facts, values):
            return None
        shape = (
            *history,
            excess,
            glance.secondary in facts.setting.limits,
            facts.past.span.closed,
            facts.kinds,
            *self._guarded(glance, facts.setting, guards),
            *_shape(glance),
            tuple([count is None for count in values[self.glances.counts.place]]),
        )
        return Advance(shape, fresh, facts)

    def _attached(self, facts: Facts, values: tuple[Any, ...]) -> Fresh | None:
        """The statuses of attached machines that are new; None where one may not follow."""
        written = self.glances.attached.written(values)
        attached = hash(written)
        if attached == facts.attached:
            return ()
        seen = self.settings.attached(values)
        merged = None if seen is None else self.settings.merged(facts.statuses, seen)
        if merged is None:
            return None
        facts.attached, facts.statuses = attached, merged[0]
        return merged[1]

    def _has_come(self, facts: Facts, values: tuple[Any, ...]) -> bool:
        """Whether the results are of their types, so that rules see only which there are."""
        groups = self.glances
        outcome = hash(b"\n".join(values[groups.outcome]))
        if outcome != facts.outcome:
            facts.outcome, facts.kinds = outcome, groups.shown.kinds(values)
            kinds = groups.results.kinds(values)
            return groups.shown.is_well_typed(facts.kinds) and groups.results.is_well_typed(kinds)
        return True

    def _gone_on(
        self, known: Past, status: str, written: bytes, *, clocked: bool
    ) -> tuple[Past, Any] | None:
        """The history, with the last known entry and those after it.

        None where it does not go on from the known one.
        """
        whole = hash(written)
        if whole == known.written:
            return known, ()
        if hash(written[: known.cut]) != known.before_cut:
            return None
        entries, span = self.glances.entries(b"[" + written[known.cut :]), known.span
        if not entries or entries[0].status != status:
            return None
        if span.closed:  # its message may change, and nothing else
            same = len(entries) == 1 and entries[0].start == span.begun
            if not same or entries[0].end != span.last:
                return None
            cut = written.rfind(b"{")
            return Past(span, whole, cut, hash(written[:cut])), entries
        past = self._past(entries, span, written, whole, clocked=clocked)
        return None if past is None else (past, entries)

    def _past(
        self, entries: list[Any], span: Span, written: bytes, whole: int, *, clocked: bool
    ) -> Past | None:
        joined = self.regular.joined(entries, span, clocked=clocked)
        if joined is None:
            return None
        cut = written.rfind(b"{")
        return Past(joined, whole, cut, hash(written[:cut]))

    def _guarded(self, glance: Any, setting: Setting, guards: tuple[str, ...]) -> Shape:
        """Whether the guards hold on which the history rests, and the one that allows a saving."""
        config, saving = setting.config, None
        if glance.billable != glance.training:
            saving = config.of(self.spec.time.savings_guard)
        return (saving, tuple([config.of(guard) for guard in guards]) if guards else ())

    def _counts(self, glance: Any, values: tuple[Any, ...]) -> tuple[int | None, ...]:
        return (glance.training, glance.billable, *values[self.glances.counts.place])

    def _excess(self, glance: Any, span: Span, setting: Setting) -> int | None:
        """How the seconds of training lie to the clock; None where the times are not regular."""
        if glance.modified < span.last or glance.ended not in (None, span.last):
            return None
        if not self.regular.has_reached(glance, span.begun, setting.limits):
            return None
        return self.regular.excess(glance, span, setting.limit)


_MOST_COUNTED = 2**40


def _grown(
    known: tuple[int | None, ...], seen: tuple[int | None, ...]
) -> tuple[int | None, ...] | None:
    """Numbers that only grow, each as it was last; None where one has not."""
    if known == seen:
        return known
    found: list[int | None] = []
    for before, after in zip(known or (None,) * len(seen), seen, strict=True):
        if after is None:
            found.append(before)
        elif not (before or 0) <= after < _MOST_COUNTED:
            return None
        else:
            found.append(after)
    return tuple(found)


def _is_kept(known: Facts, facts: Facts) -> bool:
    """Whether a job tells the same as before of its times, numbers and results."""
    return (
        facts.counts == known.counts
        and facts.outcome == known.outcome
        and facts.reason == known.reason
        and facts.ended == known.ended
        and facts.started == known.started
    )


def _shape(glance: Any) -> Shape:
    """What rules can tell of a regular line besides its history and its setting."""
    training, billable, reason = glance.training, glance.billable, glance.reason
    billed = None
    if training is not None and billable is not None:
        billed = (billable > training) - (billable < training)
    return (
        glance.primary,
        glance.secondary,
        glance.started is None,
        glance.ended is None,
        training is None,
        billable is None,
        billed,
        None if reason is None else not reason or reason.isspace(),
    )


__all__ = ["Advance", "Advances", "Shape"]
