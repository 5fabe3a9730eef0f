"""What an observation brought: changes, things learned about the past, findings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import evolve, field, frozen

from trainstate.checking.report import Finding
from trainstate.spec.outcome import Outcome


class Provenance(StrEnum):
    """How a status of the timeline is known.

    *read*: from a history, with its times. *seen*: a response showed it at some moment.
    *inferred*: every legal run passes it between what was read and seen.
    """

    READ = "read"
    SEEN = "seen"
    INFERRED = "inferred"


class Novelty(StrEnum):
    """Whether an observation taught anything.

    *new*: it did. *repeat*: it shows what is known, and is not older than the newest.
    *stale*: it is older than what is known, and taught nothing.
    """

    NEW = "new"
    REPEAT = "repeat"
    STALE = "stale"


@frozen(kw_only=True)
class Standing:
    """Where a job stands: its primary and secondary status, each None where unknown.

    ``inferred`` holds if one of the two was not shown and follows from the rest.
    """

    primary: str | None = None
    secondary: str | None = None
    inferred: bool = False

    @property
    def pair(self) -> tuple[str | None, str | None]:
        """The primary and the secondary status."""
        return self.primary, self.secondary

    def __str__(self) -> str:
        return f"{self.primary or '?'}/{self.secondary or '?'}"


@frozen(kw_only=True)
class TimelineItem:
    """A status that the job passed or is in.

    ``start`` and ``end`` are times in UTC, from a history; ``first_seen`` and ``last_seen``
    are those of responses without a history. ``attempt`` counts from 1. ``primary`` is the
    one under which the status was entered.
    """

    status: str
    primary: str
    provenance: Provenance
    attempt: int = 1
    start: datetime | None = None
    end: datetime | None = None
    message: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None


@frozen(kw_only=True)
class Change:
    """A change of the job's state: one status further, or the primary alone.

    ``before`` is None for the first state of a job. ``item`` is the timeline's item
    that was entered; None where only the primary changed. ``at`` is the time in UTC, as
    far as it is known.
    """

    before: Standing | None
    after: Standing
    item: TimelineItem | None = None
    at: datetime | None = None

    @property
    def provenance(self) -> Provenance:
        """How the change is known."""
        return Provenance.SEEN if self.item is None else self.item.provenance

    def __str__(self) -> str:
        return f"{self.before or '(none)'} -> {self.after}"


@frozen(kw_only=True)
class MessageChange:
    """The message of an entry changed in place; never a reason to decide anything."""

    index: int
    status: str
    before: str | None
    after: str


@frozen(kw_only=True)
class Update:
    """What one observation brought.

    ``changes`` are the statuses passed since the last observation, in order, those too
    that no poll saw. ``learned`` are statuses of the past, before the state that was
    known, which this observation told of. ``messages`` are in-place changes. ``epoch``
    counts the jobs that had the name, from 0; ``began`` holds with the first
    observation of another one.
    """

    novelty: Novelty
    state: Standing
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    learned: tuple[TimelineItem, ...] = ()
    messages: tuple[MessageChange, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    epoch: int = 0
    began: bool = False

    @property
    def is_new(self) -> bool:
        """Holds if the observation taught anything."""
        return self.novelty is Novelty.NEW

    @property
    def is_repeat(self) -> bool:
        """Holds if the observation shows what is known already."""
        return self.novelty is Novelty.REPEAT

    @property
    def is_stale(self) -> bool:
        """Holds if the observation is older than what is known, and taught nothing."""
        return self.novelty is Novelty.STALE


def joined(before: Update, after: Update) -> Update:
    """One update for two observations, the first of which came first."""
    both = before.novelty, after.novelty
    return evolve(
        after,
        novelty=next((kind for kind in Novelty if kind in both), after.novelty),
        changes=before.changes + after.changes,
        learned=before.learned + after.learned,
        messages=before.messages + after.messages,
        findings=before.findings + after.findings,
        began=before.began or after.began,
    )
