"""The domain: a response read from a recording, and the entries of its history."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from attrs import field, frozen

from trainstate.history.identity import job_of
from trainstate.history.instants import Instant

MOST_SECONDS = 2**53
"""Seconds beyond which a number is none of a job's; NaN and infinity are beyond, too."""


class Kind(StrEnum):
    """What a response was read from; it decides how much of the record it can show."""

    RESPONSE = "response"
    SEARCH = "search"
    SUMMARY = "summary"
    EVENT = "event"
    LOG = "log"

    # The enumeration's own is written in Python: membership of a kind is asked by many rules.
    __hash__ = str.__hash__


@frozen(kw_only=True)
class Origin:
    """Where a record was read: file, line (from 1), the reader's name, a place inside the line.

    ``pointer`` is the JSON pointer of the record inside its document, empty where the
    record is the whole document; ``ordinal`` counts the histories of a log or a
    notebook cell from 1. ``whole`` holds if nobody can have left anything out of the record.
    """

    file: str | None = None
    line: int | None = None
    reader: str = "mapping"
    pointer: str = ""
    cell: int | None = None
    ordinal: int | None = None
    whole: bool = False


@frozen(kw_only=True)
class Envelope:
    """What an event says around its detail; None and empty where it is absent, or no text.

    ``odd`` are members whose value is none: a time that is no time, a text for a list, an id
    that is no UUID.
    """

    source: str | None = None
    type: str | None = None
    account: str | None = None
    region: str | None = None
    resources: tuple[str, ...] = ()
    time: Instant | None = None
    odd: tuple[tuple[str, object], ...] = ()


@frozen(kw_only=True)
class Problem:
    """A value that could not be read as what its member holds, or is none that it can hold.

    ``kind`` is *wrong-type* or *bad-timestamp* where it could not be read, *undeclared-value* or
    *absent-part* where it has not the shape that the API declares; ``pointer`` is the JSON
    pointer of the value inside the response; ``expected`` says what belongs there.
    """

    kind: str
    pointer: str
    value: object
    expected: str


@frozen(kw_only=True)
class Entry:
    """One entry of the history: what AWS calls a SecondaryStatusTransition.

    ``status`` is the specification's spelling, or what was written where that is
    unknown; ``written`` is what the recording says. ``end`` is None while the entry is
    open. Times are instants, None where absent or unreadable. A log's entries have
    neither start nor end: ``stamp`` is the time that was printed, an upper bound.
    """

    status: str
    written: str
    start: Instant | None = None
    end: Instant | None = None
    message: str | None = None
    stamp: Instant | None = None


@frozen(kw_only=True)
class Response:
    """A partial reading of a job's record at some moment.

    ``primary`` and ``secondary`` have the specification's spelling (or the written one
    where that is unknown) and are None where absent; ``history`` is None where the
    response has none and empty where it has an empty one. ``instants`` holds every
    timestamp member that could be read; ``members`` the response as it was recorded,
    under the service's names, never changed. ``naive`` lists the JSON pointers of
    times without an offset. ``envelope`` is that of an event, None for anything else.
    ``machine`` is the name of its machine, empty for the one that is asked for.
    """

    kind: Kind
    name: str | None
    arn: str | None
    created: Instant | None
    modified: Instant | None
    primary: str | None
    secondary: str | None
    written_primary: str | None
    written_secondary: str | None
    history: tuple[Entry, ...] | None
    instants: Mapping[str, Instant]
    members: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    naive: tuple[str, ...] = ()
    zoned: bool = False
    lacking: tuple[str, ...] | None = field(default=None, eq=False, repr=False)
    origin: Origin = field(factory=Origin)
    envelope: Envelope | None = None
    machine: str = ""

    @property
    def identity(self) -> str | None:
        """The ARN, where it names a job; None where it was redacted, or is none."""
        return None if job_of(self.arn) is None else self.arn

    @property
    def job(self) -> str:
        """The ARN, or the name, or where a nameless history was read."""
        return self.identity or self.name or self.arn or place_of(self.origin)

    @property
    def described(self) -> bool:
        """Holds if it was read from the job's whole record: by Describe, or by Search."""
        return self.kind in (Kind.RESPONSE, Kind.SEARCH)

    @property
    def called(self) -> str:
        """The name that all records of the job share, whatever names it: without capitals.

        ARNs have names in lower case. A history that names no job is called by its place.
        """
        return called(self.arn, self.name) or self.job.casefold()

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        """The statuses of the history, in order; empty where there is none."""
        return tuple(entry.status for entry in self.history or ())

    @cached_property
    def unread(self) -> frozenset[str]:
        """The JSON pointers of the values that could not be read."""
        unread = (one for one in self.problems if one.kind in ("wrong-type", "bad-timestamp"))
        return frozenset(problem.pointer for problem in unread)

    def get(self, pointer: str) -> Any:
        """The recorded value at a member's name or a JSON pointer; None where absent."""
        return value_at(self.members, pointer)

    def seconds(self, member: str) -> float | None:
        """A member that holds a number of seconds; None where it is absent or no such number."""
        value = self.members.get(member)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value if abs(value) < MOST_SECONDS else None


def called(arn: str | None, name: str | None) -> str | None:
    """The name of a job without capitals: its ARN's, or its own; None where neither names it."""
    found = job_of(arn) or name
    return None if found is None else found.casefold()


def value_at(members: Mapping[str, Any], pointer: str) -> Any:
    """The value in a mapping at a name or a JSON pointer; None where there is none."""
    value: Any = members
    for step in _steps(pointer):
        if not isinstance(value, dict | Mapping):
            return None
        value = value.get(step)
    return value


def number_at(response: Response, pointer: str) -> int | None:
    """The whole number at a JSON pointer; None where there is none."""
    value = response.get(pointer)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@lru_cache(maxsize=1024)
def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(pointer.removeprefix("/").split("/"))


@frozen(kw_only=True)
class Unreadable:
    """A record that could not be read: what was wrong with it, and where it was."""

    reason: str
    origin: Origin
    excerpt: str = ""


def place_of(origin: Origin) -> str:
    """A name for a history that names no job: file, cell or line, ordinal."""
    parts = [origin.file or "input"]
    if origin.cell is not None:
        parts.append(f"cell {origin.cell}")
    elif origin.line is not None and origin.ordinal is None:
        parts.append(f"line {origin.line}")
    if origin.ordinal is not None:
        parts.append(f"job {origin.ordinal}")
    return " ".join(parts) + (f" {origin.pointer}" if origin.pointer else "")
