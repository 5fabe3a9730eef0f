"""One check by several processes, with byte for byte the report of one process.

Every process reads everything and judges the jobs whose name hashes to it, so one process
judges each job whole and in order. No states are merged: findings and jobs are put in the
order of their records.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from heapq import merge
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from typing import Any, TypeVar
from zlib import crc32

from attrs import asdict, define, evolve, field, frozen

from trainstate.checking.implied import batches
from trainstate.checking.report import Finding, JobReport, Summary
from trainstate.checking.stream import Checker
from trainstate.cli import progress
from trainstate.cli.check_options import CheckOptions
from trainstate.errors import TrainstateError
from trainstate.history.machines import family_of
from trainstate.history.model import Unreadable
from trainstate.history.readers import SourceReport
from trainstate.history.readers.lines import Line, Record

T = TypeVar("T")


class ProcessLost(TrainstateError):
    """A process ended before it returned its result."""


def at_once(
    work: Callable[..., T],
    given: Sequence[tuple[Any, ...]],
    *,
    patience: float | None = None,
    waited: Callable[[], None] = lambda: None,
) -> list[T]:
    """The results of a function for several arguments, each in a process of its own.

    Calls ``waited`` whenever no result has come for ``patience`` seconds. Raises what the function
    raises, and ProcessLost if a process was killed from outside. No process outlives the call or
    the calling process.
    """
    context = _context()
    begun: list[tuple[Any, Any]] = []
    found: dict[Any, T] = {}
    try:
        with _no_interruption():
            begun.extend(_begun(context, work, arguments) for arguments in given)
        waiting = {receiver: process for process, receiver in begun}
        while waiting:
            ready: list[Any] = wait(list(waiting), patience)
            if not ready:
                waited()
            for receiver in ready:
                found[receiver] = _received(receiver, waiting.pop(receiver))
    finally:
        for process, receiver in begun:
            process.terminate()
            process.join()
            receiver.close()
    return [found[receiver] for _, receiver in begun]


def _begun(context: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Any]:
    """A process, and the connection that receives its result."""
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work, arguments), daemon=True)
    process.start()
    sender.close()
    return process, receiver


@contextmanager
def _no_interruption() -> Iterator[None]:
    """Ctrl-C waits until the processes have started, and never reaches them: they inherit this.

    A terminal sends it to all its processes; the parent handles it.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _context() -> BaseContext:
    """How processes start: a fork has everything imported, but may hang beside threads.

    The threads of polars are not Python's.
    """
    alone = threading.active_count() == 1 and "polars" not in sys.modules
    alone &= sys.platform == "linux"
    return get_context("fork" if alone else "spawn")


def _received(receiver: Any, process: Any) -> Any:
    try:
        result, error = receiver.recv()
    except EOFError:
        process.join()
        raise ProcessLost(
            f"A worker was killed ({_ending(process.exitcode)}), perhaps for lack"
            " of memory; use fewer --workers."
        ) from None
    if error is not None:
        raise error
    return result


def _ending(code: int) -> str:
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit status {code}"


def _work(sender: Connection, work: Callable[..., T], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # nothing to clean up
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        result = (work(*arguments), None)
    except Exception as error:  # noqa: BLE001 - raised again by the receiver
        sender.send((None, error))
    else:
        sender.send(result)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@frozen(kw_only=True)
class Judged:
    """Findings and jobs, each with its place in the whole recording."""

    findings: list[tuple[int, Finding]]
    at_end: list[tuple[int, Finding]]
    jobs: list[tuple[int, JobReport]]
    summary: Summary
    sources: list[SourceReport]


def judge_shared(options: CheckOptions, workers: int) -> list[Judged] | None:
    """What each process found; None if one process must do it alone."""
    given = [(options, part, workers) for part in range(workers)]
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


def _sent(finding: Finding, options: CheckOptions) -> Finding:
    """A finding without its response where no text draws it: sending one takes 200 us."""
    drawn = options.form == "text" and finding.severity.rank <= options.shown.rank
    return finding if drawn else evolve(finding, record=None)


def _judged(options: CheckOptions, part: int, parts: int) -> Judged | None:
    try:
        with progress.rarely_collected():
            return _Worker(checker=options.checker(), part=part, parts=parts).judged(options)
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

    def judged(self, options: CheckOptions) -> Judged:
        """What this process finds."""
        sources: list[SourceReport] = []
        findings: list[tuple[int, Finding]] = []
        for place, record in enumerate(options.records(sources.append)):
            if self._owns(record):
                found = self.checker.feed(record)
                findings += [(place, _sent(finding, options)) for finding in found]
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
