"""The parts of a response: a rule is given those that it reads, and can read no other.

``Statuses`` and ``Presence`` are small values, of which there are some hundreds in all the
world: what rules say of one holds wherever it comes again. ``Times``, ``Amounts`` and
``Settings`` are judged when they are new.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from attrs import field, frozen

from trainstate.history.model import Entry, Envelope, Kind, Problem, value_at
from trainstate.machine import step as machine
from trainstate.machine.guards import Configuration
from trainstate.rules.constraints import Broken
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Pair, Spec


@frozen(kw_only=True, slots=False)
class Part:
    """What all parts have: the specification that the response is judged by, and its kind.

    ``unread`` are the JSON pointers of values that could not be read: TS003 and TS004
    report them, so that no other rule takes such a value for absent.
    """

    spec: Spec = field(eq=False, repr=False)
    kind: Kind
    unread: frozenset[str] = frozenset()
    subject: ClassVar[str] = ""
    """The value without which no rule has anything to say; empty if a rule always may."""

    @property
    def is_empty(self) -> bool:
        """Holds if the part lacks its subject."""
        return bool(self.subject) and not getattr(self, self.subject)

    def entry_pointer(self, index: int, member: str = "") -> str:
        """The JSON pointer of an entry of the history, or of a member of it."""
        pointer = f"/{self.spec.layout.history}/{index}"
        return f"{pointer}/{member}" if member else pointer

    def is_unread(self, pointer: str) -> bool:
        """Holds if the value at a place, or what it stands in, could not be read."""
        unread = self.unread
        return bool(unread) and (pointer in unread or pointer.rpartition("/")[0] in unread)


@frozen(kw_only=True, slots=False)
class Identity(Part):
    """What names the job: its name and its ARN, each None where absent.

    ``origins`` are the ARNs of its role and of the jobs that began it, by member.
    """

    name: str | None
    arn: str | None
    origins: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True, slots=False)
class Problems(Part):
    """The values that could not be read as what their members hold."""

    subject = "problems"
    problems: tuple[Problem, ...]


@frozen(kw_only=True, slots=False)
class Paired(Part):
    """A part that has the pair: the primary and the secondary status, None where absent."""

    primary: str | None
    secondary: str | None

    @property
    def pair(self) -> Pair | None:
        """The fact that makes the pair legal; None where it has none."""
        return self.spec.pair_by_key.get((self.primary or "", self.secondary or ""))

    @property
    def ended(self) -> bool:
        """Holds if the primary is terminal, or follows a terminal one."""
        return self.primary in self.spec.ended_primaries

    @property
    def active(self) -> bool:
        """Holds if the primary is known, and neither an end nor a rest."""
        spec = self.spec
        return self.primary in spec.primary_by_name.keys() - spec.resting_primaries


@frozen(kw_only=True, slots=False)
class Statuses(Paired):
    """The statuses: the pair and the history's, as they are spelt in the facts and as written.

    ``begun`` and ``closed`` tell which entries have a start and an end. ``config`` are the
    guards of the job, as far as any response has shown them. ``trimmed`` holds if entries
    may have been cut out by hand, ``selected`` if the members of all entries may have been.
    """

    written_primary: str | None
    written_secondary: str | None
    history: tuple[str, ...]
    written: tuple[str, ...]
    begun: tuple[bool, ...]
    closed: tuple[bool, ...]
    config: Configuration
    trimmed: bool
    selected: bool

    @cached_property
    def moves(self) -> tuple[machine.Move, ...]:
        """The moves of the history, one for each entry."""
        return machine.trace(self.spec, self.history, self.config)

    @cached_property
    def has_illegal_move(self) -> bool:
        """Whether a move is refused; a status that no fact knows is not illegal."""
        legal = (None, machine.Refusal.UNKNOWN_STATUS)
        return any(move.refusal not in legal for move in self.moves)

    @property
    def is_sure(self) -> bool:
        """Holds if a run that its guards allow has this history, whatever is not seen yet."""
        if any(move.refusal or move.unseen for move in self.moves):
            return False
        known = self.spec.secondary_by_name
        shown = [known[one] for one in (*self.history, self.secondary or "") if one in known]
        return all(self.config.of(row.guard).holds is not False for row in shown)

    @property
    def is_repeated(self) -> bool:
        """Holds if the history enters a status twice: a retry, or a restart."""
        return len(set(self.history)) < len(self.history)


@frozen(kw_only=True, slots=False)
class Times(Paired):
    """The times: ``instants`` are those of the members, ``history`` has those of the entries.

    ``created`` and ``modified`` are instants, None where absent. ``whole`` holds if the
    response has all that the service always gives, ``tail`` if the front of the history was
    cut off, ``selected`` if the members of all entries may have been cut out, ``described``
    if the service itself, and no list, event or search, gave it.
    """

    created: int | None
    modified: int | None
    instants: Mapping[str, int]
    history: tuple[Entry, ...]
    config: Configuration
    described: bool
    trimmed: bool
    selected: bool
    tail: bool
    whole: bool
    tolerances: Tolerances

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        """The statuses of the history, in order."""
        return tuple(entry.status for entry in self.history)


@frozen(kw_only=True, slots=False)
class Clock(Times):
    """The times, with what was reported of them in seconds, and the limits that they have."""

    seconds: Mapping[str, float]
    members: Mapping[str, Any] = field(repr=False)

    def reported(self, member: str) -> float | None:
        """The seconds that a member reports; None where it reports none."""
        return self.seconds.get(member)

    def get(self, pointer: str) -> Any:
        """The setting at a JSON pointer; None where it is absent."""
        return value_at(self.members, pointer)


@frozen(kw_only=True, slots=False)
class Attached(Paired):
    """What the members of attached machines hold, by member, beside the pair."""

    subject = "values"
    values: Mapping[str, Any]


@frozen(kw_only=True, slots=False)
class Event(Part):
    """What an event says around its detail, and what the detail says of the same."""

    subject = "envelope"
    envelope: Envelope | None
    name: str | None
    arn: str | None
    created: int | None
    modified: int | None
    tolerances: Tolerances


@frozen(kw_only=True, slots=False)
class Amounts(Paired):
    """The numbers of what was trained and billed, by member; those that are no number are out.

    ``saves`` tells whether the job can be billed less than it trained, None where that was
    not seen; ``billed_otherwise`` holds if it is not billed by its time, or may not be.
    ``printed`` are the savings in percent as a log prints them.
    """

    seconds: Mapping[str, float]
    saves: bool | None
    billed_otherwise: bool
    repeated: bool
    whole: bool
    printed: float | None = None


@frozen(kw_only=True, slots=False)
class Settings(Part):
    """What the configuration says of a job's guards, limits, budgets and instances.

    ``members`` are those that say so, as they were recorded; null members are absent. ``whole``
    holds if the service itself gave the response, with all that it always gives.
    """

    subject = "members"
    members: Mapping[str, Any]
    whole: bool = False

    def get(self, pointer: str) -> Any:
        """The recorded value at a member's name or a JSON pointer; None where absent."""
        return value_at(self.members, pointer)


@frozen(kw_only=True, slots=False)
class Inside(Paired):
    """What is inside results and attached machines, and the lists that ask for these.

    ``created`` and ``modified`` are the times between which the job lived so far.
    """

    subject = "members"
    created: int | None
    modified: int | None
    members: Mapping[str, Any]
    tolerances: Tolerances


@frozen(kw_only=True, slots=False)
class Presence(Paired):
    """Which of the members that tell something there are.

    ``blank`` are results that say nothing: a reason of blanks, artifacts without a place.
    ``mistyped`` are those of another type than their own. ``lacking`` are the members that
    the service always gives, and that are absent; ``history`` is None where there is none,
    else whether it has entries; ``repeated`` if one of its
    statuses comes again; ``clocked`` holds if an entry starts the clock of the
    training. ``described`` holds if the service itself, and no list, event or search, gave
    the response, ``given`` if nobody can have left anything out. ``broken`` are the
    constraints that its members break, ``placed`` holds if the artifacts are at a place of the
    form that the service gives.
    """

    present: frozenset[str]
    blank: frozenset[str]
    mistyped: frozenset[str]
    lacking: tuple[str, ...]
    history: bool | None
    repeated: bool
    clocked: bool
    configured: bool
    described: bool
    given: bool
    billed_otherwise: bool
    trimmed: bool
    whole: bool
    broken: tuple[Broken, ...] = ()
    placed: bool = False

    @property
    def excused(self) -> bool:
        """Holds if all that the service always gives is there, but for what the job need not have.

        Some responses of 2018 are whole but for the history.
        """
        known, present = self.spec.member_by_name, self.present
        kept = (name for name in self.lacking if known[name].unless not in present)
        return self.given or (self.described and {*kept} <= {self.spec.layout.history})

    def whole_but_for(self, *names: str) -> bool:
        """Holds if the response has all that the service always gives, these members aside."""
        return self.given or (self.described and set(self.lacking) <= {*names})
