"""The fast path: a line is judged by its shape, where the rules were silent of that shape before.

A line that says again what the job's last line said is only counted. Of any other line
what decides is decoded, and compared with what is kept of its job; if it goes on from
there as records do, its *shape* (statuses, which members there are, how numbers and times
lie to each other) is looked up in the memory of silent steps. A line that is unusual in
any way takes the plain path, from which the memory learns: no rule is written twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from attrs import define, field

from trainstate.check.advance import Advances
from trainstate.check.glance import ABSENT
from trainstate.check.line import Line, Unlearnt
from trainstate.check.memory import Memory, Place
from trainstate.check.polled import Facts, Polled, mark_of
from trainstate.check.regular import is_dated
from trainstate.check.stamp import VALUE, instant_of
from trainstate.history.readers.shelf import Shelf

_STAND_IN = b'"2001-02-03T04:05:06Z"'
_STOOD_IN = msgspec.json.decode(_STAND_IN, type=datetime)
_LATEST = 256  # jobs whose last lines are kept as they are
_FAULTS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError)


@define(kw_only=True)
class FastPath:
    """The jobs by their lines, and the shapes of which the rules were silent.

    ``order`` has all jobs as they came, ``full`` those of the plain path. ``total`` counts the
    lines that were taken. ``names`` is the checker's, from names to jobs; ``named`` holds
    once it must know those of the lines taken, too.
    """

    advances: Advances | None
    memory: Memory
    names: dict[str, str]
    modified_key: bytes
    arn_key: bytes
    order: list[Any]
    full: Mapping[str, Any]
    jobs: dict[str, Polled] = field(factory=dict)
    shelves: list[Shelf] = field(factory=list)
    total: int = 0
    named: bool = False
    line: Line | None = None
    pending: Unlearnt | None = None
    _latest: deque[Polled] = field(factory=deque)
    _from_end: bool = True
    _prefix: str | None = None

    def takes(self, line: bytes, shelf: Shelf, offset: int) -> bool:
        """Whether nothing is to be said of a line; it is counted then, and its job goes on.

        Any other line is kept until the response that is read from it has been judged.
        """
        self.line = self.pending = None
        arn = arn_in(line, self.arn_key)
        job = self.jobs.get(arn)
        if job is not None and job.text is not None and self.has_here(job, shelf):
            token = job.token if line == job.text else job.repeated(line)
            if token is not None:
                return self.counts(job, token, shelf)
        found = self._modified_in(line)
        if found is None:
            return False
        start, end = found
        mark = None
        if job is not None and job.text is None:
            mark = mark_of(line[:start], line[end:])
            if job.mark == mark and self.has_here(job, shelf):
                return self.counts(job, line[start:end], shelf)
        self.line = Line(line, start, end, mark, shelf, offset)
        if self.advances is None or (job is not None and job.place is None):
            return False
        return self._steps(job, arn, self.line, self.advances)

    def has_here(self, job: Polled, shelf: Shelf) -> bool:
        """Whether the last line of a job is in this file, so that another can repeat it.

        In which file a job was seen last decides of what comes late.
        """
        return job.place is None or self.shelves[job.shelf] is shelf

    def go_on(self, pending: Unlearnt, place: Place, line: Line) -> None:
        """The job of a line goes on to a place, after the rules were asked."""
        arn = pending.arn
        job = pending.job
        if job is None and arn in self.full:
            # It has been judged in full, as the last one that came.
            job = self.jobs[arn] = Polled(arn, len(self.order) - 1)
        elif job is None:
            job = self._begun(arn)
        self.order[job.at] = job
        self._take(job, place, line, pending.modified, pending.advance.facts)
        self._notes_name(job)

    def _take(self, job: Polled, place: Place, line: Line, modified: Any, facts: Any) -> None:
        """The job goes on to a place by a line."""
        if not self.shelves or self.shelves[-1] is not line.shelf:
            self.shelves.append(line.shelf)
        job.put(len(self.shelves) - 1, line.shelf.put(line.text, line.offset))
        job.place, job.repeat, job.facts, job.stored = place, None, facts, None
        job.modified = modified
        self.keep(job, line)

    def keep(self, job: Polled, line: Line) -> None:
        """The line is the job's last one; its text is kept while the job is one of the latest."""
        job.mark, job.token = line.mark, line.token
        if job.text is None:
            if len(self._latest) >= _LATEST:
                self._latest.popleft().put_away()
            self._latest.append(job)
        job.text, job.start, job.end = line.text, line.start, line.end

    def moment(self, token: bytes) -> Any:
        """The time that is written; None where it has no offset or is none of today's."""
        try:
            moment = None if self.advances is None else self.advances.glances.time(token)
        except _FAULTS:
            return None
        return moment if moment is not None and is_dated(moment, moment) else None

    def meets(self, arn: str | None, name: str) -> None:
        """Takes notice of a job; a name that may stand for two jobs makes all names known."""
        prefix = None if arn is None else arn.removesuffix(name)
        if self._prefix is None:
            self._prefix = prefix
        if prefix is None or prefix != self._prefix:
            self._name_all()

    def _name_all(self) -> None:
        if self.named:
            return
        self.named = True
        for arn, job in self.jobs.items():
            if job.place is not None:
                self.names.setdefault(_name(arn), arn)

    def counts(self, job: Polled, token: bytes, shelf: Shelf) -> bool:
        """Whether the job's last line came again, at the same time or later."""
        if job.repeat is None:
            return job.place is not None and self._moves(job, token) and self._took(job)
        instant = job.repeat.modified if token == job.token else instant_of(token)
        if instant is None or not job.repeat.moves_to(instant):
            return False
        job.token = token
        job.repeat.count, job.repeat.file = job.repeat.count + 1, shelf.file
        return self._took(job)

    def _moves(self, job: Polled, token: bytes) -> bool:
        """Whether a job without a state in full is seen once more, at the same time or later."""
        if token != job.token:
            moment, before = self.moment(token), self._modified(job)
            if type(moment) is not type(before) or moment < before:
                return False
            job.token = token
            job.modified = moment if job.stored is None else None
        job.count += 1
        return True

    def _modified(self, job: Polled) -> Any:
        """When a job was modified as its last line says."""
        return self.moment(job.token) if job.modified is None else job.modified

    def _steps(self, job: Polled | None, arn: str, line: Line, advances: Advances) -> bool:
        """Whether a line takes its job on by a step that is remembered as silent."""
        here = self.memory.root if job is None or job.place is None else job.place
        known = None
        if job is not None:
            known, job.modified = job.known(), self._modified(job)
        glance = self._glanced(line, advances)
        if glance is None or glance.arn != arn or not self._is_of(job, known, glance):
            return False
        try:
            if job is None or known is None:
                found = advances.first(glance)
            else:
                found = advances.following(job, here, known, glance)
        except _FAULTS:
            return False
        if found is None:
            return False
        place = here.steps.get(found.shape)
        if place is None or not self.memory.seen.issuperset(found.fresh):
            self.pending = Unlearnt(arn, job, here, glance.modified, found)
            return False
        if job is None:
            job = self._begun(arn)
        self._take(job, place, line, glance.modified, found.facts)
        return self._took(job)

    def _begun(self, arn: str) -> Polled:
        job = self.jobs[arn] = Polled(arn, len(self.order))
        self.order.append(job)
        return job

    def _took(self, job: Polled) -> bool:
        self.total += 1
        self._notes_name(job)
        return True

    def _notes_name(self, job: Polled) -> None:
        """The job is the last one seen with its name, if names are told apart."""
        if self.named:
            self.names[_name(job.arn)] = job.arn

    def _glanced(self, line: Line, advances: Advances) -> Any:
        """What a line shows; None where it is no plain response.

        It is decoded with another LastModifiedTime, which must come out: so that what was
        cut out is the response's, and not one of the same name deeper in the line.
        """
        try:
            if not line.text.isascii():
                line.text.decode()
            glance = advances.glances.line(line.with_time(_STAND_IN))
            if glance.modified != _STOOD_IN:
                # Another member has one of the name, before the response's own or after it.
                self._from_end = not self._from_end
                if not self._cuts_anew(line):
                    return None
                glance = advances.glances.line(line.with_time(_STAND_IN))
        except _FAULTS:
            return None
        if glance.modified != _STOOD_IN:
            return None
        if glance.event is not ABSENT or glance.wrapped is not ABSENT:
            return None
        glance.modified = self.moment(line.token)
        return None if glance.modified is None else glance

    def _modified_in(self, line: bytes) -> tuple[int, int] | None:
        """Where a line has the value of its LastModifiedTime, as it seems."""
        key = self.modified_key
        at = line.rfind(key) if self._from_end else line.find(key)
        match = None if at < 0 else VALUE.match(line, at + len(key))
        return None if match is None else match.span(1)

    def _cuts_anew(self, line: Line) -> bool:
        """Whether a line is cut around another value, which is its LastModifiedTime as it seems."""
        found = self._modified_in(line.text)
        if found is None or found == (line.start, line.end):
            return False
        (line.start, line.end), line.mark = found, None
        return True

    def _is_of(self, job: Polled | None, known: Facts | None, glance: Any) -> bool:
        """Whether a line is the job's next one, or the first one of another job."""
        arn, name = glance.arn, glance.name
        if not arn.startswith("arn:") or _name(arn) != name:
            return False
        if job is not None and known is not None:
            later = type(glance.modified) is type(job.modified)
            same = glance.created == known.created
            return bool(same and later and glance.modified >= job.modified)
        if arn in self.full:
            return False
        self.meets(arn, name)
        # A name that stood alone before is a job of its own, until its ARN is seen.
        return not self.named or self.names.get(name) != name


def arn_in(line: bytes, key: bytes) -> str:
    """What a line gives as its job's ARN, at the first place that looks like it; may be empty."""
    at = line.find(key)
    if at < 0:
        return ""
    at = line.find(b'"', at + len(key)) + 1
    return line[at : line.find(b'"', at)].decode("latin-1")


def _name(arn: str) -> str:
    return arn[arn.rfind("/") + 1 :]


__all__ = ["FastPath", "arn_in"]
