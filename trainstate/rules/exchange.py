"""One call of the API and its answer, beside what is known of the job and what the service does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from trainstate.history.instants import Instant, NotAnInstant, parse
from trainstate.history.model import Response
from trainstate.spec.model import RecordLayout, Spec

CREATE, DESCRIBE, STOP, DELETE, UPDATE, LIST = PARTS = (
    "create",
    "describe",
    "stop",
    "delete",
    "update",
    "list",
)
"""The parts that operations play, whatever a service calls them."""

ASK = "ask"
"""What is asked for beside: tuning jobs, a search, tags, logs, metrics."""

ENDED, WHOLE = "ended", "whole"
"""No calls: a job that was given time to end, and everything that was called."""


class Why(StrEnum):
    """Why the service refuses a request; *NOTHING* where it accepts it."""

    NOTHING = ""
    TAKEN = "name-taken"
    ABSENT = "no-such-job"
    OVER = "job-has-ended"
    ACTIVE = "job-is-active"
    INVALID = "invalid-request"


@frozen(kw_only=True)
class RefusalForm:
    """How the service refuses: the codes of the error, and a text that its message holds."""

    codes: tuple[str, ...]
    text: str = ""


@frozen(kw_only=True)
class Failure:
    """How a call failed. ``code`` is empty where the exception is no error of a service.

    ``type`` is the name of the exception's class; ``lacking`` holds where the operation
    is not there at all; ``internal`` where the service says that it broke.
    """

    type: str
    code: str = ""
    message: str = ""
    lacking: bool = False
    internal: bool = False

    @property
    def shown(self) -> str:
        """The code, or for what is no error of a service the exception."""
        return self.code or self.type


@frozen(kw_only=True)
class KnownJob:
    """What the calls so far have shown of a job.

    ``fresh`` holds while nothing can have changed since ``seen``, the last response.
    ``stopped`` tells of an accepted request to stop a job that was active; ``deleted`` of
    an accepted deletion; ``doubtful`` of a call after which nobody knows.
    ``age`` is the seconds since the creation, by the clock of the calls.
    """

    name: str
    request: Mapping[str, Any] = field(factory=dict)
    arn: str = ""
    age: float = 0.0
    seen: Response | None = None
    fresh: bool = False
    stopped: bool = False
    deleted: bool = False
    doubtful: bool = False

    @property
    def primary(self) -> str | None:
        """The primary that the last response showed."""
        return None if self.seen is None else self.seen.primary

    def is_over(self, spec: Spec) -> bool:
        """Holds if the job was seen ended: that never changes."""
        return self.primary in spec.terminal_primaries

    def is_active(self, spec: Spec) -> bool:
        """Holds if the job is active at this moment, as far as anybody can know."""
        known = self.primary in spec.primary_by_name
        return self.fresh and known and self.primary not in spec.ended_primaries


@frozen(kw_only=True)
class ListedJob:
    """What a list shows of a job; None for what is absent or of another type."""

    name: str | None
    arn: str | None
    primary: str | None
    created: Instant | None


def summary_of(members: Mapping[str, Any], layout: RecordLayout) -> ListedJob:
    """The summary that a mapping holds, whatever its values are."""
    try:
        created = parse(members.get(layout.created))[0]
    except NotAnInstant:
        created = None
    return ListedJob(
        name=_text(members.get(layout.name)),
        arn=_text(members.get(layout.arn)),
        primary=_text(members.get(layout.primary)),
        created=created,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


@frozen(kw_only=True)
class Listing:
    """The pages of a list of jobs, each with its summaries, and what was asked for.

    ``cut`` holds where pages were left unread. ``known`` are the jobs of these calls;
    the list may hold others.
    """

    asked: Mapping[str, Any]
    pages: tuple[tuple[ListedJob, ...], ...]
    known: Mapping[str, KnownJob]
    cut: bool = False

    @property
    def rows(self) -> tuple[ListedJob, ...]:
        """The summaries of all pages, in order."""
        return tuple(row for page in self.pages for row in page)


@frozen(kw_only=True)
class Exchange:
    """A call with its answer, and what is known.

    ``part`` is one of ``PARTS``, or ASK, ENDED or WHOLE; ``expected`` says whether the
    service accepts such a request, None where that cannot be known, and ``why`` it does
    not. ``standing`` is what was known of the job before the call. ``response`` is what
    a describe showed. ``limit`` is the seconds after which every job of this kind has
    ended, None for one without limit or where nobody controls the clock. ``polls``
    counts how often the job was asked about; ``spots`` are, of the jobs that may be
    interrupted, how many ended, and ``shown`` every status that any job showed.
    ``contradiction`` is how the answer contradicts those before it, empty where it does not.
    """

    spec: Spec
    part: str
    operation: str = ""
    fault: Failure | None = None
    documented: frozenset[str] = frozenset()
    refusal: RefusalForm | None = None
    expected: bool | None = None
    why: Why = Why.NOTHING
    standing: KnownJob | None = None
    response: Response | None = None
    answer: Mapping[str, Any] = field(factory=dict)
    listing: Listing | None = None
    limit: float | None = None
    polls: int = 0
    spots: int = 0
    shown: frozenset[str] = frozenset()
    contradiction: str = ""

    @property
    def accepted(self) -> bool:
        """Holds if a call was answered."""
        return self.part in (*PARTS, ASK) and self.fault is None

    @property
    def refused(self) -> bool:
        """Holds if a call was refused by an error that the service documents."""
        fault = self.fault
        return fault is not None and not fault.lacking and fault.code in self.documented


def stoppable(spec: Spec) -> frozenset[str]:
    """The primaries that a request to stop changes at once."""
    return frozenset(before for before, _ in _stops(spec))


def stopping(spec: Spec) -> frozenset[str]:
    """The primaries to which a request to stop changes a job."""
    return frozenset(after for _, after in _stops(spec))


def stops_at(spec: Spec) -> frozenset[str]:
    """The primaries with which a stopped job ends, races left out."""
    ends = [row for row in spec.primary_transitions if row.before in stopping(spec)]
    best = min((row.evidence.rank for row in ends), default=0)
    return frozenset(row.after for row in ends if row.evidence.rank == best)


def _stops(spec: Spec) -> Iterable[tuple[str, str]]:
    for row in spec.primary_transitions:
        if row.alone and row.after not in spec.ended_primaries:
            yield row.before, row.after
