"""The rows of the facts: each with its evidence and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from trainstate.spec.outcome import Outcome


class Evidence(StrEnum):
    """How much stands behind a fact, strongest first."""

    DOCUMENTED = "documented"
    RECORDED = "recorded"
    INFERRED = "inferred"
    DEPRECATED = "deprecated"

    @property
    def rank(self) -> int:
        """0 for the strongest evidence; a larger number is weaker."""
        return _RANKS[self._value_]


_RANKS = {level.value: at for at, level in enumerate(Evidence)}


def weakest(levels: tuple[Evidence, ...]) -> Evidence:
    """The weakest of the levels; documented when there are none."""
    return max(levels, key=lambda level: level.rank, default=Evidence.DOCUMENTED)


@frozen(kw_only=True)
class Source:
    """Where a fact comes from: a documentation page, an enumeration, recordings, a report."""

    id: str
    kind: str
    title: str
    url: str = ""
    says: str = ""


@frozen(kw_only=True)
class Row:
    """A fact with its evidence and the ids of its sources."""

    evidence: Evidence
    sources: tuple[str, ...]
    note: str = ""


@frozen(kw_only=True)
class Status(Row):
    """A primary or a secondary status.

    ``kind`` is *active*, *terminal* or *after* (only a deletion follows the end) for
    primaries and empty for secondaries, whose kind follows from their pairs.
    ``guard`` names the guard that the job's configuration must meet for this status.
    """

    name: str
    kind: str = ""
    says: str = ""
    guard: str | None = None


@frozen(kw_only=True)
class Alias(Row):
    """Another spelling of a status that some text of the service or of an SDK uses."""

    written: str
    status: str


@frozen(kw_only=True)
class Bound(Row):
    """The least and the most that a number of the configuration can be, both inclusive.

    ``pointer`` is a JSON pointer to the number, two names deep; ``least_of`` one to another
    number that it cannot be less than, ``most_of`` to one that it cannot be more than.
    """

    pointer: str
    least: int | None = None
    most: int | None = None
    least_of: str = ""
    most_of: str = ""


@frozen(kw_only=True)
class Shape(Row):
    """What the API declares of the values at ``paths``, which lead into members.

    In a path ``*`` stands for the items of a list or the values of a map, ``@`` for the names
    of a map; a ``!`` behind it tells that the value is there wherever the structure around it
    is. ``least`` and ``most`` bound a number, the characters of a text, the items of a list or
    a map, both inclusive; ``pattern`` and ``one_of`` tell the texts, ``unique`` the part in
    which the items of a list differ, ``apart`` the parts of a structure of which it has one
    at most. ``says`` puts a pattern in words.
    """

    paths: tuple[str, ...]
    type: str
    says: str = ""
    least: int | None = None
    most: int | None = None
    one_of: tuple[str, ...] = ()
    pattern: str = ""
    unique: str = ""
    apart: tuple[str, ...] = ()


@frozen(kw_only=True)
class Pair(Row):
    """A legal (primary, secondary) pair.

    ``entered`` tells whether an entry of the history can be entered under this
    primary; where it is False the pair arises only when the primary runs ahead of
    the secondary (a stop request, a deletion).
    """

    primary: str
    secondary: str
    entered: bool


@frozen(kw_only=True)
class Initial(Row):
    """A secondary status that a history can begin with, and its primary."""

    primary: str
    secondary: str


@frozen(kw_only=True)
class Transition(Row):
    """An edge of the machine: the secondary status changes from ``before`` to ``after``.

    ``guard`` names what the job's configuration must allow; ``under`` the primary
    under which the entry before must have been entered; ``logs`` and ``responses``
    count the recordings that show the edge.
    """

    before: str
    after: str
    guard: str | None = None
    under: str | None = None
    logs: int = 0
    responses: int = 0


@frozen(kw_only=True)
class PrimaryTransition(Row):
    """A change of the primary status; ``alone`` when the history gets no entry with it."""

    before: str
    after: str
    alone: bool = False


@frozen(kw_only=True)
class Guard(Row):
    """A condition on the job's configuration.

    The guard holds where ``member`` (a JSON pointer) is truthy, or where ``implied_by``
    is present. ``budget`` points at the number of times that it may be used.
    ``when_unseen`` says what to believe of a job whose configuration was not recorded:
    *holds* when the status itself proves the guard, *unknown* otherwise.
    """

    name: str
    says: str
    member: str
    implied_by: str | None = None
    budget: str | None = None
    when_unseen: str = "unknown"


@frozen(kw_only=True)
class Member(Row):
    """A member of the response and the one role that it plays.

    ``type`` is the API's: string, timestamp, integer, long, boolean, structure, list, map.
    ``required`` is what the API declares. ``present_at`` and ``absent_at`` list the
    primaries at which the member must, or must not, be there. Of an updatable
    configuration ``updatable`` names the parts that can change; all can where it is empty.
    ``secret`` marks what may hold keys and passwords: it is written only when asked for.
    ``final`` marks what stays as it is once the job has ended; ``always`` what every
    recorded whole response has, though the API does not require it. ``since`` is the day from
    which clients know it, empty where all do. ``resource`` is the type of the resource that
    an ARN names. ``only_with`` names the member beside which alone it can be, ``unless`` the
    one beside which it need not be.
    """

    name: str
    role: str
    type: str
    required: bool = False
    present_at: tuple[str, ...] = ()
    absent_at: tuple[str, ...] = ()
    updatable: tuple[str, ...] = ()
    secret: bool = False
    final: bool = False
    always: bool = False
    since: str = ""
    resource: str = ""
    only_with: str = ""
    unless: str = ""

    @property
    def tells(self) -> bool:
        """Holds if it says something of a job that a response has the member, or lacks it."""
        bound = self.required or self.always or self.final or self.role == "billing"
        return bound or bool(self.present_at or self.absent_at or self.only_with)


@frozen(kw_only=True)
class AttachedMachine(Row):
    """A small machine beside the job's own: rule evaluations, warm pool, profiling.

    ``member`` holds it in the response, ``items`` is True where that member is a list,
    ``key`` identifies an item, ``status`` names the member that holds the status. The
    statuses of ``after_end`` can only come when the job has ended. ``configured`` is the
    member that lists the items as they were asked for; ``grows`` are the numbers and times
    beside the status that never go back, ``stays`` what does not change once it is there.
    """

    name: str
    member: str
    status: str
    items: bool = False
    key: str = ""
    statuses: tuple[str, ...] = ()
    transitions: tuple[tuple[str, str], ...] = ()
    after_end: tuple[str, ...] = ()
    configured: str = ""
    grows: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()


@frozen(kw_only=True)
class RecordLayout:
    """Which member of a response plays which part, by the service's spelling.

    ``summary`` lists the members that a listing shows of a job, ``unsearched`` those that a
    search leaves out, ``searched`` those that only a search shows; ``service`` and
    ``resource`` are what its ARN says of the service and of the type of the job, ``event`` is
    the type of an event about it. ``kind`` is what a search and Kubernetes call the job,
    ``listed`` the member of a page of the ``listing`` that holds the summaries. ``asked`` are
    the members of a request that name a job, where it is not the name alone. ``moments`` are
    the times inside members, as JSON pointers without an item's number; ``inner`` are the names
    inside members, by which those in another notation are known; ``name_pattern`` and
    ``name_most`` tell a job's names, ``children`` how those of the jobs that it begins go on after
    its own; ``missing`` is the error that says that there is no job. What nothing plays is empty.
    """

    name: str
    arn: str
    created: str
    primary: str
    modified: str = ""
    secondary: str = ""
    history: str = ""
    entry_status: str = ""
    entry_start: str = ""
    entry_end: str = ""
    entry_message: str = ""
    summary: tuple[str, ...] = ()
    unsearched: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    started: str = ""
    ended: str = ""
    training_seconds: str = ""
    billable_seconds: str = ""
    failure_reason: str = ""
    artifacts: str = ""
    stopping: str = ""
    operation: str = ""
    asked: tuple[str, ...] = ()
    listing: str = ""
    listed: str = ""
    stop: str = ""
    deletion: str = ""
    kind: str = ""
    resource: str = ""
    service: str = ""
    event: str = ""
    missing: str = ""
    moments: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    name_pattern: str = ""
    name_most: int = 0
    children: str = ""


@frozen(kw_only=True)
class Renamed(Row):
    """Another name that a member has in one form: in a *summary*, a *search* or an *event*."""

    form: str
    written: str
    member: str


@frozen(kw_only=True)
class Counter(Row):
    """What a response counts: the sum of the numbers at ``pointers``.

    One that ``grows`` never falls. ``at_end`` is what it is when the job has ended; ``most`` points
    at the limit of the configuration that it keeps to; ``shows`` is the member that is there as
    soon as it is more than nothing. ``counts`` are the primary statuses of the jobs that it counts.
    """

    pointers: tuple[str, ...]
    grows: bool = False
    at_end: int | None = None
    most: str = ""
    shows: str = ""
    counts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The members, as they are written of a sum."""
        return " + ".join(pointer.removeprefix("/") for pointer in self.pointers)


@frozen(kw_only=True)
class TimeFacts:
    """Which statuses start the clock of training, and which break its plain course.

    ``limits`` maps a status to the limit that a job which ends with it has reached: a
    JSON pointer to seconds. ``spans`` maps it to the member whose time the limit counts
    from. Only jobs for which ``savings_guard`` holds are billed less than they trained;
    those that show a member of ``billed_otherwise`` may be billed no time at all.
    While a job is in a status of ``pending`` it waits for capacity, no longer than the limit
    at ``pending_limit``; that holds for the families ``pending_instances``, and unless the
    guard ``pending_pauses`` holds. ``launched`` is the day before which there was no service.
    """

    clock_starts: tuple[str, ...] = ()
    clock_breaks: tuple[str, ...] = ()
    savings_guard: str | None = None
    billed_otherwise: tuple[str, ...] = ()
    limits: Mapping[str, str] = field(factory=dict)
    spans: Mapping[str, str] = field(factory=dict)
    pending: tuple[str, ...] = ()
    pending_limit: str = ""
    pending_pauses: str | None = None
    pending_instances: tuple[str, ...] = ()
    launched: str = ""


@frozen(kw_only=True)
class OutcomeFact(Row):
    """What a pair means to somebody who waits for the job.

    A row without a secondary holds for every secondary that has no row of its own.
    """

    name: Outcome
    primary: str
    secondary: str = ""
    says: str = ""


@frozen(kw_only=True)
class AttemptFacts:
    """Which statuses begin an attempt of a job, and which break one off.

    An attempt begins with one of ``begins`` after another status, and with whatever
    follows one of ``breaks``. ``interruptions`` are counted. ``instances`` is a JSON
    pointer to the number of instances; ``groups`` one to a list of mappings that have
    the number under ``group_count`` and the type under ``group_type``; ``instance_type``
    is a JSON pointer to the type of all instances, ``retained`` one to the seconds for
    which instances were kept after the end, and billed.
    """

    begins: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    interruptions: tuple[str, ...] = ()
    instances: str = ""
    groups: str = ""
    group_count: str = ""
    instance_type: str = ""
    group_type: str = ""
    retained: str = ""
