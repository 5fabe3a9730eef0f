"""How a line takes its job on, if it does so as records do: its shape, and what it adds.

Everything here compares; what is not as it regularly is gives None, and the line takes the
plain path.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from typing import Any

import msgspec
from attrs import field, frozen

from trainstate.check.glance import Glances
from trainstate.check.memory import Place
from trainstate.check.past import Past
from trainstate.check.polled import Facts, Polled
from trainstate.check.regular import Regular, is_dated
from trainstate.check.setting import Fresh, Settings
from trainstate.machine.step import touched
from trainstate.spec.model import Spec

Shape = tuple[Any, ...]
"""What rules can tell of a regular line, as something that can be looked up."""


class Advance(msgspec.Struct, gc=False, eq=False):
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
    is_arn: Callable[[str], Any] = field(init=False)
    uncounted: tuple[None, ...] = field(init=False)

    @is_arn.default
    def _plain_arn(self) -> Callable[[str], Any]:
        """Whether an ARN is one of which rules say nothing: not for those that are masked."""
        layout = self.spec.layout
        if not layout.resource:
            return bool
        service = re.escape(layout.service) if layout.service else "[a-z0-9-]+"
        head = rf"arn:aws[a-z-]*:{service}:[a-z0-9-]+:[0-9]{{12}}"
        return re.compile(rf"{head}:{re.escape(layout.resource)}/.+", re.DOTALL).fullmatch

    @uncounted.default
    def _none(self) -> tuple[None, ...]:
        return (None,) * (2 + len(self.glances.counts.members))

    def first(self, glance: Any) -> Advance | None:
        """Of the first line of a job."""
        written, created = bytes(glance.history), glance.created
        entries = self.glances.entries(written)
        if not entries or not self.is_arn(glance.arn) or not is_dated(created, glance.modified):
            return None
        begun = entries[0].start
        near = begun != created
        if near and not self.regular.is_near(created, begun):
            return None
        origin = Past(begun, begun, False, 0.0, 0.0)
        past = self._past(entries, origin, written, hash(written), clocked=False)
        if past is None or glance.started not in (None, self.regular.clock_start(entries)):
            return None
        values = msgspec.structs.astuple(glance)
        loose, exact = self.glances.loose.written(values), self.glances.exact.written(values)
        setting = self.settings.setting(values, loose, exact)
        if setting is None:
            return None
        grown = tuple([entry.status for entry in entries])
        facts = Facts(
            *(created, glance.started, setting, past, self.uncounted, (), b""),
            *(hash((loose, exact)), hash(b"\n".join(values[self.glances.come])), 0, 0),
            *(hash(glance.reason), glance.ended is not None),
        )
        fresh = self._come(facts, values)
        if fresh is None:
            return None
        history = (near, setting.absent, grown)
        guards = touched(self.spec, grown)
        return self._advance(glance, values, facts, fresh, history=history, guards=guards)

    def following(self, job: Polled, place: Place, known: Facts, glance: Any) -> Advance | None:
        """Of a line that follows another of its job."""
        values, groups = msgspec.structs.astuple(glance), self.glances
        if hash((groups.loose.written(values), groups.exact.written(values))) != known.fixed:
            return None
        standing = job.standing
        last = standing.statuses[-1]
        found = self._gone_on(known.past, last, bytes(glance.history), clocked=place.clocked)
        if found is None:
            return None
        past, entries = found
        if glance.started != known.started and not self._starts(known, place, glance, entries):
            return None
        come = hash(b"\n".join(values[groups.come]))
        facts = Facts(
            *(known.created, glance.started, known.setting, past, known.counts, known.statuses),
            *(known.kinds, known.fixed, come, known.attached, known.outcome),
            *(hash(glance.reason), glance.ended is not None),
        )
        fresh = () if come == known.come else self._come(facts, values)
        if fresh is None:
            return None
        grown, guards = tuple([entry.status for entry in entries[1:]]), place.guards
        if grown:
            guards += touched(self.spec, (last, *grown))
        history = (glance.modified == job.modified, grown)
        advance = self._advance(glance, values, facts, fresh, history=history, guards=guards)
        # What an ended job has to tell does not change any more, or a rule has a word on it.
        return advance if not standing.ended or _is_kept(known, facts) else None

    def _starts(self, known: Facts, place: Place, glance: Any, entries: Any) -> bool:
        """Whether the training starts with the first of the new entries that can start it."""
        if known.started is not None or place.clocked:
            return False
        return bool(glance.started == self.regular.clock_start(entries))

    def _advance(
        self,
        glance: Any,
        values: tuple[Any, ...],
        facts: Facts,
        fresh: Fresh,
        *,
        history: Shape,
        guards: tuple[str, ...],
    ) -> Advance | None:
        """The advance by a history that goes on, if the numbers and times fit it."""
        setting, past = facts.setting, facts.past
        primary, secondary, ended = glance.primary, glance.secondary, glance.ended
        training, billable, reason = glance.training, glance.billable, glance.reason
        if glance.modified < past.last or ended not in (None, past.last):
            return None
        if (training or billable) and glance.started is None:
            return None
        limited = secondary in setting.limits
        if limited and not self.regular.has_reached(glance, past.begun, setting.limits):
            return None
        excess = self.regular.excess(glance, past, setting.limit)
        others = values[self.glances.counts.place]
        counts = _grown(facts.counts, (training, billable, *others))
        if excess is None or counts is None:
            return None
        facts.counts = counts
        holds, saving, billed = setting.config.of, None, None
        if billable != training:
            saving = holds(self.spec.time.savings_guard)
        if not billable and training is not None and billable != training:
            return None  # whether the job is billed by its time is not in the shape
        if training is not None and billable is not None:
            billed = (billable > training) - (billable < training)
        shape = (
            *history,
            *(excess, limited, past.closed, facts.kinds, saving, billed, primary, secondary),
            *(glance.started is None, ended is None, training is None, billable is None),
            None if reason is None else not reason or reason.isspace(),
            tuple([holds(guard) for guard in guards]) if guards else (),
            tuple([others[at] is None for at in self.glances.telling]),
        )
        return Advance(shape, fresh, facts)

    def _come(self, facts: Facts, values: tuple[Any, ...]) -> Fresh | None:
        """The statuses of attached machines that are new; None where a result does not fit."""
        fresh = self._attached(facts, values)
        return fresh if fresh is not None and self._has_come(facts, values) else None

    def _attached(self, facts: Facts, values: tuple[Any, ...]) -> Fresh | None:
        """The statuses of attached machines that are new; None where one may not follow."""
        written = self.glances.attached.written(values)
        attached = hash(written)
        if attached == facts.attached:
            return ()
        seen = self.settings.attached(values, written)
        merged = None if seen is None else self.settings.merged(facts.statuses, seen)
        if merged is None:
            return None
        facts.attached, facts.statuses = attached, merged[0]
        return merged[1]

    def _has_come(self, facts: Facts, values: tuple[Any, ...]) -> bool:
        """Whether the results are of their types, so that rules see only which there are."""
        groups = self.glances
        shown, results = groups.shown.written(values), groups.results.written(values)
        if shown[:1] == b"{" and not _TELLS(shown):
            return False
        outcome = hash((shown, results))
        if outcome == facts.outcome:
            return True
        kinds = groups.shown.kinds(shown)
        if kinds is None or groups.results.kinds(results) is None:
            return False
        facts.outcome, facts.kinds = outcome, kinds
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
        entries = self.glances.entries(b"[" + written[known.cut :])
        if not entries or entries[0].status != status:
            return None
        if known.closed:  # its message may change, and nothing else
            same = len(entries) == 1 and entries[0].start == known.begun
            if not same or entries[0].end != known.last:
                return None
            past: Past | None = copy(known)
        else:
            past = self.regular.joined(entries, known, clocked=clocked)
        return None if past is None else (_written(past, written, whole), entries)

    def _past(
        self, entries: list[Any], origin: Past, written: bytes, whole: int, *, clocked: bool
    ) -> Past | None:
        past = self.regular.joined(entries, origin, clocked=clocked)
        return None if past is None else _written(past, written, whole)


def _written(past: Past, written: bytes, whole: int) -> Past:
    """The history by how it is written, and where its last entry begins in that."""
    cut = written.rfind(b"{")
    past.written, past.cut, past.before_cut = whole, cut, hash(written[:cut])
    return past


_MOST_COUNTED = 2**40
# A structure whose first member is a text that is not blank.
_TELLS = re.compile(rb'\{\s*"[^"\\]*"\s*:\s*"[^"\s\\]').match


def _grown(
    known: tuple[int | None, ...], seen: tuple[int | None, ...]
) -> tuple[int | None, ...] | None:
    """Numbers that only grow, each as it was last; None where one has not."""
    if known == seen:
        return known
    found: list[int | None] = []
    for before, after in zip(known, seen, strict=True):
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


__all__ = ["Advance", "Advances", "Shape"]
