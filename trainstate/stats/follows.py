"""The directly-follows graph of recorded histories, compared with the specification."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from attrs import define, field, frozen

from trainstate.history.instants import SECOND
from trainstate.spec.model import Evidence, Spec, Transition
from trainstate.stats.spread import Distribution
from trainstate.stats.survey import Surveyed


@define(kw_only=True)
class FollowsEdge:
    """One status directly after another: how often, and how long the first one took.

    ``row`` is the specification's strongest fact for it, None if there is none; ``logs`` and
    ``responses`` count the recordings of each kind that show it.
    """

    before: str
    after: str
    row: Transition | None
    logs: int = 0
    responses: int = 0
    seconds: Distribution = field(factory=Distribution)

    @property
    def count(self) -> int:
        """How often the jobs' histories show it."""
        return self.logs + self.responses


@frozen(kw_only=True)
class FollowsGraph:
    """The edges and first statuses of histories, compared with the specification.

    ``jobs`` counts those with a history; ``unseen`` are transitions of the specification that none
    shows; ``begins`` and ``ends`` count first and last statuses.
    """

    spec: Spec
    jobs: int
    edges: tuple[FollowsEdge, ...]
    unseen: tuple[Transition, ...]
    begins: dict[str, int]
    ends: dict[str, int]

    @property
    def lacking(self) -> tuple[FollowsEdge, ...]:
        """Edges without a transition in the specification."""
        return tuple(edge for edge in self.edges if edge.row is None)

    @property
    def raisable(self) -> tuple[FollowsEdge, ...]:
        """Edges whose fact is only inferred: these recordings are better evidence."""
        return tuple(
            edge
            for edge in self.edges
            if edge.row is not None and edge.row.evidence is Evidence.INFERRED
        )


def discover(jobs: Iterable[Surveyed], spec: Spec) -> FollowsGraph:
    """The directly-follows graph of the jobs' longest histories."""
    rows, found = _strongest(spec), dict[tuple[str, str], FollowsEdge]()
    begins: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for job in jobs:
        if not job.entries:
            continue
        begins[job.entries[0].status] += 1
        ends[job.entries[-1].status] += 1
        for before, after in pairwise(job.entries):
            pair = (before.status, after.status)
            edge = found.setdefault(
                pair, FollowsEdge(before=pair[0], after=pair[1], row=rows.get(pair))
            )
            edge.logs += before.start is None
            edge.responses += before.start is not None
            if before.start is not None and before.end is not None:
                edge.seconds.add((before.end - before.start) / SECOND)
    return FollowsGraph(
        spec=spec,
        jobs=begins.total(),
        edges=tuple(found[pair] for pair in _ordered(found, spec)),
        unseen=tuple(row for pair, row in rows.items() if pair not in found),
        begins=dict(begins.most_common()),
        ends=dict(ends.most_common()),
    )


def _strongest(spec: Spec) -> dict[tuple[str, str], Transition]:
    rows: dict[tuple[str, str], Transition] = {}
    for row in spec.transitions:
        known = rows.setdefault((row.before, row.after), row)
        if row.evidence.rank < known.evidence.rank:
            rows[row.before, row.after] = row
    return rows


def _ordered(found: Iterable[tuple[str, str]], spec: Spec) -> list[tuple[str, str]]:
    """Pairs of statuses in the order of the facts; unknown statuses last, by name."""
    place = {name: number for number, name in enumerate(spec.secondary_by_name)}
    last = len(place)
    return sorted(found, key=lambda pair: [(place.get(name, last), name) for name in pair])
