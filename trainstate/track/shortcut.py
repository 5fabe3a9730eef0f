"""A step that any tracker of the process has seen before, told without asking the rules.

A response of boto3 is written as a line of JSON, and the fast path of the check judges it:
a step of which the rules were silent for another job is silent for this one. What the
tracker says of the step is remembered beside it. The ledger learns of the line when
somebody asks for what only the ledger can tell.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from attrs import define, field

from trainstate.check.memory import Place
from trainstate.check.polled import Polled
from trainstate.check.shape import FastPath
from trainstate.check.stream import Checker
from trainstate.history.model import Origin, Response
from trainstate.history.readers.json_text import decode
from trainstate.history.wire import read_response
from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.spec.model import Spec
from trainstate.track.ledger import Ledger
from trainstate.track.lines import Forgotten, Lines, Waiting, is_faithful, written
from trainstate.track.options import Options
from trainstate.track.passage import Passage, passage_of
from trainstate.track.repeat import MARK
from trainstate.track.update import Update

_MOST = 64
"""Lines that wait for the ledger; with one more it takes them in, asked or not."""
_MOST_WAYS = 100_000
"""Passages that are remembered."""

Way = tuple[Place | None, Place, Configuration]
"""From where to where a job went, and with which configuration."""


@define(eq=False)
class _Common:
    """What all trackers of one kind share: the memory of the check, and the passages."""

    path: FastPath
    ways: dict[Way, Passage | None] = field(factory=dict)


@lru_cache(maxsize=16)
def _common(spec: Spec, options: Options) -> _Common:
    return _Common(options.checker(spec).repeats())


@define(eq=False)
class Shortcut:
    """One job on the fast path, and the lines that its ledger does not know yet."""

    common: _Common
    checker: Checker
    path: FastPath
    shelf: Lines = field(factory=Lines)
    waiting: list[Waiting] = field(factory=list)
    _arn: str | None = None
    _job: Polled | None = None
    _kept: bytes = b""
    _same: Passage | None = None
    _message: Any = None
    _line: bytes = b""
    _left: Place | None = None
    _took: bool = False

    @classmethod
    def of(cls, spec: Spec, options: Options) -> Shortcut | None:
        """For a tracker with these options; None where no order lets a job be followed."""
        common = _common(spec, options)
        checker = options.checker(spec)
        path = checker.repeats(beside=common.path)
        return None if path.advances is None else cls(common, checker, path)

    @property
    def is_ahead(self) -> bool:
        """Holds while there are lines that the ledger does not know."""
        return bool(self.waiting)

    @property
    def configuration(self) -> Configuration:
        """What the job's configuration allows."""
        facts = None if self._job is None else self._job.facts
        return UNSEEN if facts is None else facts.setting.config

    def take(self, observed: Any, ledger: Ledger) -> Update | None:
        """What a response brings by a step that was told before; None for anything else.

        What is not told here goes to the ledger, and then to ``learn``.
        """
        self._line = b""
        if type(observed) is not dict or MARK not in observed:
            return None
        try:
            line = written(observed)
            # A value that is written the same is the same here, of whatever type it is.
            if line == self._kept and self._same is not None:
                self._again(line)
                return self._same.update
            if not (self._is_ours(observed, ledger) and is_faithful(line, observed)):
                return None
        except (TypeError, ValueError, RecursionError):
            return None
        self._line, self._left = line, None if self._job is None else self._job.place
        self._took = self.path.takes(line, self.shelf, 0)
        if not self._took:
            return None
        passage, told = self._passage(observed), None
        if passage is not None:
            told = passage.told(observed, self.checker.spec.layout)
            self._wait(line, ledger=ledger)
            self._keep(line)
        return told

    def learn(self, observed: Any, update: Update, ledger: Ledger) -> bool:
        """Learns what the ledger said of a response that was not told; whether it can go on."""
        line, self._line = self._line, b""
        if not line or not self._follows(line):
            return False
        job = self._job = self.path.jobs.get(self._arn or "")
        if job is None or job.place is None or job.facts is None:
            return False
        layout = self.checker.spec.layout
        # Of two messages at one LastModifiedTime the ledger may have kept the earlier one.
        self._message = ledger.lives[ledger.current].entries[-1].message
        way = self._left, job.place, job.facts.setting.config
        told_all = not (update.findings or update.learned or update.messages)
        begins = self._left is None
        if told_all and update.began is begins and len(self.common.ways) < _MOST_WAYS:
            self.common.ways.setdefault(way, passage_of(update, observed, layout))
        self._keep(line)
        return True

    def begin(self, observed: Any, update: Update, ledger: Ledger) -> bool:
        """Whether a job that was judged in full until now can be followed from here on.

        ``observed`` has just been taken in, and must show all that is known of the job, and
        where it stands: then what rules say of the next response rests on this one alone.
        """
        if type(observed) is not dict or MARK not in observed or not _is_clear(update, ledger):
            return False
        layout = self.checker.spec.layout
        shown = observed.get(layout.primary), observed.get(layout.secondary)
        if not self._is_ours(observed, ledger) or shown != update.state.pair:
            return False
        try:
            self._line = line = written(observed)
            if not is_faithful(line, observed):
                return False
        except (TypeError, ValueError, RecursionError):
            return False
        self._took = self.path.takes(line, self.shelf, 0)
        if not self.learn(observed, update, ledger) or self._job is None:
            return False
        epoch = ledger.checker.states[0].epoch
        reported = self._job.standing.reported
        return len(observed[epoch.spec.layout.history]) == len(epoch.known) and (
            reported <= ledger.checker.states[0].reported
        )

    def repeat(self) -> bool:
        """Whether a response that equals the last one is counted here, and not in the ledger."""
        if self._kept:
            self._again(self._kept)
        return bool(self._kept)

    def settle(self, ledger: Ledger) -> None:
        """The ledger takes in what it does not know yet."""
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            ledger.take(self._read(one.line))
            ledger.repeat(ledger.current, one.skipped)
            if one.last is not one.line:
                ledger.take(self._read(one.last))
            if one.again:
                ledger.repeat(ledger.current, one.again - 1)
                ledger.take(self._read(one.last))

    def _is_ours(self, observed: dict[str, Any], ledger: Ledger) -> bool:
        """Holds if a response is of this job."""
        layout = self.checker.spec.layout
        arn, name = observed.get(layout.arn), observed.get(layout.name)
        if self._job is not None:
            return bool(arn == self._arn)
        if not (isinstance(arn, str) and isinstance(name, str)):
            return False
        self._arn = arn
        return ledger.arn in (None, arn) and ledger.name in (None, name)

    def _passage(self, observed: dict[str, Any]) -> Passage | None:
        """What is remembered of the step that the job has just made."""
        job = self._job
        if job is None:
            job = self._job = self.path.jobs[self._arn or ""]
        if job.place is None or job.facts is None:
            return None
        layout, known, before = self.checker.spec.layout, self._message, self._left
        history = observed[layout.history]
        self._message = history[-1].get(layout.entry_message)
        if before is not None and before.standing is not None:
            last = history[len(before.standing.statuses) - 1]
            # A message that changes in place is told apart, and not remembered.
            if last.get(layout.entry_message) != known:
                return None
        return self.common.ways.get((before, job.place, job.facts.setting.config))

    def _follows(self, line: bytes) -> bool:
        """Whether the path goes on by a line that was not told; the check is asked if it must."""
        if self._took:
            return True
        if self.path.pending is None:
            return False
        try:
            self.checker.feed(self._read(line))
        except Forgotten:
            return False
        return True

    def _keep(self, line: bytes) -> None:
        """The line is the last one; it comes again without a step."""
        job, self._kept, self._same = self._job, line, None
        if job is not None and job.place is not None and job.facts is not None:
            way = job.place, job.place, job.facts.setting.config
            known = self.common.ways.get(way)
            self._same = None if known is None or known.moves else known

    def _wait(self, line: bytes, *, ledger: Ledger) -> None:
        """The line waits for the ledger to be asked."""
        if self._job is not None and self._job.count:
            self._again(line)
        else:
            self.waiting.append(Waiting(line, line))
        if ledger.arn is None:
            ledger.arn, ledger.name = self._arn, (self._arn or "").rpartition("/")[2]
        if len(self.waiting) > _MOST:
            self.settle(ledger)

    def _again(self, line: bytes) -> None:
        """A line came again, at another time at most."""
        if self.waiting:
            self.waiting[-1].take(line)
        else:
            self.waiting.append(Waiting(line, line))

    def _read(self, line: bytes) -> Response:
        return read_response(decode(line), self.checker.spec, origin=Origin())


def _is_clear(update: Update, ledger: Ledger) -> bool:
    """Holds if an update is of the newest response of a job of which nothing odd is known."""
    states = ledger.checker.states
    if len(states) != 1 or update.is_stale or update.findings:
        return False
    state, life = states[0], ledger.lives[0]
    epoch = state.epoch
    return not (state.errors or epoch.has_bare or epoch.sightings.floating or life.gone)


__all__ = ["Shortcut"]
