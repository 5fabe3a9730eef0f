"""One check by several processes, with the report that one process gives, byte for byte.

Every process reads all lines and judges those whose job is its own, so that each job is
judged whole, in order, by one of them; which lines are whose is told by the ARN alone,
which is found without decoding the line. A recording in which anything is not named by an
ARN is left to one process.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from heapq import merge
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from typing import Any, Protocol
from zlib import crc32

import msgspec
from attrs import asdict, define, field, frozen

from trainstate.check.jobs import JobState
from trainstate.check.polled import Polled
from trainstate.check.report import Finding, JobReport, Summary
from trainstate.check.shape import arn_in
from trainstate.check.stream import Checker
from trainstate.cli.progress import rarely_collected
from trainstate.errors import TrainstateError
from trainstate.history.model import Response, Unreadable
from trainstate.history.readers import SourceReport
from trainstate.history.readers.shelf import Shelf
from trainstate.history.readers.tally import Repeats

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
    with ProcessPoolExecutor(workers, mp_context=_context()) as pool:
        parts = [pool.submit(_judged, asked, part, workers) for part in range(workers)]
        found = [part.result() for part in parts]
    whole = [part for part in found if part is not None]
    return whole if len(whole) == workers else None


def _context() -> BaseContext:
    """How processes are begun: a fork has imported everything, but may hang beside threads."""
    alone = sys.platform == "linux" and threading.active_count() == 1
    return get_context("fork" if alone else "spawn")


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
        share = _Share.of(checker, self.part, self.parts, self.places)
        for record in self.asked.records(sources.append, share):
            if record.origin.reader != _LINES:
                share.place += 1
            if share.has(record):
                self.findings += [(share.place, finding) for finding in checker.feed(record)]
                share.notes_job()
        firsts = dict(zip(map(_named, checker.order_of_jobs), self.places, strict=True))
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


@define(kw_only=True)
class _Share:
    """The lines of one process.

    ``place`` counts all lines and records alike in each process; ``places`` are those at
    which a job of this one begins. A line's job is told by the first ARN that it shows;
    the process to which that leads holds it against the record.
    """

    checker: Checker
    repeats: Repeats
    part: int
    parts: int
    places: list[int]
    key: bytes
    probe: msgspec.json.Decoder[Any]
    place: int = 0
    arn: str = ""

    @classmethod
    def of(cls, checker: Checker, part: int, parts: int, places: list[int]) -> _Share:
        """The share of one process in what a checker is given."""
        name = checker.spec.layout.arn
        struct = msgspec.defstruct("Named", [("arn", Any, None)], rename={"arn": name})
        return cls(
            checker=checker,
            repeats=checker.repeats(),
            part=part,
            parts=parts,
            places=places,
            key=msgspec.json.encode(name),
            probe=msgspec.json.Decoder(struct),
        )

    def takes(self, line: bytes, shelf: Shelf, offset: int) -> bool:
        """Whether a line is another process's, or nothing is to be said of it."""
        self.place += 1
        self.arn = arn_in(line, self.key)
        if not self.arn:
            return self._is_foreign(line)
        if not self.owns(self.arn):
            return True
        taken = self.repeats.takes(line, shelf, offset)
        if taken:
            self.notes_job()
        return taken

    def has(self, record: Response | Unreadable) -> bool:
        """Whether a record is this process's to judge; raises _Unnamed where none can tell."""
        if isinstance(record, Unreadable):
            return record.origin.reader == _LINES or self.part == 0
        if record.arn is None or (record.origin.reader == _LINES and record.arn != self.arn):
            raise _Unnamed
        return self.owns(record.arn)

    def passes(self, count: int) -> None:
        """Counts lines of which the reader knows that nothing is to be said here."""
        self.place += count

    def notes_job(self) -> None:
        """Notes the place at which a job begins."""
        if len(self.checker.order_of_jobs) > len(self.places):
            self.places.append(self.place)

    def _is_foreign(self, line: bytes) -> bool:
        """Whether a line without an ARN is left to the first process: one that is no JSON."""
        try:
            self.probe.decode(line)
        except msgspec.ValidationError:
            raise _Unnamed from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self.part != 0
        raise _Unnamed

    def owns(self, arn: str) -> bool:
        """Whether a job is this process's."""
        return crc32(arn.encode("utf-8", "surrogatepass")) % self.parts == self.part


def _named(job: JobState | Polled) -> str:
    return job.arn if isinstance(job, Polled) else job.epoch.job
