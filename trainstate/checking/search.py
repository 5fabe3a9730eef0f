"""Whether a run shows all observations of a job, asked again with each new one.

The search keeps the frontier after each group of observations. A new observation is searched from
its place on, until the frontier is the old one again: more observations only shrink a frontier, so
the work of all searches is linear in the observations.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from attrs import define, field, frozen

from trainstate.checking.observations import (
    End,
    Grouped,
    Observations,
    Runs,
    ends_between,
    ends_changed,
    ends_of,
    grouped,
    joined,
)
from trainstate.checking.order import Rank, until
from trainstate.machine.belief import Frontier, batches, beginning, common, ends, onward
from trainstate.machine.run_states import KnownHistory, Observation, RunState
from trainstate.spec.model import Spec

FEWEST = 8
"""Runs of observations from which on a search is kept; shorter ones are searched anew."""

Stage = tuple[Grouped, Frontier]
"""A group of observations, and the frontier of runs that have shown it and all before."""


@frozen
class Draft:
    """The change that a new observation makes: it replaces the stages ``low`` to ``high``."""

    low: int = 0
    high: int = 0
    stages: tuple[Stage, ...] = ()


@define(eq=False)
class IncrementalSearch:
    """The observations of a job in order for one known history, with their frontiers.

    ``afloat`` are unordered observations that are searched for together with them.
    """

    spec: Spec
    past: KnownHistory
    afloat: tuple[Observation, ...] = ()
    stages: list[Stage] = field(factory=list)

    def begun(self, runs: Runs) -> bool:
        """Whether a run shows these observations; the search then holds them."""
        draft = self._carried(0, 0, grouped(ends_of(runs)))
        if draft is not None:
            self.take(draft)
        return draft is not None

    def draft(self, old: Runs, new: Runs, rank: Rank) -> Draft | None:
        """The change that an observation makes; None if no run shows it with the others."""
        gone, come = ends_changed(old, new, rank)
        if not gone and not come:
            return Draft()
        if not gone and len(come) == 1 and self._is_apart(come[0][1].moment):
            return self._carried(*self._joining(come[0]))
        moments = [at.moment for _, at in (*gone, *come)]
        low, high = self._affected(min(moments), max(moments))
        window = grouped(ends_between(new, low, high - 1))
        return self._carried(self._from(low), self._from(high), window)

    def take(self, draft: Draft) -> None:
        """Applies a change."""
        self.stages[draft.low : draft.high] = draft.stages

    def ends(self, draft: Draft) -> frozenset[RunState]:
        """The run states where a run can be at the end, with a change not yet applied."""
        unchanged = draft.high < len(self.stages) or not draft.stages
        last = self._before(len(self.stages)) if unchanged else draft.stages[-1][1]
        return ends(self.spec, self.past, last, self.afloat)

    def _affected(self, low: int, high: int) -> tuple[int, int]:
        """The start and end of the moments that a change between two moments may regroup."""
        if (before := self._from(low)) and until(first := self.stages[before - 1][0].moment) > low:
            low = first
        return low, max(until(low), until(high))

    def _is_apart(self, moment: int) -> bool:
        """Whether no other moment can be another reading of this one."""
        low, high = self._affected(moment, moment)
        return low == moment and self._from(high) == self._behind(moment)

    def _joining(self, end: End) -> tuple[int, int, list[Grouped]]:
        """The stages that an observation replaces if it arrived last of its moment."""
        new, moment = Grouped.of([end]), end[1].moment
        high = self._behind(moment)
        if not high or self.stages[high - 1][0].moment != moment:
            return high, high, [new]
        # More than the last group is affected only if nothing orders the moment.
        last = self.stages[high - 1][0]
        low = self._from(moment) if new.free and not last.free else high - 1
        return low, high, joined([group for group, _ in self.stages[low:high]], new)

    def _carried(self, low: int, high: int, groups: Iterable[Grouped]) -> Draft | None:
        """The change that replaces stages by these groups, carried on until it has no effect."""
        stages: list[Stage] = []
        frontier = self._before(low)
        for group in groups:
            frontier = self._after(frontier, group)
            stages.append((group, frontier))
        while frontier and high < len(self.stages) and frontier != self._before(high):
            group = self.stages[high][0]
            frontier = self._after(frontier, group)
            stages.append((group, frontier))
            high += 1
        return Draft(low, high, tuple(stages)) if frontier else None

    def _after(self, frontier: Frontier, group: Grouped) -> Frontier:
        return onward(self.spec, self.past, frontier, group.observations, self.afloat)

    def _before(self, at: int) -> Frontier:
        """The frontier before a stage."""
        return self.stages[at - 1][1] if at else beginning(self.spec, self.past, self.afloat)

    def _from(self, moment: int) -> int:
        return bisect_left(self.stages, moment, key=_moment)

    def _behind(self, moment: int) -> int:
        return bisect_right(self.stages, moment, key=_moment)


def _moment(stage: Stage) -> int:
    return stage[0].moment


Key = tuple[KnownHistory, tuple[Observation, ...]]


@define(eq=False)
class Searches:
    """The searches of one job: one for each known history and each unordered batch.

    ``held`` are the observations that they cover. None stands for a search that already failed:
    further observations cannot make it succeed.
    """

    spec: Spec
    held: Observations = field(factory=Observations)
    searches: dict[Key, IncrementalSearch | None] = field(factory=dict)
    _asked: Observations | None = None
    _drafts: dict[Key, Draft | None] = field(factory=dict)

    def explain(self, past: KnownHistory, new: Observations, rank: Rank | None) -> bool:
        """Whether a run shows these observations, the newest at a rank."""
        if new is not self._asked:
            self._asked, self._drafts = new, {}
        found: list[frozenset[RunState]] = []
        for afloat in batches(new.unordered()):
            key = past, afloat
            search = self._search(key)
            draft = None if search is None else self._draft(search, new, rank)
            self._drafts[key] = draft
            if search is None or draft is None:
                return False
            if afloat:
                found.append(search.ends(draft))
        return bool(common(found)) if found else True

    def take(self, new: Observations) -> None:
        """Holds these observations from now on; applies their changes if they were asked last."""
        drafts = self._drafts if new is self._asked else {}
        kept = {key: self.searches[key] if draft else None for key, draft in drafts.items()}
        for key, search in kept.items():
            if search is not None and (draft := drafts[key]) is not None:
                search.take(draft)
        self.held, self.searches, self._asked, self._drafts = new, kept, None, {}

    def follow(self, now: Observations) -> None:
        """Catches up with a job's state, whose newest observation may have been repeated since."""
        old = self.held
        if now is old:
            return
        again = len(now.runs) == len(old.runs) and now.runs[:-1] == old.runs[:-1]
        if again and now.runs and now.floating == old.floating:
            for past, _ in tuple(self.searches):
                self.explain(past, now, now.runs[-1].last)
        self.take(now)

    def _search(self, key: Key) -> IncrementalSearch | None:
        if key not in self.searches:
            search = IncrementalSearch(self.spec, *key)
            self.searches[key] = search if search.begun(self.held.runs) else None
        return self.searches[key]

    def _draft(
        self, search: IncrementalSearch, new: Observations, rank: Rank | None
    ) -> Draft | None:
        return Draft() if rank is None else search.draft(self.held.runs, new.runs, rank)


__all__ = ["FEWEST", "IncrementalSearch", "Searches", "Draft"]
