"""How a line takes its job on, if it does so as records do: its shape, and what it adds.

Everything here compares; what is not as it regularly is gives None, and the line takes the
plain path.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import msgspec
from attrs import define, frozen

from trainstate.check.glance import Glances
from trainstate.check.memory import Place, Setting
from trainstate.check.polled import Facts, Polled
from trainstate.check.regular import Regular, is_dated, joined
from trainstate.check.setting import Settings

Fresh = tuple[tuple[str, str], ...]
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

    glances: Glances
    settings: Settings
    regular: Regular

    def first(self, glance: Any) -> Advance | None:
        """Of the first line of a job."""
        history, created = bytes(glance.history), glance.created
        entries = self.glances.entries(history)
        if not entries or not is_dated(created, glance.modified):
            return None
        begun = entries[0].start
        near = begun != created
        if near and not self.regular.is_near(created, begun):
            return None
        last = joined(entries, begun, self.regular.terminal)
        if last is None or glance.started not in (None, self.regular.clock_start(entries)):
            return None
        values = msgspec.structs.astuple(glance)
        setting = self.settings.setting(values)
        excess = None if setting is None else self._excess(glance, last, setting)
        if setting is None or excess is None:
            return None
        groups = self.glances
        machines = b"\n".join(values[groups.attached.place])
        statuses = self.settings.attached(values, machines)
        fresh = None if statuses is None else self.settings.fresh((), statuses)
        counts = _grown((), self._counts(glance, values))
        if fresh is None or counts is None or not groups.results.is_well_typed(values):
            return None
        closed, kinds = entries[-1].end is not None, groups.shown.kinds(values)
        grown = tuple([entry.status for entry in entries])
        shape = (setting, near, excess, grown, closed, kinds, *_shape(glance))
        cut = history.rfind(b"{")
        facts = Facts(
            created=created,
            begun=entries[-1].start,
            last=last,
            started=glance.started,
            setting=setting,
            counts=counts,
            statuses=statuses,
            fixed=hash(b"\n".join(values[groups.fixed])),
            attached=hash(machines),
            results=hash(b"\n".join(values[groups.results.place])),
            kinds=kinds,
            history=hash(history),
            cut=cut,
            before_cut=hash(history[:cut]),
        )
        return Advance(shape, fresh, facts)

    def following(self, job: Polled, place: Place, known: Facts, glance: Any) -> Advance | None:
        """Of a line that follows another of its job."""
        values, groups = msgspec.structs.astuple(glance), self.glances
        if hash(b"\n".join(values[groups.fixed])) != known.fixed:
            return None
        standing = job.standing
        facts = self._history(known, standing.statuses[-1], standing.closed, glance)
        counts = _grown(known.counts, self._counts(glance, values))
        if facts is None or counts is None:
            return None
        facts, entries, closed = facts
        if glance.started != known.started and not (
            known.started is None
            and not place.clocked
            and glance.started == self.regular.clock_start(entries)
        ):
            return None
        excess = self._excess(glance, facts.last, known.setting)
        if excess is None:
            return None
        fresh = self._attached(known, facts, values)
        if fresh is None:
            return None
        facts.results = hash(b"\n".join(values[groups.results.place]))
        if facts.results != known.results and not groups.results.is_well_typed(values):
            return None
        facts.kinds = groups.shown.kinds(values)
        facts.started, facts.counts = glance.started, counts
        grown = tuple([entry.status for entry in entries[1:]])
        tied = glance.modified == job.modified
        shape = (tied, excess, grown, closed, facts.kinds, *_shape(glance))
        return Advance(shape, fresh, facts)

    def _attached(self, known: Facts, facts: Facts, values: tuple[Any, ...]) -> Any:
        """The statuses of attached machines that are new; None where one may not follow."""
        written = b"\n".join(values[self.glances.attached.place])
        facts.attached = hash(written)
        if facts.attached == known.attached:
            return ()
        seen = self.settings.attached(values, written)
        if seen is None:
            return None
        kept = {(machine, item): status for machine, item, status in (*known.statuses, *seen)}
        facts.statuses = tuple((*key, status) for key, status in kept.items())
        return self.settings.fresh(known.statuses, seen)

    def _history(self, known: Facts, status: str, closed: bool, glance: Any) -> Any:
        """What a history adds to the known one; None where it does not go on from there.

        Gives the facts so far, the last known entry with those after it, and whether the
        last one is closed.
        """
        written = bytes(glance.history)
        history = hash(written)
        facts = copy(known)
        facts.history = history
        if history == known.history:
            return facts, (), closed
        if hash(written[: known.cut]) != known.before_cut:
            return None
        entries = self.glances.entries(b"[" + written[known.cut :])
        if not entries or entries[0].status != status or entries[0].start != known.begun:
            return None
        last = joined(entries, known.begun, self.regular.terminal)
        if last is None or (closed and (len(entries) > 1 or last != known.last)):
            return None
        facts.begun, facts.last, facts.cut = entries[-1].start, last, written.rfind(b"{")
        facts.before_cut = hash(written[: facts.cut])
        return facts, entries, entries[-1].end is not None

    def _counts(self, glance: Any, values: tuple[Any, ...]) -> tuple[int | None, ...]:
        return (glance.training, glance.billable, *values[self.glances.counts.place])

    def _excess(self, glance: Any, last: Any, setting: Setting) -> int | None:
        """How the seconds of training lie to the clock; None where the times are not regular."""
        if glance.secondary in self.regular.limited or glance.modified < last:
            return None
        if glance.ended is not None and glance.ended != last:
            return None
        return self.regular.excess(glance, setting.limit)


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
