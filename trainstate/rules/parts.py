"""The parts of a response. A rule gets the parts that its arguments name, and nothing else.

``Statuses`` and ``Presence`` have only some hundreds of distinct values, so the rules judge each
value once. The other parts are judged when they change.
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
    """What all parts have: the specification and the kind of the response.

    ``unread`` are the JSON pointers of unreadable values. TS003 and TS004 report them; no other
    rule may take such a value for absent.
    """

    spec: Spec = field(eq=False, repr=False)
    kind: Kind
    unread: frozenset[str] = frozenset()
    subject: ClassVar[str] = ""
    """The attribute without which no rule reports anything; empty if there is none."""

    @property
    def is_empty(self) -> bool:
        """Whether the part lacks its subject."""
        return bool(self.subject) and not getattr(self, self.subject)

    def entry_pointer(self, index: int, member: str = "") -> str:
        """The JSON pointer of an entry of the history, or of a member of it."""
        pointer = f"/{self.spec.layout.history}/{index}"
        return f"{pointer}/{member}" if member else pointer

    def is_unread(self, pointer: str) -> bool:
        """Whether the value at a pointer, or the one around it, could not be read."""
        unread = self.unread
        return bool(unread) and (pointer in unread or pointer.rpartition("/")[0] in unread)


@frozen(kw_only=True, slots=False)
class Identity(Part):
    """The job's name and ARN; None if absent.

    ``origins`` are the ARNs of its role and of the jobs that started it, by member.
    """

    name: str | None
    arn: str | None
    origins: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True, slots=False)
class Problems(Part):
    """The unreadable values and those without the shape that the API declares."""

    subject = "problems"
    problems: tuple[Problem, ...]


@frozen(kw_only=True, slots=False)
class Paired(Part):
    """A part with the pair: the primary and the secondary status; None if absent."""

    primary: str | None
    secondary: str | None

    @property
    def pair(self) -> Pair | None:
        """The row that makes the pair legal; None if it is illegal."""
        return self.spec.pair_by_key.get((self.primary or "", self.secondary or ""))

    @property
    def ended(self) -> bool:
        """Whether the primary is terminal, or follows a terminal one."""
        return self.primary in self.spec.ended_primaries

    @property
    def active(self) -> bool:
        """Whether the primary is known, and is neither an end nor a rest."""
        spec = self.spec
        return self.primary in spec.primary_by_name.keys() - spec.resting_primaries


@frozen(kw_only=True, slots=False)
class Statuses(Paired):
    """The pair and the statuses of the history, in the facts' spelling and as written.

    ``begun`` and ``closed`` say which entries have a start and an end. ``config`` are the job's
    guards as far as responses have shown them. ``trimmed``: entries may have been removed by hand;
    ``selected``: a member may have been removed from all entries.
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
        """Whether the history is legal, whatever unseen guards turn out to be."""
        if any(move.refusal or move.unseen for move in self.moves):
            return False
        known = self.spec.secondary_by_name
        shown = [known[one] for one in (*self.history, self.secondary or "") if one in known]
        return all(self.config.of(row.guard).holds is not False for row in shown)

    @property
    def is_repeated(self) -> bool:
        """Whether the history enters a status twice: a retry, or a restart."""
        return len(set(self.history)) < len(self.history)


@frozen(kw_only=True, slots=False)
class Times(Paired):
    """The instants of the members, and the history with those of the entries.

    ``created`` and ``modified`` are None if absent. ``whole``: the response has everything that the
    service always returns; ``tail``: the front of the history was cut off; ``trimmed`` and
    ``selected`` are as in ``Statuses``; ``described``: the response shows the whole record, as
    Describe and Search do.
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
    """The times, the reported seconds, and the settings that limit them."""

    seconds: Mapping[str, float]
    members: Mapping[str, Any] = field(repr=False)

    def reported(self, member: str) -> float | None:
        """The seconds in a member; None if there are none."""
        return self.seconds.get(member)

    def get(self, pointer: str) -> Any:
        """The setting at a JSON pointer; None if absent."""
        return value_at(self.members, pointer)


@frozen(kw_only=True, slots=False)
class Attached(Paired):
    """The members of the attached machines, by name, and the pair."""

    subject = "values"
    values: Mapping[str, Any]


@frozen(kw_only=True, slots=False)
class Event(Part):
    """An event's envelope, and the members of its detail that must agree with it."""

    subject = "envelope"
    envelope: Envelope | None
    name: str | None
    arn: str | None
    created: int | None
    modified: int | None
    tolerances: Tolerances


@frozen(kw_only=True, slots=False)
class Amounts(Paired):
    """What was trained and billed, by member; values that are not numbers are left out.

    ``saves``: the job can be billed less than it trained (None: not seen); ``billed_otherwise``: it
    is, or may be, billed by something other than time. ``printed`` is the percentage of savings
    that a log prints.
    """

    seconds: Mapping[str, float]
    saves: bool | None
    billed_otherwise: bool
    repeated: bool
    whole: bool
    printed: float | None = None


@frozen(kw_only=True, slots=False)
class Settings(Part):
    """The settings of guards, limits, budgets and instances.

    ``members`` are as recorded, without null ones. ``whole``: the service's own response, with
    everything that it always returns.
    """

    subject = "members"
    members: Mapping[str, Any]
    whole: bool = False

    def get(self, pointer: str) -> Any:
        """The recorded value at a member's name or a JSON pointer; None if absent."""
        return value_at(self.members, pointer)


@frozen(kw_only=True, slots=False)
class Inside(Paired):
    """The values inside results and attached machines, and the lists that request them.

    The job has lived from ``created`` to ``modified``, and trained no earlier than ``began``;
    ``untrained``: it has not trained at all.
    """

    subject = "members"
    created: int | None
    began: int | None
    untrained: bool
    modified: int | None
    members: Mapping[str, Any]
    tolerances: Tolerances


@frozen(kw_only=True, slots=False)
class Presence(Paired):
    """Which members are present, of those that rules ask for.

    ``blank`` are results without content: a reason of blanks, artifacts without a location.
    ``mistyped`` are present members of a wrong type; ``lacking`` are absent members that the
    service always returns. ``history``: whether it has entries, None if it is absent;
    ``repeated``: it enters a status twice; ``clocked``: an entry starts the training clock.
    ``described``: the response shows the whole record; ``given``: nothing can have been left out.
    ``broken`` are the broken constraints; ``placed``: the artifacts have a location as the service
    writes it.
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
        """Whether only members are absent that the job need not have, or the history.

        Some responses of 2018 are whole except for the history.
        """
        known, present = self.spec.member_by_name, self.present
        kept = (name for name in self.lacking if known[name].unless not in present)
        return self.given or (self.described and {*kept} <= {self.spec.layout.history})

    def whole_but_for(self, *names: str) -> bool:
        """Whether the response has everything that the service always returns, except these."""
        return self.given or (self.described and set(self.lacking) <= {*names})
