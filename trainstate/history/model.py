"""The domain model: a response read from a recording, and the entries of its history."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from attrs import field, frozen

from trainstate.history.identity import job_of
from trainstate.history.instants import Instant

# The concrete type first: checking for Mapping takes ten times as long.
_MAPPINGS = (dict, Mapping)
MOST_SECONDS = 2**53
"""The bound for a job's seconds; larger numbers, NaN and infinity are no durations."""


class Kind(StrEnum):
    """What a response was read from, which decides how much of the record it can show."""

    RESPONSE = "response"
    SEARCH = "search"
    SUMMARY = "summary"
    EVENT = "event"
    LOG = "log"

    # The inherited hash is slow Python code, and many rules test for membership of a kind.
    __hash__ = str.__hash__


@frozen(kw_only=True)
class Origin:
    """Where a record was read: file, line (from 1), reader, and place inside the line.

    ``pointer`` is the record's JSON pointer in its document, empty for the whole document.
    ``ordinal`` counts the histories of a log or a notebook cell from 1. ``whole`` holds if nobody
    can have removed anything from the record.
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
    """The fields around an event's detail; None or empty if absent or not text.

    ``odd`` are fields with a value of the wrong kind: a text for a list, an id that is no UUID.
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
    """A value that could not be read, or that its member cannot have.

    ``kind`` is *wrong-type* or *bad-timestamp* for an unreadable value, *undeclared-value* or
    *absent-part* for one without the shape that the API declares, *mixed-unit* for a time in
    another unit than the others. ``pointer`` is the value's JSON pointer in the response;
    ``expected`` is what belongs there.
    """

    kind: str
    pointer: str
    value: object
    expected: str


@frozen(kw_only=True)
class Entry:
    """One entry of the history: what AWS calls a SecondaryStatusTransition.

    ``status`` is the specification's spelling, or the written one if it is unknown; ``written`` is
    what the recording has. ``end`` is None while the entry is open. Times are instants, None if
    absent or unreadable. A log's entries have neither start nor end: ``stamp`` is the printed time,
    an upper bound.
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

    ``primary`` and ``secondary`` have the specification's spelling, or the written one if it is
    unknown; None if absent. ``history`` is None if absent, and may be empty. ``instants`` has every
    readable timestamp member. ``members`` is the response as recorded, under the service's names,
    never changed. ``naive`` lists the JSON pointers of times without an offset. ``envelope`` is
    None unless it is an event. ``machine`` is its machine's name, empty for the requested one.
    """

    kind: Kind
    name: str | None = None
    arn: str | None = None
    created: Instant | None = None
    modified: Instant | None = None
    primary: str | None = None
    secondary: str | None = None
    written_primary: str | None = None
    written_secondary: str | None = None
    history: tuple[Entry, ...] | None = None
    instants: Mapping[str, Instant] = field(factory=dict)
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
        """The ARN if it names a job; None if it was redacted or names none."""
        return None if job_of(self.arn) is None else self.arn

    @property
    def job(self) -> str:
        """The ARN, else the name, else where a nameless history was read."""
        return self.identity or self.name or self.arn or place_of(self.origin)

    @property
    def described(self) -> bool:
        """Whether it shows the whole record, as Describe and Search do."""
        return self.kind in (Kind.RESPONSE, Kind.SEARCH)

    @property
    def called(self) -> str:
        """The casefolded name that all records of the job share, as ARNs have names in lower case.

        A history that names no job is called by its place.
        """
        return called(self.arn, self.name) or self.job.casefold()

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        """The statuses of the history in order; empty without a history."""
        return tuple(entry.status for entry in self.history or ())

    @cached_property
    def unread(self) -> frozenset[str]:
        """The JSON pointers of values that could not be read."""
        unread = (one for one in self.problems if one.kind in ("wrong-type", "bad-timestamp"))
        return frozenset(problem.pointer for problem in unread)

    def get(self, pointer: str) -> Any:
        """The recorded value at a member name or JSON pointer; None if absent."""
        return value_at(self.members, pointer)

    def seconds(self, member: str) -> float | None:
        """A member's number of seconds; None if it is absent or no valid number."""
        value = self.members.get(member)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value if abs(value) < MOST_SECONDS else None


def called(arn: str | None, name: str | None) -> str | None:
    """The casefolded name of a job, from its ARN or else its name; None without either."""
    found = job_of(arn) or name
    return None if found is None else found.casefold()


def value_at(members: Mapping[str, Any], pointer: str) -> Any:
    """The value at a member name or JSON pointer; None if absent."""
    value: Any = members
    for step in _steps(pointer):
        if not isinstance(value, _MAPPINGS):
            return None
        value = value.get(step)
    return value


def number_at(response: Response, pointer: str) -> int | None:
    """The integer at a JSON pointer; None if absent or no integer."""
    value = response.get(pointer)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@lru_cache(maxsize=1024)
def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(pointer.removeprefix("/").split("/"))


@frozen(kw_only=True)
class Unreadable:
    """A record that could not be read, with the reason and its place.

    ``lost`` holds if it may have been a response; JSON of something else was none.
    """

    reason: str
    origin: Origin
    excerpt: str = ""
    lost: bool = True


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
