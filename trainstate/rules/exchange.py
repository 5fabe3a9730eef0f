"""One API call and its answer, with what is known of the job and what the service does."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from trainstate.history.instants import Instant, NotAnInstant, parse
from trainstate.history.model import Response
from trainstate.rules.wording import pair_text
from trainstate.spec.model import RecordLayout, Spec

PARTS = ("create", "describe", "stop", "delete", "update", "list")
CREATE, DESCRIBE, STOP, DELETE, UPDATE, LIST = PARTS
"""Roles of operations, whatever a service calls them."""

ASK = "ask"
"""Other calls: tuning jobs, searches, tags, logs, metrics."""

ENDED, WHOLE = "ended", "whole"
"""Not calls: a job that had time to end, and the whole session."""


class Why(StrEnum):
    """Why the service refuses a request; *NOTHING* if it accepts it."""

    NOTHING = ""
    TAKEN = "name-taken"
    ABSENT = "no-such-job"
    OVER = "job-has-ended"
    ACTIVE = "job-is-active"
    INVALID = "invalid-request"


@frozen(kw_only=True)
class RefusalForm:
    """How the service refuses: the error codes, and a text in the message."""

    codes: tuple[str, ...]
    text: str = ""


@frozen(kw_only=True)
class Failure:
    """How a call failed. ``code`` is empty if the exception is not a service error.

    ``type`` is the name of the exception's class; ``lacking`` holds if the operation does not
    exist; ``internal`` if the service says that it broke.
    """

    type: str
    code: str = ""
    message: str = ""
    lacking: bool = False
    internal: bool = False

    @property
    def shown(self) -> str:
        """The code, or the exception if it is not a service error."""
        return self.code or self.type


@frozen(kw_only=True)
class KnownJob:
    """What the calls so far have shown of a job.

    ``fresh`` holds while nothing can have changed since ``seen``, the last response.
    ``stopped``: a request to stop the active job was accepted; ``deleted``: a deletion was;
    ``doubtful``: a call had an uncertain effect. ``age`` is seconds since the creation, by
    the clock of the calls.
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
        """The primary status in the last response."""
        return None if self.seen is None else self.seen.primary

    def pair(self, spec: Spec) -> str:
        """The pair in the last response, in words."""
        seen = self.seen
        return pair_text((None, None) if seen is None else (seen.primary, seen.secondary), spec)

    def is_over(self, spec: Spec) -> bool:
        """Whether the job was seen ended, which is final."""
        return self.primary in spec.terminal_primaries

    def is_active(self, spec: Spec) -> bool:
        """Whether the job is now active, as far as can be known."""
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
    """The summary in a mapping, whatever its values are."""
    try:
        created = parse(members.get(layout.created))[0]
    except NotAnInstant:
        created = None
    shown = [members.get(name) for name in (layout.name, layout.arn, layout.primary)]
    name, arn, primary = (value if isinstance(value, str) else None for value in shown)
    return ListedJob(name=name, arn=arn, primary=primary, created=created)


@frozen(kw_only=True)
class Listing:
    """Pages of a job list, each with its summaries, and the request.

    ``cut`` holds if pages were left unread. ``known`` are the jobs of these calls; the list
    may hold others.
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

    ``part`` is one of ``PARTS``, or ASK, ENDED or WHOLE. ``expected`` says whether the service
    accepts such a request, None if that is unknown, and ``why`` it does not. ``standing`` is
    what was known of the job before the call, ``response`` what a describe showed. ``limit``
    is the seconds after which every job of this kind has ended, None without a limit or if
    nobody controls the clock. ``polls`` counts the polls of the job, ``spots`` the ended jobs
    among those that may be interrupted; ``shown`` are all statuses that any job showed.
    ``contradiction`` is how the answer contradicts earlier ones, empty if it does not.
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
        """Whether a call was answered."""
        return self.part in (*PARTS, ASK) and self.fault is None

    @property
    def refused(self) -> bool:
        """Whether a call was refused with a documented error."""
        fault = self.fault
        return fault is not None and not fault.lacking and fault.code in self.documented


def stoppable(spec: Spec) -> frozenset[str]:
    """Primaries that a stop request changes at once."""
    return frozenset(before for before, _ in _stops(spec))


def stopping(spec: Spec) -> frozenset[str]:
    """Primaries to which a stop request changes a job."""
    return frozenset(after for _, after in _stops(spec))


def stops_at(spec: Spec) -> frozenset[str]:
    """Primaries with which a stopped job ends, races left out."""
    ends = [row for row in spec.primary_transitions if row.before in stopping(spec)]
    best = min((row.evidence.rank for row in ends), default=0)
    return frozenset(row.after for row in ends if row.evidence.rank == best)


def _stops(spec: Spec) -> Iterable[tuple[str, str]]:
    for row in spec.primary_transitions:
        if (row.alone or not spec.layout.secondary) and row.after not in spec.ended_primaries:
            yield row.before, row.after
