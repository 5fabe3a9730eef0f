"""Regular times and amounts: those of a record as the service keeps it.

In 21 of 21 complete recordings the first entry starts with the job, each entry starts when
the one before ends, the training starts with the first entry that starts its clock and ends
with the last, nothing is later than LastModifiedTime, and the seconds are those of the
clock. Of such a response no rule of times and amounts says anything: so only others are
asked about. A property test holds that against every rule. So it is with members that fit each
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from trainstate.checking.constrained import Constrained
from trainstate.history.instants import SECOND, since
from trainstate.history.typed import ABSENT, Entry, Typed
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Spec

_MARGIN = 1e-3  # what rounding can do to a difference of two times


@frozen(kw_only=True, eq=False)
class Regular:
    """What regular times are judged by: the facts, and how far times may be apart, in seconds."""

    near: float
    training: float
    starts: frozenset[str]
    breaks: frozenset[str]
    terminal: frozenset[str]
    ended: frozenset[str]
    limited: frozenset[str]
    launched: tuple[float, datetime]
    constrained: Constrained
    artifacts: str

    @classmethod
    def of(cls, spec: Spec, tolerances: Tolerances) -> Regular:
        """For a specification."""
        return cls(
            near=min(tolerances.join, tolerances.order) - _MARGIN,
            training=tolerances.training - _MARGIN,
            starts=frozenset(spec.time.clock_starts),
            breaks=frozenset(spec.time.clock_breaks),
            terminal=spec.terminal_secondaries,
            ended=spec.ended_primaries,
            limited=frozenset(spec.time.limits),
            launched=_in_both_kinds(since(spec.time.launched) or 0),
            constrained=Constrained.of(spec),
            artifacts=spec.layout.artifacts,
        )

    def holds(self, typed: Typed, entries: Sequence[Entry], *, limit: float, saves: bool) -> bool:
        """Whether the times and amounts of a response are regular, and its members fit each other.

        ``limit`` is the smallest limit of the job, in seconds from any moment: a job that is
        younger has reached none, and does not say so. ``saves`` holds if the job can be
        billed less than it trained.
        """
        created, modified = typed.created, typed.modified
        kind = float if type(created) is float else datetime
        times = (modified, typed.started, typed.ended)
        if not entries or not all(time is None or isinstance(time, kind) for time in times):
            return False
        try:
            last = self._joined(created, entries)
            late = last is None or last > modified or between(created, modified) >= limit
            late |= created < self.launched[kind is datetime]
        except TypeError:  # an entry has times of another kind
            return False
        early = typed.ended is None and getattr(typed, self.artifacts) is not ABSENT
        if late or early or typed.secondary in self.limited:
            return False
        clocked = self._is_clocked(typed, entries, last) and self._is_counted(
            typed, entries, limit=limit, saves=saves
        )
        return clocked and self.constrained.holds(typed)

    def _joined(self, created: Any, entries: Sequence[Entry]) -> Any:
        """The last time of a history whose entries join; None if they do not."""
        first, final = entries[0].start, entries[-1]
        if first != created and not (first > created and between(created, first) < self.near):
            return None
        moment = first
        for entry in entries:
            if entry.start != moment:
                return None
            end = entry.end
            if end is None:
                going = entry is final and entry.status not in self.terminal
                return moment if going else None
            if end < moment or (entry.status in self.terminal and end != moment):
                return None
            moment = end
        return moment

    def _is_clocked(self, typed: Typed, entries: Sequence[Entry], last: Any) -> bool:
        """Whether the training starts with the first entry that starts the clock, and ends last."""
        started = next((entry.start for entry in entries if entry.status in self.starts), None)
        ended = typed.primary in self.ended
        if typed.started != started or (entries[-1].end is None) is ended:
            return False
        return bool(typed.ended == (last if ended else None))

    def _is_counted(
        self, typed: Typed, entries: Sequence[Entry], *, limit: float, saves: bool
    ) -> bool:
        """Whether the seconds are those of the clock; a stop can take its own away."""
        training, billable = typed.training, typed.billable
        if training is None and billable is None:
            return True
        if training is None or typed.started is None or training < 0:
            return False
        if billable is not None and not (
            billable == training or (saves and 0 <= billable < training)
        ):
            return False
        if typed.ended is None:
            return training < limit
        passed = between(typed.started, typed.ended)
        begun = next(at for at, entry in enumerate(entries) if entry.status in self.starts)
        broken = [entry for entry in entries[begun:] if entry.status in self.breaks]
        lost = sum(between(entry.start, entry.end) for entry in broken)
        near = self.training
        return billable is not None and passed - lost - near < training < passed + near


def _in_both_kinds(instant: int) -> tuple[float, datetime]:
    """An instant in the two ways in which typed times are."""
    seconds = instant / SECOND
    return seconds, datetime.fromtimestamp(seconds, UTC)


def between(earlier: Any, later: Any) -> float:
    """Seconds from one time to another."""
    if type(earlier) is float:
        return float(later - earlier)
    return float((later - earlier).total_seconds())


__all__ = ["Regular", "between"]
