"""One check by several processes, with the report that one process gives, byte for byte.

Every process reads all lines and judges those whose job is its own, so that each job is
judged whole, in order, by one of them; which lines are whose is told by the ARN alone.
A recording in which anything is not named by an ARN is left to one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from heapq import merge
from multiprocessing import get_context
from typing import Any, Protocol
from zlib import crc32

import msgspec
from attrs import asdict, define, field, frozen

from trainstate.check.report import Finding, JobReport, Summary
from trainstate.check.stream import Checker
from trainstate.cli.progress import rarely_collected
from trainstate.errors import TrainstateError
from trainstate.history.model import Response, Unreadable
from trainstate.history.readers import SourceReport
from trainstate.history.readers.tally import Repeats
from trainstate.spec.model import Spec

_LINES = "ndjson"


class Asked(Protocol):
    """What a check needs to know, such that a process can be told."""

    def checker(self) -> Checker:
        """A checker as asked for."""

    def records(
        self, on_source: Callable[[SourceReport], None], repeats: Repeats
    ) -> Iterator[Response | Unreadable]:
        """The records of the paths."""


@frozen(kw_only=True)
class Judged:
    """What was found: findings and jobs each with its place in the whole recording."""

    findings: list[tuple[int, Finding]]
    at_end: list[tuple[int, Finding]]
    jobs: list[tuple[int, JobReport]]
    summary: Summary
    sources: list[SourceReport]


def judge_shared(asked: Asked, workers: int) -> list[Judged] | None:
    """What each process found; None where one process alone must do it."""
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        parts = [pool.submit(_judged, asked, part, workers) for part in range(workers)]
        found = [part.result() for part in parts]
    whole = [part for part in found if part is not None]
    return whole if len(whole) == workers else None


def joined(parts: Sequence[Judged]) -> tuple[list[Finding], tuple[JobReport, ...], Summary]:
    """The findings, the jobs and the totals of all parts, in the order of the recording."""
    found = [finding for _, finding in merge(*(p.findings for p in parts), key=_place)]
    found += [finding for _, finding in merge(*(p.at_end for p in parts), key=_place)]
    jobs = tuple(job for _, job in merge(*(p.jobs for p in parts), key=_place))
    totals = [asdict(part.summary) for part in parts]
    return found, jobs, Summary(**{name: sum(t[name] for t in totals) for name in totals[0]})


def _place(item: tuple[int, Any]) -> int:
    return item[0]


def _judged(asked: Asked, part: int, parts: int) -> Judged | None:
    try:
        with rarely_collected():
            return _Worker(asked=asked, part=part, parts=parts).judged()
    except (_Unnamed, TrainstateError):
        return None  # one process alone says what is wrong


class _Unnamed(Exception):
    """A record has no ARN, so that other records may belong to its job."""


@define(kw_only=True)
class _Worker:
    """One of several processes: it judges the jobs that are its own."""

    asked: Asked
    part: int
    parts: int
    findings: list[tuple[int, Finding]] = field(factory=list)
    places: list[int] = field(factory=list)

    def judged(self) -> Judged:
        """What the process finds; raises _Unnamed where jobs cannot be told apart."""
        checker, sources = self.asked.checker(), list[SourceReport]()
        share = _Share.of(checker.spec, checker.repeats(), self.part, self.parts)
        for record in self.asked.records(sources.append, share):
            if record.origin.reader != _LINES:
                share.place += 1
            if share.has(record):
                self._feed(checker, record, share.place)
        firsts = {job.epoch.job: at for job, at in zip(checker.states, self.places, strict=True)}
        at_end, jobs = checker.close()
        if at_end and len(firsts) < len(jobs):
            raise _Unnamed
        return Judged(
            findings=self.findings,
            at_end=[(firsts[finding.job], finding) for finding in at_end],
            jobs=list(zip(self.places, jobs, strict=True)),
            summary=checker.summary,
            sources=sources,
        )

    def _feed(self, checker: Checker, record: Response | Unreadable, place: int) -> None:
        self.findings += [(place, finding) for finding in checker.feed(record)]
        if len(checker.states) > len(self.places):
            self.places.append(place)


@define(kw_only=True)
class _Share:
    """The lines of one process; ``place`` counts all lines and records alike in each."""

    repeats: Repeats
    part: int
    parts: int
    probe: msgspec.json.Decoder[Any]
    place: int = 0

    @classmethod
    def of(cls, spec: Spec, repeats: Repeats, part: int, parts: int) -> _Share:
        """The share of one process in the recordings of a specification's jobs."""
        members = {"arn": spec.layout.arn, "event": "detail-type", "wrapped": "response"}
        struct = msgspec.defstruct("Named", [(name, Any, None) for name in members], rename=members)
        return cls(repeats=repeats, part=part, parts=parts, probe=msgspec.json.Decoder(struct))

    def takes(self, line: bytes, file: str | None) -> bool:
        """Whether a line is another process's, or only repeats one of this process."""
        self.place += 1
        try:
            named = self.probe.decode(line)
        except msgspec.ValidationError:
            raise _Unnamed from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self.part != 0
        if not isinstance(named.arn, str) or named.event is not None or named.wrapped is not None:
            raise _Unnamed
        return not self._owns(named.arn) or self.repeats.takes(line, file)

    def has(self, record: Response | Unreadable) -> bool:
        """Whether a record is this process's to judge."""
        if isinstance(record, Unreadable):
            return record.origin.reader == _LINES or self.part == 0
        if record.arn is None:
            raise _Unnamed
        return self._owns(record.arn)

    def _owns(self, arn: str) -> bool:
        return crc32(arn.encode("utf-8", "surrogatepass")) % self.parts == self.part
