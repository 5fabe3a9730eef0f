"""Regular times: those of a record as the service keeps it, in which no rule finds anything.

In 21 of 21 complete recordings the first entry starts with the job, each entry starts when
the one before ends, the training starts with the first entry that starts its clock and
ends with the last, and nothing is later than LastModifiedTime. Of such a response a rule
can say nothing that it would not say of any other with the same statuses and members:
so what a rule said of one holds for all. A response with other times takes the plain path.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from trainstate.check.past import Past
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Spec

_MARGIN = 1e-3  # what rounding can do to a difference of two times
_MOST = 1e11  # a number of seconds since 1970; milliseconds are larger


@frozen(kw_only=True)
class Regular:
    """What regular times are judged by: the facts, and how far times may be apart.

    ``limited`` are the statuses that tell a limit to have been reached, with whether it
    counts from the start of the training, instead of the creation.
    """

    near: float
    training: float
    overrun: float
    grace: float
    limit: float
    clock_starts: frozenset[str]
    clock_breaks: frozenset[str]
    limited: Mapping[str, bool]
    terminal: frozenset[str]

    @classmethod
    def of(cls, spec: Spec, tolerances: Tolerances) -> Regular | None:
        """For a specification; None for tolerances that leave no time regular."""
        near = min(tolerances.join, tolerances.order) - _MARGIN
        training = tolerances.training - _MARGIN
        if min(near, training, tolerances.overrun, tolerances.grace) <= 0:
            return None
        return cls(
            near=near,
            training=training,
            overrun=tolerances.overrun,
            grace=tolerances.grace,
            clock_starts=frozenset(spec.time.clock_starts),
            clock_breaks=frozenset(spec.time.clock_breaks),
            limit=tolerances.limit,
            limited={
                status: spec.time.spans.get(status) == spec.layout.started
                for status in spec.time.limits
            },
            terminal=spec.terminal_secondaries,
        )

    def is_near(self, created: Any, start: Any) -> bool:
        """Holds if the first entry starts a moment after the creation."""
        return created < start and between(created, start) < self.near

    def has_reached(self, glance: Any, begun: Any, limits: Mapping[str, float]) -> bool:
        """Holds if a job whose status tells of one of these limits has plainly reached it.

        ``begun`` is the start of the last entry.
        """
        status = glance.secondary
        least = limits[status] - self.limit + _MARGIN
        last = begun if glance.ended is None else glance.ended
        if between(glance.created, last) < least:
            return False
        if not self.limited[status]:
            return True
        counted = glance.training
        if counted is None and glance.started is not None and glance.ended is not None:
            counted = between(glance.started, glance.ended)
        return counted is None or counted >= least

    def clock_start(self, entries: list[Any]) -> Any:
        """When the first of the entries starts that starts the clock; None if none does."""
        for entry in entries:
            if entry.status in self.clock_starts:
                return entry.start
        return None

    def joined(self, entries: list[Any], past: Past, *, clocked: bool) -> Past | None:
        """The times of a history with some entries more; None if they do not join it.

        The first of them must start when the last known one does; ``clocked`` holds if the
        clock of the training has started before.
        """
        start, trained, broken = past.begun, past.trained, past.broken
        begun, final = start, entries[-1]
        for entry in entries:
            if entry.start != start:
                return None
            begun, end = start, entry.end
            if end is None:
                return Past(begun, begun, False, trained, broken) if entry is final else None
            if end < start or (end != start and entry.status in self.terminal):
                return None
            if entry.status in self.clock_starts:
                trained, clocked = trained + between(start, end), True
            elif clocked and entry.status in self.clock_breaks:
                broken += between(start, end)
            start = end
        return Past(begun, start, True, trained, broken)

    def excess(self, glance: Any, past: Past, limit: float) -> int | None:
        """0 where the seconds of training are the clock's, -1 where a stop explains fewer.

        None for any other number, or where a limit is overrun.
        """
        training, ended = glance.training, glance.ended
        if past.trained > limit + self.grace - _MARGIN:
            return None
        passed = None
        if ended is not None and glance.started is not None:
            passed = between(glance.started, ended)
        spent = passed if training is None else training
        if spent is not None and not 0 <= spent <= limit + self.overrun:
            return None
        if training is None or passed is None or abs(training - passed) < self.training:
            return 0
        # A time that is cut to the second may be one more off.
        lacking = passed - training
        if lacking < self.training + 1 + 2 * _MARGIN or lacking - past.broken >= self.training:
            return None
        return -1


def between(earlier: Any, later: Any) -> float:
    """Seconds from one time to another."""
    if type(earlier) is float:
        return float(later - earlier)
    return float((later - earlier).total_seconds())


def is_dated(created: Any, modified: Any) -> bool:
    """Holds if two times have an offset, or are seconds since 1970."""
    if isinstance(created, datetime):
        return created.tzinfo is not None
    return bool(created >= 0 and modified < _MOST)


__all__ = ["Regular", "between", "is_dated"]
