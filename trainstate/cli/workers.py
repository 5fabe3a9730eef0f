"""One check by several processes, with byte for byte the report of one process.

Every process reads everything and judges the jobs whose name hashes to it, so one process
judges each job whole and in order. No states are merged: findings and jobs are put in the
order of their records.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from heapq import merge
from typing import TYPE_CHECKING, Any
from zlib import crc32

from attrs import asdict, define, evolve, field, frozen

from trainstate.checking.implied import batches
from trainstate.checking.report import Finding, JobReport, Summary
from trainstate.checking.stream import Checker
from trainstate.cli import progress
from trainstate.cli.processes import at_once
from trainstate.errors import TrainstateError
from trainstate.history.machines import family_of
from trainstate.history.model import Unreadable
from trainstate.history.readers import SourceReport
from trainstate.history.readers.lines import Line, Record

if TYPE_CHECKING:
    from trainstate.cli.asked import CheckOptions


@frozen(kw_only=True)
class Judged:
    """Findings and jobs, each with its place in the whole recording."""

    findings: list[tuple[int, Finding]]
    at_end: list[tuple[int, Finding]]
    jobs: list[tuple[int, JobReport]]
    summary: Summary
    sources: list[SourceReport]


def judge_shared(asked: CheckOptions, workers: int) -> list[Judged] | None:
    """What each process found; None if one process must do it alone."""
    given = [(asked, part, workers) for part in range(workers)]
    shown = partial(progress.show, f"{workers} processes")
    try:
        found = at_once(_judged, given, patience=progress.PATIENCE, waited=shown)
    finally:
        progress.hide()
    whole = [part for part in found if part is not None]
    return whole if len(whole) == workers else None


def joined(parts: Sequence[Judged]) -> tuple[list[list[Finding]], tuple[JobReport, ...], Summary]:
    """Findings, jobs and totals of all parts, in the order of the recording.

    The findings of one record stay together.
    """
    found = [*batches(merge(*(p.findings for p in parts), key=_place))]
    found += batches(merge(*(p.at_end for p in parts), key=_place))
    jobs = tuple(job for _, job in merge(*(p.jobs for p in parts), key=_place))
    totals = [asdict(part.summary) for part in parts]
    return found, jobs, Summary(**{name: sum(t[name] for t in totals) for name in totals[0]})


def _place(item: tuple[int, Any]) -> int:
    return item[0]


def _sent(finding: Finding, asked: CheckOptions) -> Finding:
    """A finding without its response where no text draws it: sending one takes 200 us."""
    drawn = asked.form == "text" and finding.severity.rank <= asked.shown.rank
    return finding if drawn else evolve(finding, record=None)


def _judged(asked: CheckOptions, part: int, parts: int) -> Judged | None:
    try:
        with progress.rarely_collected():
            return _Worker(checker=asked.checker(), part=part, parts=parts).judged(asked)
    except TrainstateError:
        return None  # one process alone says what is wrong


@define(kw_only=True)
class _Worker:
    """One of several processes: it judges its own jobs.

    ``places`` has the place of the first record of each of its jobs. ``owners`` caches the owner
    of a line by ARN and name: computing it takes as long as decoding the line.
    """

    checker: Checker
    part: int
    parts: int
    places: list[int] = field(factory=list)
    owners: dict[tuple[str, str], bool] = field(factory=dict)

    def judged(self, asked: CheckOptions) -> Judged:
        """What this process finds."""
        sources: list[SourceReport] = []
        findings: list[tuple[int, Finding]] = []
        for place, record in enumerate(asked.records(sources.append)):
            if self._owns(record):
                found = self.checker.feed(record)
                findings += [(place, _sent(finding, asked)) for finding in found]
                new = len(self.checker.states) - len(self.places)
                self.places += [place] * new
        at_end, jobs = self.checker.close()
        return Judged(
            findings=findings,
            at_end=[(self.places[number], finding) for number, finding in at_end],
            jobs=list(zip(self.places, jobs, strict=True)),
            summary=self.checker.summary,
            sources=sources,
        )

    def _owns(self, record: Record) -> bool:
        """Whether a record belongs to this process; the first takes records that name no job."""
        if isinstance(record, Unreadable):
            return self.part == 0
        if not isinstance(record, Line):
            return self._owns_job(record.called)
        key = record.typed.arn, record.typed.name
        if key not in self.owners:
            self.owners[key] = self._owns_job(record.called)
        return self.owners[key]

    def _owns_job(self, called: str) -> bool:
        name = family_of(called, self.checker.spec)
        return crc32(name.encode("utf-8", "surrogatepass")) % self.parts == self.part
