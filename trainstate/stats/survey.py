"""The best knowledge of each of many jobs: its longest history and newest members.

For counting and measuring, not for judging: nothing is compared with the machine, and a history
that contradicts a longer one is left out. Memory grows with the number of jobs.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Self

from attrs import define, field

from trainstate.checking.order import BEFORE_ALL, rank_of
from trainstate.history.instants import same_instant
from trainstate.history.model import Entry, Response, Unreadable
from trainstate.history.nested import instance_type
from trainstate.history.readers.lines import Line, Record
from trainstate.history.typed import MODIFIED, values_of
from trainstate.machine.guards import configuration
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec
from trainstate.track.life import Life
from trainstate.track.observed import read


@define(kw_only=True)
class Surveyed:
    """One job: what its responses say together.

    ``training``, ``billable`` and ``retained`` are seconds, ``started`` is an instant, ``spot``
    says whether spot instances were requested; None if no response has them.
    """

    job: str
    created: int | None = None
    life: Life = field(factory=Life)
    newest: int = BEFORE_ALL
    responses: int = 0
    instance_type: str | None = None
    started: int | None = None
    training: float | None = None
    billable: float | None = None
    retained: float | None = None
    spot: bool | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The longest history seen."""
        return self.life.entries

    def take(self, response: Response, spec: Spec) -> None:
        """Adds a response."""
        rank = rank_of(response, arrival=self.responses, newest=self.newest, order=None)
        self.responses += 1
        self.newest = max(self.newest, BEFORE_ALL if rank is None else rank.moment)
        self.created = response.created if self.created is None else self.created
        newest = self.life.take(response, rank, spec)
        if self.instance_type is None:
            self.instance_type = instance_type(response.members, spec)
        if self.spot is None and spec.time.savings_guard:
            self.spot = configuration(response, spec).of(spec.time.savings_guard).holds
        if newest:
            layout = spec.layout
            kept = response.get(spec.attempts.retained) if spec.attempts.retained else None
            self.retained = self.retained if kept is None else _number(kept)
            self.started = response.instants.get(layout.started, self.started)
            self.training = _else(response.seconds(layout.training_seconds), self.training)
            self.billable = _else(response.seconds(layout.billable_seconds), self.billable)


@define
class Survey:
    """The jobs in a stream of records, identified as in the check: by ARN and creation.

    A response that repeats its job's last one is read only if it is the last to do so: of 20 polls
    of a job that saves two thirds of the time. ``_last`` are the last responses, by job.
    """

    spec: Spec = field(factory=builtin_spec)
    unreadable: int = 0
    responses: int = 0
    _lives: dict[str, list[Surveyed]] = field(factory=dict)
    _names: dict[str, str] = field(factory=dict)
    _last: dict[str, Line] = field(factory=dict)
    _repeated: set[str] = field(factory=set)

    def feed(self, records: Iterable[Record]) -> Self:
        """Adds records; returns the survey itself."""
        for record in records:
            if isinstance(record, Unreadable):
                self.unreadable += 1
                continue
            self.responses += 1
            called = record.called
            known = self._last.pop(called, None)
            if isinstance(record, Line):
                self._last[called] = record
                if known is not None and _repeats(known, record):
                    self._repeated.add(called)
                    continue
            self._catch_up(called, known)
            self._take(record)
        for called in tuple(self._repeated):
            self._catch_up(called, self._last[called])
        return self

    def _catch_up(self, called: str, known: Line | None) -> None:
        """Takes a job's last response if it was put off as a repetition."""
        if known is not None and called in self._repeated:
            self._repeated.discard(called)
            self._take(known)

    def _take(self, record: Line | Response) -> None:
        response = read(record)
        if isinstance(response, Unreadable):
            self.unreadable += 1
            self.responses -= 1
        else:
            self._of(response).take(response, self.spec)

    @property
    def jobs(self) -> Iterator[Surveyed]:
        """The jobs, in order of their names' first appearance."""
        for lives in self._lives.values():
            yield from lives

    def _of(self, response: Response) -> Surveyed:
        lives = self._lives.setdefault(self._key(response), [])
        for life in lives:
            if _may_be_same(life.created, response.created):
                return life
        lives.append(Surveyed(job=response.job))
        return lives[-1]

    def _key(self, response: Response) -> str:
        arn, name = response.identity, response.name
        if not name:
            return response.job
        if arn is None:
            return self._names.get(name, name)
        before = self._names.get(name)
        self._names[name] = arn
        if before is None and name in self._lives:
            self._lives[arn] = self._lives.pop(name)
        return arn


def _repeats(known: Line, line: Line) -> bool:
    """Whether a response shows what the one before it showed, at the same time or later."""
    before, after = values_of(known.typed), values_of(line.typed)
    earlier, later = before[MODIFIED], after[MODIFIED]
    same = before[:MODIFIED] == after[:MODIFIED] and type(earlier) is type(later)
    return same and before[MODIFIED + 1 :] == after[MODIFIED + 1 :] and bool(earlier <= later)


def _may_be_same(known: int | None, seen: int | None) -> bool:
    return known is None or seen is None or same_instant(known, seen)


def _else(value: float | None, other: float | None) -> float | None:
    return other if value is None else value


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
