"""The specification: the facts, typed and frozen, and what follows from them directly.

Nothing here knows a status or a member by name: another service whose jobs have primary and
secondary statuses needs another TOML file, not another program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType

from attrs import evolve, field, frozen

from trainstate.spec.constraint import Constraint
from trainstate.spec.facts import (
    Alias,
    AttachedMachine,
    AttemptFacts,
    Bound,
    Counter,
    Evidence,
    Guard,
    Initial,
    Member,
    OutcomeFact,
    Pair,
    PrimaryTransition,
    RecordLayout,
    Renamed,
    Row,
    Shape,
    Source,
    Status,
    TimeFacts,
    Transition,
    weakest,
)

__all__ = [
    "AttachedMachine",
    "Bound",
    "Constraint",
    "Counter",
    "Evidence",
    "Guard",
    "Initial",
    "Member",
    "Pair",
    "PrimaryTransition",
    "RecordLayout",
    "Row",
    "Shape",
    "Spec",
    "Status",
    "Transition",
    "weakest",
]


@frozen
class Machines:
    """The known machines: their layouts by name, available before the other facts of each."""

    layouts: Callable[[], Mapping[str, RecordLayout]]
    spec: Callable[[str], Spec]


@frozen(kw_only=True, eq=False, repr=False)
class Spec:
    """The model of a job's life: statuses, pairs, transitions, guards, members, attached machines.

    An immutable value; ``accepting`` returns a narrower one, and ``weaker`` are the transitions
    that it drops. ``others`` knows the other machines; ``narrow`` leaves their records out.
    """

    name: str
    title: str
    version: str
    layout: RecordLayout
    time: TimeFacts
    sources: tuple[Source, ...]
    primaries: tuple[Status, ...]
    secondaries: tuple[Status, ...]
    aliases: tuple[Alias, ...]
    pairs: tuple[Pair, ...]
    initials: tuple[Initial, ...]
    transitions: tuple[Transition, ...]
    primary_transitions: tuple[PrimaryTransition, ...]
    guards: tuple[Guard, ...]
    members: tuple[Member, ...]
    machines: tuple[AttachedMachine, ...]
    outcomes: tuple[OutcomeFact, ...] = ()
    bounds: tuple[Bound, ...] = ()
    shapes: tuple[Shape, ...] = ()
    renames: tuple[Renamed, ...] = ()
    counters: tuple[Counter, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    attempts: AttemptFacts = field(factory=AttemptFacts)
    accepted: Evidence = Evidence.DEPRECATED
    weaker: tuple[Transition, ...] = ()
    others: Machines | None = None
    narrow: bool = False
    entered: tuple[tuple[str, str], ...] = field()

    @entered.default
    def _entered(self) -> tuple[tuple[str, str], ...]:
        """Pairs under which an entry can begin; ``accepting`` keeps all of them.

        A recorded history passes through a pair that no recorded response shows.
        """
        return tuple((pair.primary, pair.secondary) for pair in self.pairs if pair.entered)

    def __repr__(self) -> str:
        # All rows would fill hundreds of terminal lines.
        return f"<Spec {self.name} {self.version}, accepting {self.accepted}>"

    def accepting(self, level: Evidence) -> Spec:
        """The same spec without pairs, transitions and initial statuses of weaker evidence.

        If none of its initial statuses is stronger, all stay: a job begins somehow.
        """
        if level is self.accepted:
            return self

        def strong(row: Row) -> bool:
            return row.evidence.rank <= level.rank

        return evolve(
            self,
            pairs=tuple(filter(strong, self.pairs)),
            initials=tuple(filter(strong, self.initials)) or self.initials,
            transitions=tuple(filter(strong, self.transitions)),
            weaker=(*self.weaker, *(row for row in self.transitions if not strong(row))),
            primary_transitions=tuple(filter(strong, self.primary_transitions)),
            accepted=level,
        )

    def alone(self) -> Spec:
        """The same spec without the records of other machines."""
        return self if self.narrow else evolve(self, narrow=True)

    @cached_property
    def known(self) -> Mapping[str, RecordLayout]:
        """The record layouts of all known machines by name, this one's first."""
        others = {} if self.others is None else self.others.layouts()
        return {self.name: self.layout, **{n: one for n, one in others.items() if n != self.name}}

    @property
    def family(self) -> Mapping[str, RecordLayout]:
        """The same for the machines whose records are judged."""
        return {self.name: self.layout} if self.narrow else self.known

    def of_machine(self, name: str) -> Spec:
        """The specification of a known machine; this one for an empty name."""
        return self if self.others is None or name in (self.name, "") else self.others.spec(name)

    @cached_property
    def source_by_id(self) -> Mapping[str, Source]:
        """The sources by id."""
        return MappingProxyType({source.id: source for source in self.sources})

    @cached_property
    def primary_by_name(self) -> Mapping[str, Status]:
        """The primary statuses by name."""
        return MappingProxyType({status.name: status for status in self.primaries})

    @cached_property
    def secondary_by_name(self) -> Mapping[str, Status]:
        """The secondary statuses by name."""
        return MappingProxyType({status.name: status for status in self.secondaries})

    @cached_property
    def alias_by_written(self) -> Mapping[str, Alias]:
        """The aliases by their spelling."""
        return MappingProxyType({alias.written: alias for alias in self.aliases})

    @cached_property
    def pair_by_key(self) -> Mapping[tuple[str, str], Pair]:
        """The legal pairs by (primary, secondary)."""
        return MappingProxyType({(pair.primary, pair.secondary): pair for pair in self.pairs})

    @cached_property
    def guard_by_name(self) -> Mapping[str, Guard]:
        """The guards by name."""
        return MappingProxyType({guard.name: guard for guard in self.guards})

    @cached_property
    def member_by_name(self) -> Mapping[str, Member]:
        """The members by name."""
        return MappingProxyType({member.name: member for member in self.members})

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """Names of the members whose presence or absence says something."""
        named = {name for member in self.members for name in (member.unless, member.only_with)}
        return tuple(m.name for m in self.members if m.tells or m.name in named)

    @cached_property
    def _members_by_role(self) -> Mapping[str, tuple[Member, ...]]:
        roles = dict.fromkeys(member.role for member in self.members)
        return {
            role: tuple(member for member in self.members if member.role == role) for role in roles
        }

    @cached_property
    def initial_by_secondary(self) -> Mapping[str, Initial]:
        """The initial rows by secondary status."""
        return MappingProxyType({row.secondary: row for row in self.initials})

    @cached_property
    def outcome_by_key(self) -> Mapping[tuple[str, str], OutcomeFact]:
        """The outcomes by (primary, secondary); the secondary is empty if any fits."""
        return MappingProxyType({(row.primary, row.secondary): row for row in self.outcomes})

    @cached_property
    def terminal_primaries(self) -> frozenset[str]:
        """Primaries that end a job."""
        return frozenset(status.name for status in self.primaries if status.kind == "terminal")

    @cached_property
    def ended_primaries(self) -> frozenset[str]:
        """Terminal primaries, and those that only follow them."""
        ended = ("terminal", "after")
        return frozenset(status.name for status in self.primaries if status.kind in ended)

    @cached_property
    def resting_primaries(self) -> frozenset[str]:
        """Primaries at which a wait ends: those, and those that only a request leaves."""
        return frozenset(status.name for status in self.primaries if status.kind != "active")

    @cached_property
    def terminal_secondaries(self) -> frozenset[str]:
        """Secondaries entered under a terminal primary: a history ends with them."""
        return frozenset(
            pair.secondary
            for pair in self.pairs
            if pair.entered and pair.primary in self.terminal_primaries
        )

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """Accepted spellings of secondaries, case-folded, to the status's own name."""
        return self._spelt(self.secondaries)

    @cached_property
    def primary_spellings(self) -> Mapping[str, str]:
        """Accepted spellings of primaries, case-folded, to the status's own name."""
        return self._spelt(self.primaries)

    def _spelt(self, statuses: tuple[Status, ...]) -> Mapping[str, str]:
        """Spellings of statuses; an alias of both kinds stands for each."""
        names = {status.name for status in statuses}
        aliases = [row for row in self.aliases if row.status in names]
        folded = {alias.written.casefold(): alias.status for alias in aliases}
        return MappingProxyType(folded | {name.casefold(): name for name in names})

    def canonical_secondary(self, written: str) -> str | None:
        """The status that a spelling stands for; None if unknown."""
        if written in self.secondary_by_name:
            return written
        return self.spellings.get(written.casefold())

    def canonical_primary(self, written: str) -> str | None:
        """The primary status that a spelling stands for; None if unknown."""
        if written in self.primary_by_name:
            return written
        return self.primary_spellings.get(written.casefold())

    def members_with(self, role: str) -> tuple[Member, ...]:
        """Members with this role, in the order of the facts."""
        return self._members_by_role.get(role, ())


@frozen
class Table:
    """An array of tables: the Spec member with its rows, their class, and their key.

    Rows with equal values of the ``key`` members are the same row.
    """

    member: str
    row: type
    key: tuple[str, ...]


TABLES: Mapping[str, Table] = {
    "source": Table("sources", Source, ("id",)),
    "primary": Table("primaries", Status, ("name",)),
    "secondary": Table("secondaries", Status, ("name",)),
    "alias": Table("aliases", Alias, ("written",)),
    "pair": Table("pairs", Pair, ("primary", "secondary")),
    "initial": Table("initials", Initial, ("secondary",)),
    "transition": Table("transitions", Transition, ("before", "after", "guard")),
    "primary_transition": Table(
        "primary_transitions", PrimaryTransition, ("before", "after", "alone")
    ),
    "guard": Table("guards", Guard, ("name",)),
    "member": Table("members", Member, ("name",)),
    "machine": Table("machines", AttachedMachine, ("name",)),
    "outcome": Table("outcomes", OutcomeFact, ("primary", "secondary")),
    "bound": Table("bounds", Bound, ("pointer",)),
    "shape": Table("shapes", Shape, ("paths",)),
    "renamed": Table("renames", Renamed, ("form", "written")),
    "counter": Table("counters", Counter, ("pointers",)),
    "constraint": Table("constraints", Constraint, ("path", "says")),
}
"""Arrays of tables that a file of facts can have, by name."""
