"""The rows of the facts, each with its evidence and sources."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from trainstate.spec.outcome import Outcome


class Evidence(StrEnum):
    """The strength of a fact's evidence, strongest first."""

    DOCUMENTED = "documented"
    RECORDED = "recorded"
    INFERRED = "inferred"
    DEPRECATED = "deprecated"

    @property
    def rank(self) -> int:
        """0 for the strongest evidence; larger is weaker."""
        return _RANKS[self._value_]


_RANKS = {level.value: at for at, level in enumerate(Evidence)}


def weakest(levels: tuple[Evidence, ...]) -> Evidence:
    """The weakest of the levels; documented if there are none."""
    return max(levels, key=lambda level: level.rank, default=Evidence.DOCUMENTED)


@frozen(kw_only=True)
class Source:
    """The origin of a fact: a documentation page, an enumeration, recordings, a report."""

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

    ``kind`` of a primary is *active*, *terminal*, *after* (only a deletion follows the end) or
    *rest* (a wait ends here, but a request, such as a retry, can set the job going again); it
    is empty for secondaries, whose kind follows from their pairs. ``guard`` names the guard that
    the job's configuration must meet for this status.
    """

    name: str
    kind: str = ""
    says: str = ""
    guard: str | None = None


@frozen(kw_only=True)
class Alias(Row):
    """Another spelling of a status in some text of the service or of an SDK."""

    written: str
    status: str


@frozen(kw_only=True)
class Bound(Row):
    """The range of a number in the configuration, both ends inclusive.

    ``pointer`` is a JSON pointer to the number, two names deep. ``least_of`` points to a
    number that is a lower bound for it, ``most_of`` to one that is an upper bound.
    """

    pointer: str
    least: int | None = None
    most: int | None = None
    least_of: str = ""
    most_of: str = ""


@frozen(kw_only=True)
class Shape(Row):
    """What the API declares of the values at ``paths``, which lead into members.

    In a path ``*`` means the items of a list or the values of a map, ``@`` the names of a map,
    and a final ``!`` that the surrounding structure always has the value. ``least`` and
    ``most`` bound a number, the characters of a text, or the items of a list or map, both
    inclusive. ``pattern`` and ``one_of`` restrict texts, ``unique`` names the part in which
    list items differ, ``apart`` the parts of which a structure has at most one. ``says`` puts
    a pattern in words.
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

    ``entered``: whether an entry of the history can be entered under this primary. If not,
    the pair occurs only when the primary runs ahead of the secondary (a stop request, a
    deletion).
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

    ``guard`` names what the job's configuration must allow; ``under`` the primary under which
    the previous entry must have been entered; ``logs`` and ``responses`` count the recordings
    that show the edge.
    """

    before: str
    after: str
    guard: str | None = None
    under: str | None = None
    logs: int = 0
    responses: int = 0


@frozen(kw_only=True)
class PrimaryTransition(Row):
    """A change of the primary status; ``alone`` if it adds no entry to the history."""

    before: str
    after: str
    alone: bool = False


@frozen(kw_only=True)
class Guard(Row):
    """A condition on the job's configuration.

    It holds if ``member`` (a JSON pointer) is truthy or ``implied_by`` is present. ``budget``
    points to the number of times that it may be used. ``when_unseen`` says what to assume if
    the configuration was not recorded: *holds* if the status itself proves the guard, else
    *unknown*.
    """

    name: str
    says: str
    member: str
    implied_by: str | None = None
    budget: str | None = None
    when_unseen: str = "unknown"


@frozen(kw_only=True)
class Member(Row):
    """A member of the response, and its one role.

    ``type`` is the API's: string, timestamp, integer, long, boolean, structure, list, map.
    ``required`` is what the API declares. ``present_at`` and ``absent_at`` list the primaries
    at which the member must be present or absent. ``updatable`` names the parts of an updatable
    configuration that can change; if empty, all can. ``secret`` marks possible keys and
    passwords, which are written only on request. ``final`` marks what stays the same after the
    job's end; ``always`` what every recorded whole response has although the API does not
    require it. ``since`` is the day from which clients know it, empty if all do. ``resource``
    is the resource type in an ARN. ``only_with`` names the member that it requires, ``unless``
    the member that makes it optional. ``earned`` marks what only training produces. ``steady``
    are the optional parts that every client knows that shows a whole response.
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
    earned: bool = False
    steady: tuple[str, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether the member's presence or absence says something about a job."""
        bound = self.required or self.always or self.final or self.earned or self.role == "billing"
        return bound or bool(self.present_at or self.absent_at or self.only_with)


@frozen(kw_only=True)
class AttachedMachine(Row):
    """A small machine beside the job's own: rule evaluations, warm pool, profiling.

    ``member`` holds it in the response. ``items``: that member is a list, in which ``key``
    identifies an item. ``status`` names the member with the status. The statuses of
    ``after_end`` come only after the job's end. ``configured`` is the member that lists the
    items as requested; ``grows`` are numbers and times beside the status that never go back,
    ``stays`` what does not change once present.
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
    """The roles of a response's members, in the service's spelling; empty if none plays a role.

    ``summary`` lists the members of a job in a listing, ``unsearched`` those that a search
    omits, ``searched`` those that only a search shows, ``enlisted`` those that only a list of a
    tuning job's jobs shows. ``service`` and ``resource`` are the service and resource type in the
    job's ARN, ``event`` the type of its events. ``kind`` is
    the job's name in a search and in Kubernetes, ``listed`` the member of a ``listing`` page
    that holds the summaries. ``asked`` are the request members that name a job, if it is not
    the name alone. ``moments`` are times inside members, as JSON pointers without an item's
    number; ``emitted`` are those that only training makes. ``inner`` are names inside members,
    which identify other notations. ``name_pattern`` and ``name_most`` restrict job names;
    ``children`` is how a child's name continues its parent's. ``missing`` is the error for a job
    that does not exist. ``regions`` gives the prefix of each partition's regions.
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
    enlisted: tuple[str, ...] = ()
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
    emitted: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    name_pattern: str = ""
    name_most: int = 0
    children: str = ""
    regions: tuple[tuple[str, str], ...] = ()


@frozen(kw_only=True)
class Renamed(Row):
    """Another name of a member in a *summary*, a *search* or an *event*."""

    form: str
    written: str
    member: str


@frozen(kw_only=True)
class Counter(Row):
    """A count in a response: the sum of the numbers at ``pointers``.

    One that ``grows`` never falls. ``at_end`` is its value at the job's end, ``most`` a pointer
    to its limit in the configuration, ``shows`` the member that is present once the count is
    positive. ``counts`` are the primary statuses of the jobs that it counts.
    """

    pointers: tuple[str, ...]
    grows: bool = False
    at_end: int | None = None
    most: str = ""
    shows: str = ""
    counts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The members, written as a sum."""
        return " + ".join(pointer.removeprefix("/") for pointer in self.pointers)


@frozen(kw_only=True)
class TimeFacts:
    """Which statuses start the clock of training, and which interrupt it.

    ``limits`` maps a status to a JSON pointer to the limit, in seconds, that a job with this
    end has reached; ``spans`` maps it to the member from whose time the limit counts. Only
    jobs for which ``savings_guard`` holds are billed for less than they trained; those with a
    member of ``billed_otherwise`` may be billed for no time at all. In a status of ``pending``
    a job waits for capacity, at most for the limit at ``pending_limit``; that applies to the
    families ``pending_instances``, unless the guard ``pending_pauses`` holds. ``launched`` is
    the first day of the service.
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
    """What a pair means to code that waits for the job.

    A row without a secondary covers every secondary that has no row of its own.
    """

    name: Outcome
    primary: str
    secondary: str = ""
    says: str = ""


@frozen(kw_only=True)
class AttemptFacts:
    """Which statuses begin an attempt of a job, and which break it off.

    An attempt begins with one of ``begins`` after another status, and with whatever follows
    one of ``breaks``. ``interruptions`` are counted. JSON pointers: ``instances`` to the number
    of instances, ``instance_type`` to the type of all of them, ``groups`` to a list of mappings
    with a number under ``group_count`` and a type under ``group_type``, ``retained`` to the
    seconds for which instances were kept and billed after the end.
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
