"""Findings that follow from another finding of their job: one fault, one thing to read.

A rule names the rules whose findings explain its own. Such a finding must be in the same response
or an earlier one and at least as severe; if both are about items of one list, the items must be the
same or adjacent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from itertools import groupby
from operator import itemgetter

from attrs import define, evolve, field

from trainstate.checking.report import Finding
from trainstate.rules.index import fits, rules

_ITEM = re.compile(r"/([^/]+)/(\d+)(?:/|$)", re.ASCII)
Item = tuple[str, int]
_ANY: Item = ("", -1)
_Known = dict[tuple[str, Item | None], tuple[int, str]]


@define
class Folding:
    """The findings of each job that later ones can follow from.

    Keyed by code and list item (None if the finding is about none): the rank of the severest
    finding, and the code of its cause.
    """

    _jobs: dict[str, _Known] = field(factory=dict)

    def fold(self, batch: list[Finding]) -> list[Finding]:
        """The findings of one response, each with the code of its cause in ``implied_by``."""
        if not batch:
            return batch
        causes, depths = _causes()
        job = batch[0].job
        known = self._jobs.setdefault(job, {}) if job else {}
        by_depth = sorted(range(len(batch)), key=lambda at: depths[batch[at].code])
        roots = {at: _take(batch[at], causes[batch[at].code], known) for at in by_depth}
        return [
            evolve(finding, implied_by=roots[at]) if roots[at] else finding
            for at, finding in enumerate(batch)
        ]


def batches(placed: Iterable[tuple[int, Finding]]) -> Iterator[list[Finding]]:
    """Groups findings by their place, in order."""
    for _, batch in groupby(placed, key=itemgetter(0)):
        yield [finding for _, finding in batch]


def _take(finding: Finding, causes: Iterable[str], known: _Known) -> str | None:
    """The code of a finding's cause; records the finding as a possible cause."""
    found, rank = _ITEM.match(finding.pointer), finding.severity.rank
    item = None if found is None else (found[1], int(found[2]))
    root = _root(causes, item, rank, known)
    for key in ((finding.code, item), (finding.code, _ANY)):
        if key not in known or known[key][0] > rank:
            known[key] = (rank, root or finding.code)
    return root


def _root(causes: Iterable[str], item: Item | None, rank: int, known: _Known) -> str | None:
    near: tuple[Item | None, ...] = (_ANY,)
    if item is not None:
        name, number = item
        near = (None, item, (name, number - 1), (name, number + 1))
    for cause in causes:
        for place in near:
            found = known.get((cause, place))
            if found is not None and found[0] <= rank:
                return found[1]
    return None


@cache
def _causes() -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """The codes that explain each rule's findings, and an order that puts causes first."""
    causes = {
        rule.code: tuple(
            other.code for other in rules() if any(fits(other, named) for named in rule.follows)
        )
        for rule in rules()
    }
    beside = {code: {*others} - {code} for code, others in causes.items()}
    return causes, {code: at for at, code in enumerate(TopologicalSorter(beside).static_order())}
