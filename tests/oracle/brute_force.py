"""Decides consistency from its definition, by searching the runs of the declared facts.

Responses of one job epoch are consistent iff there is a run and an assignment of the
responses to moments of it that respects their order, such that each response shows the
record of its moment. The search walks over all runs, one step at a time, and over all ways
to place the responses on them. It shares no code with the package.

Two remarks keep the search finite and take no run away:

- The longest history that was observed is a prefix of the history of every run that fits,
  for histories only grow. So an entry up to there has its status and start; a record with
  more entries is one that no response with a history shows, and its entries are forgotten.
- An entry whose start nobody saw is given the earliest possible one: a later start would
  only fit fewer values of LastModifiedTime.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from typing import NamedTuple

from tests.oracle.facts import Edge, Facts, Table, load_facts
from tests.oracle.moments import History, Obs, Order, earlier

__all__ = ["Facts", "History", "Obs", "Order", "Run", "consistent", "load_facts"]


class Record(NamedTuple):
    """The service's record at a moment.

    `label` is the primary under which the last entry was entered. `history` is None once
    it is longer than all that were observed. `clock` is the last entry's start, `retries`
    counts the retries so far.
    """

    primary: str
    label: str
    status: str
    history: History | None
    clock: float
    retries: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run that explains the observations: `moments[places[i]]` shows observation i."""

    moments: tuple[Record, ...]
    places: tuple[int, ...]


class _Node(NamedTuple):
    record: Record
    placed: frozenset[int]


def consistent(
    observations: Sequence[Obs],
    *,
    spot: bool | None,
    retry: int | None,
    plan: bool | None = False,
    order: Order = "arrival",
    accept: str = "deprecated",
    facts: Facts | None = None,
) -> Run | None:
    """Finds a run that explains the observations, or None: they are inconsistent.

    `retry` is the largest number of retries: 0 for a job without a retry strategy. None for
    `spot`, `retry` or `plan` means that the configuration was not seen.
    """
    table = (facts or load_facts()).tables[accept]
    machine = _machine(table, spot is not False, inf if retry is None else retry, plan is not False)
    longest = max((seen.history or () for seen in observations), key=_extent, default=())
    return _search(machine, observations, earlier(observations, order), longest)


def _extent(history: History) -> tuple[int, bool]:
    return len(history), bool(history) and history[-1][2] is not None


# ------------------------------------------------------------------------------ the search


def _search(
    machine: "_Machine",
    observations: Sequence[Obs],
    earlier: list[frozenset[int]],
    longest: History,
) -> Run | None:
    found: dict[_Node, _Node | None] = {}
    for record in machine.creations(longest):
        found[_Node(record, frozenset())] = None
    todo = deque(found)
    while todo:
        node = todo.popleft()
        if len(node.placed) == len(observations):
            return _run(found, node)
        for after in _moves(machine, observations, earlier, longest, node):
            if after not in found:
                found[after] = node
                todo.append(after)
    return None


def _moves(
    machine: "_Machine",
    observations: Sequence[Obs],
    earlier: list[frozenset[int]],
    longest: History,
    node: _Node,
) -> Iterator[_Node]:
    """Places one more observation at this moment, or goes one step on."""
    for i, seen in enumerate(observations):
        if (
            i not in node.placed
            and earlier[i] <= node.placed
            and _shows(seen, node.record, machine.table)
        ):
            yield _Node(node.record, node.placed | {i})
    for record in machine.steps(node.record, longest):
        yield _Node(record, node.placed)


def _shows(seen: Obs, record: Record, table: Table) -> bool:
    return (
        seen.p in (None, record.primary)
        and (seen.p is None or any(seen.p == p and seen.q in (None, q) for p, q in table.pairs))
        and seen.q in (None, record.status)
        and (seen.history is None or seen.history == record.history)
        # A touch can move LastModifiedTime on, and nothing can move it back.
        and (seen.modified is None or seen.modified >= record.clock)
    )


def _run(found: Mapping[_Node, _Node | None], last: _Node) -> Run:
    nodes: list[_Node] = []
    node: _Node | None = last
    while node is not None:
        nodes.append(node)
        node = found[node]
    nodes.reverse()
    places = {i: at for at in reversed(range(len(nodes))) for i in nodes[at].placed}
    return Run(tuple(node.record for node in nodes), tuple(places[i] for i in sorted(places)))


# ------------------------------------------------------------------------- steps of a run


@lru_cache(maxsize=256)
def _machine(table: Table, spot: bool, budget: float, plan: bool) -> "_Machine":
    allowed = frozenset(
        name
        for name, holds in (("managed-spot", spot), ("retry", budget > 0), ("training-plan", plan))
        if holds
    )
    return _Machine(table, allowed, budget)


@dataclass(frozen=True, eq=False, slots=True)
class _Machine:
    """The facts under one configuration, with a memo of the steps."""

    table: Table
    allowed: frozenset[str]
    budget: float
    memo: dict[tuple[Record, History], tuple[Record, ...]] = field(default_factory=dict)

    def creations(self, longest: History) -> Iterator[Record]:
        """The records that a job can begin with."""
        for primary, status in self.table.initial:
            if (primary, status) in self.table.entered:
                nothing = Record(primary, primary, status, (), -inf, 0)
                yield from self._appended(nothing, primary, primary, status, longest)

    def steps(self, record: Record, longest: History) -> tuple[Record, ...]:
        """The records one step after this one."""
        key = (record, longest)
        if key not in self.memo:
            if len(self.memo) > 200_000:  # bounds the memory of a nightly run
                self.memo.clear()
            self.memo[key] = (*self._entries(record, longest), *self._alone(record, longest))
        return self.memo[key]

    def _alone(self, record: Record, longest: History) -> Iterator[Record]:
        """The primary changes, the history stays.

        Where the job ends by it, nobody has recorded whether and when the last entry is
        closed: it stays open, or is closed in a further step.
        """
        for before, after in self.table.alone:
            if before == record.primary and (after, record.status) in self.table.pairs:
                yield record._replace(primary=after)
        if record.primary in self.table.ended:
            yield from self._closed(record, longest)

    def _closed(self, record: Record, longest: History) -> Iterator[Record]:
        """The record with its open last entry closed when the longest history says."""
        known = record.history
        if not known or len(known) != len(longest) or known[-1][2] is not None:
            return
        status, start, _ = known[-1]
        end = longest[-1][2]
        if longest[-1][:2] == (status, start) and end is not None and end >= start:
            closed = (*known[:-1], (status, start, end))
            yield record._replace(history=closed, clock=max(record.clock, end))

    def _entries(self, record: Record, longest: History) -> Iterator[Record]:
        """The last entry is closed, another one is appended."""
        if record.primary in self.table.ended:
            return
        for edge in self.table.edges.get(record.status, ()):
            retries = record.retries + self._counted(edge)
            if not self._permits(edge, record.label) or retries > self.budget:
                continue
            before = record._replace(retries=retries)
            for label in self._labels(record.label, edge.after):
                primary = self._primary(record, label, edge.after)
                if primary is not None:
                    yield from self._appended(before, primary, label, edge.after, longest)

    def _counted(self, edge: Edge) -> int:
        """1 for a retry, if retries are counted at all."""
        return int(edge.guard == "retry" and self.budget != inf)

    def _permits(self, edge: Edge, label: str) -> bool:
        guards = {edge.guard, self.table.status_guards.get(edge.after)} - {None}
        return edge.under in (None, label) and guards <= self.allowed

    def _labels(self, label: str, status: str) -> list[str]:
        """The primaries under which the entry can be entered."""
        entered = self.table.entered
        if (label, status) in entered:
            return [label]
        together = self.table.together
        return [
            after for before, after in together if before == label and (after, status) in entered
        ]

    def _primary(self, record: Record, label: str, status: str) -> str | None:
        """The primary after an entry under `label`; None if there is no such step."""
        if label == record.primary or record.primary == record.label:
            return label
        # The primary ran ahead: it does not go back to where the entries are.
        if (record.primary, label) in self.table.together:
            return label
        return record.primary if (record.primary, status) in self.table.pairs else None

    def _appended(
        self, record: Record, primary: str, label: str, status: str, longest: History
    ) -> Iterator[Record]:
        known = record.history
        if known is None or len(known) == len(longest):
            yield record._replace(primary=primary, label=label, status=status, history=None)
            return
        seen, start, _ = longest[len(known)]
        if seen != status or start < record.clock:
            return
        closed = tuple((*entry[:2], start) for entry in known[-1:])
        entry = (status, start, start if label in self.table.ended else None)
        yield Record(primary, label, status, (*known[:-1], *closed, entry), start, record.retries)
