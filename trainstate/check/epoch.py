"""One job's incremental state: what each further response adds to it or contradicts.

The core of the check and of the tracker alike. An epoch is a job between its creation
and its deletion, named by ARN and CreationTime. Its state holds the longest history,
each change of what was seen, and digests of the members that must not change: it grows
with the changes of a job, not with its responses.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from attrs import define, evolve, field

from trainstate.check.members import FixedMembers
from trainstate.check.order import BEFORE_ALL, Order, Rank, is_after, rank_of
from trainstate.check.sightings import Sightings
from trainstate.check.timeline import Timeline
from trainstate.history.chain import Comparison, History, Relation, compare, size
from trainstate.history.instants import same_instant
from trainstate.history.model import Kind, Response
from trainstate.machine.belief import Past, Sighting, is_explained, is_possible
from trainstate.machine.guards import UNSEEN, Configuration, configuration, merged, proven
from trainstate.machine.step import trace
from trainstate.rules.model import AttachedChange, Clash, EarlierEpoch, MemberChange, Reading, Step
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.graph import reachable
from trainstate.spec.model import AttachedMachine, Spec

HistorySize = tuple[int, bool]


@define
class Spread:
    """The earliest and the latest rank at which histories of one size were seen."""

    earliest: Rank
    latest: Rank

    def take(self, rank: Rank) -> None:
        """Takes a rank in."""
        if is_after(self.earliest, rank):
            self.earliest = rank
        if is_after(rank, self.latest):
            self.latest = rank


@define(kw_only=True)
class Epoch:
    """A job from its creation on: everything that a later response can contradict."""

    spec: Spec
    job: str
    created: int | None = None
    order: Order | None = None
    tolerances: Tolerances = field(factory=Tolerances)
    responses: int = 0
    known: History = ()
    config: Configuration = UNSEEN
    sightings: Sightings = field(factory=Sightings)
    spreads: dict[HistorySize, Spread] = field(factory=dict)
    members: FixedMembers = field(factory=FixedMembers)
    billing: dict[str, Timeline[float]] = field(factory=dict)
    attached: dict[tuple[str, str], Timeline[str]] = field(factory=dict)
    newest: int = BEFORE_ALL
    newest_file: str | None = None
    ended: bool = False
    naive: bool = False
    zoned: bool = False
    bare: Rank | None = None
    full: Rank | None = None
    has_bare: bool = False

    def observe(self, response: Response, *, earlier_epoch: EarlierEpoch | None = None) -> Step:
        """The step that a response adds, with what it contradicts; the state takes it in.

        A response that contradicts the earlier ones is counted and leaves the rest of
        the state as it was, so that one fault is not reported again by what follows.
        """
        index = self.responses
        self.responses += 1
        self.config = merged(self.config, configuration(response, self.spec))
        reading = Reading(
            response=response, spec=self.spec, tolerances=self.tolerances, config=self.config
        )
        rank = rank_of(response, arrival=index, newest=self.newest, order=self.order)
        mixed = self._mixes_zones(response)
        step = Step(
            reading=reading,
            index=index,
            late=self._is_late(response, rank),
            changes=self.members.changes(response, self.spec, index),
            billing=tuple(self._billing(response, rank, index)),
            attached=tuple(self._attached(response, rank, index)),
            lost_history=self._loses_history(response, rank),
            earlier_epoch=earlier_epoch,
            mixed_zones=mixed,
        )
        step = self._place(step, rank)
        self._advance(response)
        return step

    def _place(self, step: Step, rank: Rank | None) -> Step:
        """The step with the relation of its history and what its state contradicts."""
        history = step.response.history or ()
        if not history:
            self.has_bare = True
            step = evolve(step, relation=Relation.ABSENT, known=self.known)
            return self._see(step, rank, None)
        found = compare(self.known, history) if self.known else Comparison(Relation.FIRST)
        step = evolve(
            step, relation=found.relation, known=self.known, at=found.at, messages=found.messages
        )
        if found.relation in (Relation.FORKED, Relation.REWRITTEN):
            return step
        extent = size(history)
        if rank is not None:
            earlier, later = self._misordered(extent, rank)
            step = evolve(step, ordered_earlier=earlier, ordered_later=later)
            if earlier or later:
                return step
            self.spreads.setdefault(extent, Spread(rank, rank)).take(rank)
        before = self.known
        if found.relation in (Relation.FIRST, Relation.GROWN):
            self.known = history
        placed = self._see(step, rank, len(history))
        if placed.clash is not None:
            self.known = before
        return placed

    def _misordered(self, extent: HistorySize, rank: Rank) -> tuple[bool, bool]:
        """Whether the order puts a history before a smaller one, or after a larger one."""
        spreads = self.spreads.items()
        earlier = any(is_after(s.latest, rank) for other, s in spreads if other < extent)
        later = any(is_after(rank, s.earliest) for other, s in spreads if other > extent)
        return earlier, later

    def _see(self, step: Step, rank: Rank | None, length: int | None) -> Step:
        """The step with its clash, if no run shows the sighting together with the others."""
        response = step.response
        sighting = Sighting(response.primary, response.secondary, length, response.modified)
        if not self._is_telling(sighting):
            return step
        if self.sightings.is_repeat(sighting, rank):
            self.sightings = self.sightings.repeated(rank)
            return step
        candidate = self.sightings.adding(sighting, rank, step.index)
        alone = Past(config=self.config) if length is None else self._past
        explained = not self._is_unclear() and self._explained(candidate)
        # What is explained with the known history can be shown by a run that has it.
        sure = explained and length is not None
        if self._is_unclear() or not (sure or is_possible(self.spec, alone, sighting)):
            return step
        if explained:
            self.sightings = candidate
            return evolve(step, unproven=self.has_bare and not self._is_proven(candidate))
        if not (self.sightings.runs or self.sightings.floating):
            return step  # only a history that its own response contradicts says otherwise
        return evolve(step, clash=self._clash(sighting, rank, step.index))

    @property
    def _past(self) -> Past:
        statuses = tuple(entry.status for entry in self.known)
        if self.has_bare:
            return Past(statuses, self.config, tuple(entry.start for entry in self.known))
        return Past(statuses, self.config)

    def _is_telling(self, sighting: Sighting) -> bool:
        """Holds if the model knows what the sighting shows, and it shows anything."""
        spec = self.spec
        known_primary = sighting.primary is None or sighting.primary in spec.primary_by_name
        known_secondary = sighting.secondary is None or sighting.secondary in spec.secondary_by_name
        shows = (sighting.primary, sighting.secondary, sighting.length) != (None, None, None)
        return known_primary and known_secondary and shows

    def _is_unclear(self) -> bool:
        """Holds if the known history is no run itself: its own rules say so already."""
        past = self._past
        return any(step.refusal for step in trace(self.spec, past.statuses, past.config))

    def _explained(self, sightings: Sightings) -> bool:
        groups, floating = sightings.groups(), sightings.unordered()
        return is_explained(self.spec, self._past, groups, floating)

    def _is_proven(self, sightings: Sightings) -> bool:
        """Holds if a run explains the sightings without a guard that was not seen."""
        past = evolve(self._past, config=proven(self.config, self.spec))
        groups, floating = sightings.groups(), sightings.unordered()
        return past.config == self.config or is_explained(self.spec, past, groups, floating)

    def _clash(self, sighting: Sighting, rank: Rank | None, index: int) -> Clash:
        """The nearest earlier response that alone contradicts the sighting, else the newest."""
        runs = self.sightings.runs
        others: list[tuple[Sighting, Rank | None, int]] = [
            (run.value, run.last, run.index) for run in reversed(runs)
        ]
        others += [(value, None, at) for value, at in reversed(self.sightings.floating)]
        chosen = next(
            (other for other in others if not self._agree(other, sighting, rank, index)), others[0]
        )
        pair = (sighting.primary, sighting.secondary)
        other_pair = (chosen[0].primary, chosen[0].secondary)
        swapped = rank is not None and chosen[1] is not None and is_after(chosen[1], rank)
        before, after = (pair, other_pair) if swapped else (other_pair, pair)
        return Clash(before=before, after=after, at=chosen[2])

    def _agree(
        self,
        other: tuple[Sighting, Rank | None, int],
        sighting: Sighting,
        rank: Rank | None,
        index: int,
    ) -> bool:
        value, other_rank, at = other
        both = Sightings().adding(value, other_rank, at).adding(sighting, rank, index)
        return self._explained(both)

    def _billing(self, response: Response, rank: Rank | None, index: int) -> Iterator[MemberChange]:
        for member in self.spec.members_with("billing"):
            value = response.seconds(member.name)
            if value is None or rank is None or response.kind is Kind.LOG:
                continue
            timeline = self.billing_of(member.name)
            clash = timeline.place(value, rank, index)
            if clash is not None:
                yield MemberChange(
                    member=member.name, before=clash.value, after=value, at=clash.index
                )

    def _attached(
        self, response: Response, rank: Rank | None, index: int
    ) -> Iterator[AttachedChange]:
        for machine in self.spec.machines:
            for item, pointer, status in attached_statuses(machine, response):
                change = self._attached_change(machine, item, status, rank, index)
                if change is not None:
                    yield evolve(change, pointer=pointer)

    def _attached_change(
        self, machine: AttachedMachine, item: str, status: str, rank: Rank | None, index: int
    ) -> AttachedChange | None:
        key = (machine.name, item)
        fresh = key not in self.attached
        may_follow = follows(machine)
        timeline = self.attached_of(machine, item)
        clash = None if rank is None else timeline.place(status, rank, index)
        if clash is not None:
            # The value that arrived late stands before the one that it contradicts.
            late = may_follow(clash.value, status)
            before, after = (status, clash.value) if late else (clash.value, status)
            return _change(machine, item, before, after)
        return _change(machine, item, None, status) if fresh or _is_new(machine, status) else None

    def billing_of(self, member: str) -> Timeline[float]:
        """What a billing member was seen to be."""
        if member not in self.billing:
            self.billing[member] = Timeline(_not_less)
        return self.billing[member]

    def attached_of(self, machine: AttachedMachine, item: str) -> Timeline[str]:
        """The statuses that an item of an attached machine was seen in."""
        key = (machine.name, item)
        if key not in self.attached:
            self.attached[key] = Timeline(follows(machine))
        return self.attached[key]

    def _mixes_zones(self, response: Response) -> bool:
        """Whether naive and aware times meet in the job for the first time."""
        met = self.naive and self.zoned
        self.naive |= bool(response.naive)
        self.zoned |= response.zoned
        return self.naive and self.zoned and not met

    def _is_late(self, response: Response, rank: Rank | None) -> bool:
        """Whether the response arrived after a newer one of the same source."""
        if rank is None or rank.free or response.modified is None:
            return False
        if response.origin.file != self.newest_file:
            return False
        smaller = bool(response.history) and size(response.history or ()) < size(self.known)
        # A listing that cuts times to the second is not older than what it cuts.
        same = same_instant(rank.moment, self.newest)
        return smaller if same else rank.moment < self.newest

    def _loses_history(self, response: Response, rank: Rank | None) -> bool:
        """Whether a response has a history, and a later one says that it is empty."""
        if response.kind is not Kind.RESPONSE or rank is None or response.history is None:
            return False
        if response.history:
            self.full = rank if self.full is None or is_after(self.full, rank) else self.full
            return self.bare is not None and is_after(self.bare, rank)
        self.bare = rank if self.bare is None or is_after(rank, self.bare) else self.bare
        return self.full is not None and is_after(rank, self.full)

    def _advance(self, response: Response) -> None:
        if response.modified is not None and response.modified >= self.newest:
            self.newest, self.newest_file = response.modified, response.origin.file
        last = response.history[-1].status if response.history else None
        terminal = response.primary is None and last in self.spec.terminal_secondaries
        self.ended |= response.primary in self.spec.ended_primaries or terminal


def _not_less(earlier: float, later: float) -> bool:
    return later >= earlier


@lru_cache(maxsize=64)
def follows(machine: AttachedMachine) -> Any:
    """A preorder on the statuses of an attached machine; an unknown one fits anywhere."""
    edges: dict[str, list[str]] = {}
    for before, after in machine.transitions:
        edges.setdefault(before, []).append(after)

    def may_follow(earlier: str, later: str) -> bool:
        if earlier not in machine.statuses or later not in machine.statuses:
            return True
        return later in reachable([earlier], lambda status: edges.get(status, ()))

    return may_follow


def _is_new(machine: AttachedMachine, status: str) -> bool:
    """Holds if an attached machine has no such status."""
    return status not in machine.statuses


def _change(machine: AttachedMachine, item: str, before: str | None, after: str) -> AttachedChange:
    return AttachedChange(machine=machine.name, item=item, pointer="", before=before, after=after)


def attached_statuses(
    machine: AttachedMachine, response: Response
) -> Iterator[tuple[str, str, str]]:
    """The items of an attached machine in a response: key, JSON pointer and status."""
    value = response.members.get(machine.member)
    items = value if machine.items and isinstance(value, list | tuple) else [value]
    for ordinal, item in enumerate(items):
        place = f"/{machine.member}/{ordinal}" if machine.items else f"/{machine.member}"
        if not machine.status and isinstance(item, str):
            yield "", place, item
        elif isinstance(item, dict) and isinstance(item.get(machine.status), str):
            key = item.get(machine.key) if machine.key else ""
            yield str(key), f"{place}/{machine.status}", item[machine.status]


__all__ = ["Epoch", "Order", "attached_statuses", "follows"]
