"""What an observation changed: changes, things learned about the past, findings."""

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
    """Whether an observation was informative.

    *new*: it was. *repeat*: it shows what is known, and is not older than the newest. *stale*: it
    is older than what is known, and shows nothing new.
    """

    NEW = "new"
    REPEAT = "repeat"
    STALE = "stale"


@frozen(kw_only=True)
class Standing:
    """A job's primary and secondary status, each None if unknown.

    ``inferred``: one of the two was not shown but follows from the rest.
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

    ``start`` and ``end`` are UTC times from a history; ``first_seen`` and ``last_seen`` are those
    of responses without a history. ``attempt`` counts from 1. The status was entered under
    ``primary``.
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
    """A change of the job's state: to the next status, or of the primary alone.

    ``before`` is None for the first state of a job. ``item`` is the entered timeline item; None if
    only the primary changed. ``at`` is the time in UTC, as far as known.
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
    """A change of an entry's message in place; never decide anything by it."""

    index: int
    status: str
    before: str | None
    after: str


@frozen(kw_only=True)
class Update:
    """What one observation changed.

    ``changes`` are the statuses passed since the last observation, in order, even if no poll saw
    them. ``learned`` are past statuses, before the known state, that this observation revealed.
    ``messages`` are in-place changes. ``epoch`` counts the jobs of this name, from 0; ``began``
    holds for the first observation of another one.
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
        """Whether the observation was informative."""
        return self.novelty is Novelty.NEW

    @property
    def is_repeat(self) -> bool:
        """Whether the observation shows only what is known."""
        return self.novelty is Novelty.REPEAT

    @property
    def is_stale(self) -> bool:
        """Whether the observation is older than what is known, and shows nothing new."""
        return self.novelty is Novelty.STALE


def joined(before: Update, after: Update) -> Update:
    """One update for two successive observations."""
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
