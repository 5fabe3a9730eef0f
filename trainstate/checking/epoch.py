"""The incremental state of one job: what each further response adds or contradicts.

An epoch is the life of a job between creation and deletion, identified by ARN and CreationTime. The
state holds the longest history, each change of an observation, and digests of fixed members: it
grows with the changes of a job, not with its responses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define, evolve, field

from trainstate.checking.attached import (
    Listed,
    Statuses,
    attached_change,
    attached_items,
    attached_statuses,
    vanished,
)
from trainstate.checking.blame import blamed
from trainstate.checking.members import FixedMembers
from trainstate.checking.observations import Observations
from trainstate.checking.order import BEFORE_ALL, Order, Rank, is_after, rank_of, until
from trainstate.checking.search import FEWEST, Searches
from trainstate.checking.timeline import Timeline
from trainstate.history.chain import (
    Difference,
    History,
    Relation,
    compare,
    goes_with,
    is_printed,
    size,
)
from trainstate.history.excerpt import is_tail, may_be_unshown
from trainstate.history.instants import same_instant
from trainstate.history.model import Kind, Response, number_at
from trainstate.history.nested import amount, instance_type
from trainstate.machine.belief import is_explained, is_possible
from trainstate.machine.guards import (
    UNSEEN,
    Configuration,
    configuration,
    merged,
    proven,
    shared,
    shut,
)
from trainstate.machine.run_states import KnownHistory, Observation, is_legal
from trainstate.rules.model import AttachedChange, Comparison, MemberChange, OtherEpoch, Reading
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.model import Spec

HistorySize = tuple[int, bool]


@define
class Spread:
    """The earliest and latest rank at which histories of one size were seen."""

    earliest: Rank
    latest: Rank

    def take(self, rank: Rank) -> None:
        """Extends the spread to a rank."""
        if is_after(self.earliest, rank) or until(rank.moment) < until(self.earliest.moment):
            self.earliest = rank
        if is_after(rank, self.latest) or rank.moment > self.latest.moment:
            self.latest = rank


@define(kw_only=True)
class Epoch:
    """The state of one epoch: everything that a later response can contradict.

    ``newest`` is the newest LastModifiedTime.
    """

    spec: Spec
    job: str
    created: int | None = None
    order: Order | None = None
    tolerances: Tolerances = field(factory=Tolerances)
    responses: int = 0
    known: History = ()
    config: Configuration = UNSEEN
    observations: Observations = field(factory=Observations, alias="sightings")
    spreads: dict[HistorySize, Spread] = field(factory=dict)
    members: FixedMembers = field(factory=FixedMembers)
    billing: dict[str, Timeline[float]] = field(factory=dict)
    attached: Statuses = field(factory=dict)
    listed: Listed = field(factory=dict)
    newest: int = BEFORE_ALL
    earliest: int | None = None
    newest_file: str | None = None
    instance_type: str | None = None
    ended: bool = False
    naive: bool = False
    zoned: bool = False
    bare: Rank | None = None
    full: Rank | None = None
    has_bare: bool = False
    _searches: Searches | None = field(default=None, eq=False, repr=False)
    _past_cache: tuple[History, Configuration, bool, KnownHistory] | None = field(
        default=None, eq=False, repr=False
    )

    def observe(
        self, response: Response, *, other_epochs: tuple[OtherEpoch, ...] = ()
    ) -> Comparison:
        """Compares a response with the state, then updates the state.

        A response that contradicts earlier ones is counted but otherwise leaves the state as it
        was, so that later responses do not repeat the finding.
        """
        index = self.responses
        self.responses += 1
        before = self.config
        self.config = shared(merged(before, configuration(response, self.spec)))
        reading = Reading(
            response=response, spec=self.spec, tolerances=self.tolerances, config=self.config
        )
        rank = rank_of(response, arrival=index, newest=self.newest, order=self.order)
        known = self.known
        comparison = Comparison(
            reading=reading,
            index=index,
            late=self._is_late(response, rank),
            mixed_zones=self._mixes_zones(response),
            changes=self.members.changes(response, self.spec, index, rank),
            billing=tuple(self._billing(response, rank, index)),
            attached=tuple(self._attached(response, rank, index)),
            vanished=tuple(
                vanished(self.listed, response, self.spec, rank, old=self._is_dated(response))
            ),
            lost_history=self._loses_history(response, rank),
            other_epochs=other_epochs,
            known=known,
            shut=shut(before, self.config),
            **self._placed(response, rank, index),
        )
        self._advance(response)
        return comparison

    def _is_dated(self, response: Response) -> bool:
        """Whether a response lacks members of its job, as from an older client or a search."""
        shown = {name for _, name in self.members.seen}
        shown |= {one.member for one in self.spec.machines if (one.name, "") in self.attached}
        lost = shown.difference(response.members)
        return any(may_be_unshown(response, name, self.spec) for name in lost)

    def _placed(self, response: Response, rank: Rank | None, index: int) -> dict[str, Any]:
        """The relation of the response's history to the known one, and any contradiction."""
        history = response.history or ()
        begun = self._begun
        if history and history[0].start is not None:
            self.earliest = min(history[0].start, self.earliest or history[0].start)
        if not history or is_tail(response, self.spec, begun):
            self.has_bare = True
            return {"relation": Relation.ABSENT, **self._seen(response, rank, index, None)}
        known = self.known
        found = compare(known, history) if known else Difference(Relation.FIRST)
        if found.relation is Relation.FORKED and self._is_printed_with(known, history):
            if is_printed(history):
                return {"relation": Relation.ABSENT}
            known, found = (), Difference(Relation.FIRST)
        relation = {"relation": found.relation, "at": found.at, "messages": found.messages}
        if found.relation in (Relation.FORKED, Relation.REWRITTEN):
            return relation
        extent = self._extent(history)
        if rank is not None:
            earlier, later = self._misordered(extent, rank)
            if earlier or later:
                return {**relation, "ordered_earlier": earlier, "ordered_later": later}
            self.spreads.setdefault(extent, Spread(rank, rank)).take(rank)
        if found.relation in (Relation.FIRST, Relation.GROWN):
            self.known = history
        seen = self._seen(response, rank, index, len(history))
        if "clash" in seen:
            self.known = known
        return {**relation, **seen}

    @property
    def _begun(self) -> int | None:
        """When the job began, as far as it is known."""
        return self.earliest if self.created is None else self.created

    def _is_printed_with(self, known: History, history: History) -> bool:
        """Whether one history is a log's, and differs only by statuses that the log missed."""
        ends = self.spec.terminal_secondaries
        if is_printed(history):
            return goes_with(history, known, ends)
        return is_printed(known) and goes_with(known, history, ends)

    def _extent(self, history: History) -> HistorySize:
        """The size of a history; without end times it is closed if its last status is terminal."""
        length, closed = size(history)
        left_out = length > 1 and all(entry.end is None for entry in history)
        ended = left_out and history[-1].status in self.spec.terminal_secondaries
        return length, closed or ended

    def _misordered(self, extent: HistorySize, rank: Rank) -> tuple[bool, bool]:
        """Whether the order puts a history before a smaller one, or after a larger one."""
        spreads = self.spreads.items()
        earlier = any(is_after(s.latest, rank) for other, s in spreads if other < extent)
        later = any(is_after(rank, s.earliest) for other, s in spreads if other > extent)
        return earlier, later

    def _seen(
        self, response: Response, rank: Rank | None, index: int, length: int | None
    ) -> dict[str, Any]:
        """The clash of a response, if no run shows its observation with the others."""
        observation = Observation(response.primary, response.secondary, length, response.modified)
        if not self._is_informative(observation):
            return {}
        if self.observations.is_repeat(observation, rank):
            self.observations = self.observations.repeated(rank)
            return {}
        return self._seen_first(observation, rank, index)

    def _seen_first(
        self, observation: Observation, rank: Rank | None, index: int
    ) -> dict[str, Any]:
        """As ``_seen``, for an observation that is no repetition."""
        candidate = self.observations.adding(observation, rank, index)
        past, alone = self._past(), observation.length is None
        # An illegal known history has findings of its own.
        if not is_legal(self.spec, past):
            return {}
        explained = self._explained(past, candidate, rank)
        # If the known history explains it, some run shows it.
        own = KnownHistory(config=self.config) if alone else past
        if not ((explained and not alone) or is_possible(self.spec, own, observation)):
            return {}
        if explained:
            unproven = self.has_bare and not self._is_proven(past, candidate, rank)
            self._take(candidate)
            return {"unproven": unproven}
        # A first observation can only be contradicted by its own history, which other rules report.
        if not (self.observations.runs or self.observations.floating):
            return {}
        return {"clash": blamed(self.spec, past, self.observations, (observation, rank, index))}

    def _past(self) -> KnownHistory:
        """The known history for the search; rebuilt only when it has changed."""
        kept = self._past_cache
        if kept is None or kept[0] is not self.known or kept[1:3] != (self.config, self.has_bare):
            statuses = tuple(entry.status for entry in self.known)
            starts = tuple(entry.start for entry in self.known) if self.has_bare else ()
            past = KnownHistory(statuses, self.config, starts)
            kept = self._past_cache = (self.known, self.config, self.has_bare, past)
        return kept[3]

    def _is_informative(self, observation: Observation) -> bool:
        """Whether an observation shows anything, and all that it shows is in the specification."""
        spec = self.spec
        known_primary = observation.primary is None or observation.primary in spec.primary_by_name
        known_secondary = (
            observation.secondary is None or observation.secondary in spec.secondary_by_name
        )
        shows = (observation.primary, observation.secondary, observation.length) != (
            None,
            None,
            None,
        )
        return known_primary and known_secondary and shows

    def _explained(self, past: KnownHistory, observations: Observations, rank: Rank | None) -> bool:
        """Whether one run shows all observations, the newest at this rank."""
        if not self.has_bare or len(self.observations.runs) < FEWEST:
            self._searches = self._past_cache = None
            return is_explained(self.spec, past, observations.groups(), observations.unordered())
        if self._searches is None:
            self._searches = Searches(self.spec)
        self._searches.follow(self.observations)
        return self._searches.explain(past, observations, rank)

    def _is_proven(self, past: KnownHistory, observations: Observations, rank: Rank | None) -> bool:
        """Whether a run explains the observations without using an unseen guard."""
        sure = evolve(past, config=proven(self.config, self.spec))
        return sure.config == self.config or self._explained(sure, observations, rank)

    def _take(self, observations: Observations) -> None:
        self.observations = observations
        if self._searches is not None:
            self._searches.take(observations)

    def _billing(self, response: Response, rank: Rank | None, index: int) -> Iterator[MemberChange]:
        if rank is None or response.kind is Kind.LOG:
            return
        for key, member, value in self._growing(response):
            clash = self.billing_of(key).place(value, rank, index)
            if clash is not None:
                yield MemberChange(member=member, before=clash.value, after=value, at=clash.index)

    def _growing(self, response: Response) -> Iterator[tuple[str, str, float]]:
        """Values that may only grow: key, JSON pointer without the first slash, value."""
        for member in self.spec.members_with("billing"):
            seconds = response.seconds(member.name)
            if seconds is not None:
                yield member.name, member.name, seconds
        for counter in self.spec.counters:
            for pointer in counter.pointers if counter.grows else ():
                count = number_at(response, pointer)
                if count is not None:
                    yield pointer, pointer[1:], count
        for machine in self.spec.machines:
            for key, place, item in (
                attached_items(machine, response.members) if machine.grows else ()
            ):
                for name in machine.grows:
                    value = amount(item, name, self.spec)
                    if value is not None:
                        yield f"{machine.name}/{key}/{name}", f"{place[1:]}/{name}", value

    def _attached(
        self, response: Response, rank: Rank | None, index: int
    ) -> Iterator[AttachedChange]:
        for machine in self.spec.machines:
            for shown in attached_statuses(machine, response.members):
                change = attached_change(self.attached, machine, shown, rank, index)
                if change is not None:
                    yield change

    def is_shown_by(self, response: Response) -> bool:
        """Whether a response shows the newest of every value that must not fall or vanish."""
        shown = {
            (machine.name, item): status
            for machine in self.spec.machines
            for item, _, status in attached_statuses(machine, response.members)
        }
        growing = {key: value for key, _, value in self._growing(response)}
        amounts = ((line.newest, growing.get(name)) for name, line in self.billing.items())
        statuses = ((line.newest, shown.get(key)) for key, line in self.attached.items())
        kept = all(response.members.get(name) is not None for name in self.members.kept)
        return kept and all(known in (None, now) for known, now in (*amounts, *statuses))

    def billing_of(self, member: str) -> Timeline[float]:
        """The timeline of a billing member, counter, or growing value of an attached machine."""
        if member not in self.billing:
            time = member.endswith(f"/{self.spec.layout.modified}")
            self.billing[member] = Timeline(_not_earlier if time else _not_less)
        return self.billing[member]

    def _mixes_zones(self, response: Response) -> bool:
        """Whether naive and aware times occur together for the first time in this job."""
        met = self.naive and self.zoned
        # The SDK prints UTC, so naive times in its logs are unambiguous.
        self.naive |= bool(response.naive) and response.kind is not Kind.LOG
        self.zoned |= response.zoned
        return self.naive and self.zoned and not met

    def _is_late(self, response: Response, rank: Rank | None) -> bool:
        """Whether the response arrived after a newer one of the same source."""
        if rank is None or rank.free or response.modified is None:
            return False
        if response.origin.file != self.newest_file:
            return False
        seen = response.history or ()
        whole = bool(seen) and not is_tail(response, self.spec, self._begun)
        smaller = whole and self._extent(seen) < self._extent(self.known)
        # A listing truncates times to the second; that does not make it older.
        same = same_instant(response.modified, self.newest)
        return smaller if same else response.modified < self.newest

    def _loses_history(self, response: Response, rank: Rank | None) -> bool:
        """Whether a response has a history and a later one an empty history."""
        if response.kind is not Kind.RESPONSE or rank is None or response.history is None:
            return False
        if response.history:
            self.full = rank if self.full is None or is_after(self.full, rank) else self.full
            return self.bare is not None and is_after(self.bare, rank)
        self.bare = rank if self.bare is None or is_after(rank, self.bare) else self.bare
        return self.full is not None and is_after(rank, self.full)

    def _advance(self, response: Response) -> None:
        self.instance_type = self.instance_type or instance_type(response.members, self.spec)
        if response.modified is not None and response.modified >= self.newest:
            self.newest, self.newest_file = response.modified, response.origin.file
        last = response.history[-1].status if response.history else response.secondary
        terminal = response.primary is None and last in self.spec.terminal_secondaries
        self.ended |= response.primary in self.spec.ended_primaries or terminal


def _not_less(earlier: float, later: float) -> bool:
    return later >= earlier


def _not_earlier(earlier: float, later: float) -> bool:
    return later >= earlier or same_instant(int(earlier), int(later))


__all__ = ["Epoch"]
