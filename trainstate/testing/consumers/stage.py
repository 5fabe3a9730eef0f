"""A play: one course, shown to a consumer step by step as it polls.

Time alone changes nothing: the job advances when it is polled. So every consumer reads the
states of the course, whatever its interval; the job's times follow from its polls.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import evolve, frozen

from trainstate.errors import IllegalMoveError, UsageError
from trainstate.history.instants import SECOND, Instant
from trainstate.machine.record import Record
from trainstate.simulator.clock import TimeIsUp, VirtualClock
from trainstate.simulator.errors import ApiError
from trainstate.simulator.inprocess import Simulation
from trainstate.simulator.scenario import Scenario, messages, through
from trainstate.simulator.service import Service
from trainstate.simulator.timeline import ENTER, FORGET, PRIMARY, PlannedStep
from trainstate.spec.model import Spec
from trainstate.testing.consumers.course import AGAIN, GONE, Course, Item

NAME = "job-1"
REGION = "us-east-1"
_READS = frozenset({"DescribeTrainingJob", "ListTrainingJobs", "Search"})
_CHANGES = frozenset({"StopTrainingJob", "DeleteTrainingJob", "CreateTrainingJob"})
_SAME = "The training job is in progress"
_LIMITS = {"MaxRuntimeExceeded": 3_600.0, "MaxWaitTimeExceeded": 7_200.0}
_BETWEEN = 1.0
"""The least virtual seconds of a step of the job, or of a call."""

_MOST_NAPS = 200_000
"""Sleeps allowed between two calls, however short: some sleep for nothing."""

_PATIENCE = 3
"""How often a consumer may swallow TimeIsUp before its thread is abandoned."""


@frozen
class CoursePoll:
    """What a poll read, and when: virtual seconds after the job's creation.

    ``pair`` is None if the record was gone; ``again`` marks another job's record.
    """

    at: float
    pair: tuple[str, str] | None
    again: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The poll in plain values."""
        status = None if self.pair is None else "/".join(self.pair)
        return {"at": self.at, "status": status, "again": self.again}

    def __str__(self) -> str:
        shown = GONE if self.pair is None else "/".join(self.pair)
        return f"{self.at:g} s {AGAIN + ' ' if self.again else ''}{shown}"


class Play:
    """A running course: the simulated service, its clock, and the polls.

    ``patience`` is the virtual seconds that a consumer may sleep without a change of the job,
    ``polls`` how often it may poll after the last one.
    """

    def __init__(self, course: Course, spec: Spec, *, patience: float, polls: int) -> None:
        self.course = course
        # The real present, for consumers that compare job times with datetime.now().
        self.clock = VirtualClock(datetime.now(UTC))
        self.polls: list[CoursePoll] = []
        self.foreign = ""
        self._foreign = {one.operation for one in spec.known.values() if one is not spec.layout}
        self.parked = threading.Event()
        self.beats = 0
        self.thread: threading.Thread | None = None
        self._service = Service(
            choose=lambda _request: self._scenario(), clock=self.clock, spec=spec
        )
        self._simulation = Simulation(self._service, region=REGION)
        self._patience, self._most = patience, polls
        self._place = 0
        self._left = course.items[0].polls
        self._since = 0
        self._refusals = 0
        self._naps = 0
        self._loose = False
        self._lock = threading.RLock()
        self._create(course.items[0])
        self._changed = self._began = self.clock.now
        (self._own,) = self._service.records()

    def rehearse(self) -> None:
        """Plays the course without a consumer; raises UsageError if it is impossible."""
        while self._place + 1 < len(self.course.items):
            self._step()

    @property
    def own(self) -> Record:
        """The newest record of the awaited job; the last one if it is gone."""
        record = self._record()
        if record is not None and record.created == self._own.created:
            self._own = record
        return self._own

    @property
    def elapsed(self) -> float:
        """The virtual seconds since the job's creation."""
        return (self.clock.now - self._began) / SECOND

    def serve(self, model: Any, params: Mapping[str, Any], **extra: Any) -> Any:
        """Answers a call of the consumer; raises TimeIsUp if it polls too often."""
        with self._lock:
            self.beats += 1
            self._naps = 0
            if model.name in _READS:
                self._turn()
            elif model.name in self._foreign:
                self.foreign = model.name
            served = self._simulation.serve(model, params, **extra)
            if served is None:
                return None
            http, parsed = served
            self._loose = self._loose or model.name in _CHANGES
            if model.name in _READS:
                self.polls.append(self._poll())
            return http, self._shown(parsed)

    def _poll(self) -> CoursePoll:
        record = self._record()
        if record is None:
            return CoursePoll(self.elapsed, None)
        return CoursePoll(self.elapsed, record.state.pair, record.created != self.own.created)

    def sleep(self, duration: float) -> None:
        """Advances virtual time; raises TimeIsUp if nothing more will happen."""
        if duration < 0:
            raise ValueError("sleep length must be non-negative")
        with self._lock:
            self.beats += 1
            self._naps += 1
            if self._naps > _MOST_NAPS:
                self._refuse(f"{self._naps} sleeps without a call")
            if self.clock.now + duration * SECOND > self._changed + self._patience * SECOND:
                self._refuse(f"asleep for more than {self._patience:g} virtual seconds")
            self.clock.advance(float(duration))

    def _turn(self) -> None:
        """Advances the job to what the next poll reads."""
        if self._left == 0 and self._is_over:
            self._since += 1
            if self._since > self._most:
                self._refuse(f"{self._since} polls after the last change")
        while self._left == 0 and not self._is_over:
            self._step()
        self._left = max(0, self._left - 1)
        self.clock.advance(_BETWEEN)

    @property
    def _is_over(self) -> bool:
        """Whether nothing is left to read, or the consumer itself decides what happens."""
        rest = self.course.items[self._place + 1 :]
        return self._loose or not any(item.polls for item in rest)

    def _step(self) -> None:
        self._place += 1
        item = self.course.items[self._place]
        self.clock.advance(_BETWEEN + self._missing(item))
        self._apply(item)
        self._left = item.polls
        self._changed = self.clock.now
        self._own = self.own  # while there is a record to be read

    def _missing(self, item: Item) -> float:
        """Seconds left until the limit that ends the job."""
        first = next((one for one in self.course.own if _stops(one)), None)
        return _LIMITS.get(self.course.pairs[-1][1], 0.0) if item is first else 0.0

    def _apply(self, item: Item) -> None:
        record = self._record()
        if item.again and record is None:
            self._create(item)
            return
        if record is None:
            raise UsageError(f"No job is left for {item} in the course {str(self.course)!r}.")
        try:
            self._service.foresee(NAME, [self._as_step(record, item)])
        except IllegalMoveError as error:
            raise UsageError(f"No job takes this course: {str(self.course)!r}: {error}") from error
        after = self._record()
        if (None if after is None else after.state.pair) != item.pair:
            raise UsageError(f"No job takes this course: {str(self.course)!r}: at {item}.")

    def _as_step(self, record: Record, item: Item) -> PlannedStep:
        at = Instant(self.clock.now)
        if item.pair is None and record.ended is None:
            raise UsageError(f"Only an ended job is deleted: {str(self.course)!r}.")
        if item.pair is None:
            return PlannedStep(at=at, kind=FORGET)
        primary, secondary = item.pair
        alone = record.status == secondary and record.state.primary != primary
        if alone:
            return PlannedStep(at=at, kind=PRIMARY, value=primary)
        return PlannedStep(at=at, kind=ENTER, value=secondary, message=self._message(secondary))

    def _message(self, status: str) -> str:
        return _SAME if self.course.same_messages else messages(status)[0]

    def _create(self, item: Item) -> None:
        made = Scenario(
            spot=self.course.spot, retries=int(self.course.retries), reserved=self.course.plan
        )
        self._beginning = item
        try:
            self._service.call("CreateTrainingJob", made.request(NAME))
        except ApiError as error:
            raise UsageError(f"No job takes this course: {str(self.course)!r}: {error}") from error
        self._service.foresee(NAME, [])  # nothing happens by itself, not at a limit either

    def _scenario(self) -> Scenario:
        pair = self._beginning.pair
        if pair is None:
            raise UsageError(f"A course begins with a state: {str(self.course)!r}.")
        plain = through([pair[1]], lasts=float("inf"))
        acts = tuple(evolve(act, message=self._message(act.status)) for act in plain.acts)
        return evolve(plain, acts=acts)

    def _record(self) -> Record | None:
        return next(iter(self._service.records()), None)

    def _refuse(self, why: str) -> None:
        self._refusals += 1
        if self._refusals > _PATIENCE:
            self.parked.set()
            threading.Event().wait()  # a daemon's thread, which nobody waits for
        raise TimeIsUp(why)

    def _shown(self, parsed: dict[str, Any]) -> dict[str, Any]:
        """The answer without what this course's service omits."""
        if self.course.zero_seconds and "TrainingEndTime" in parsed:
            parsed = {"TrainingTimeInSeconds": 0, "BillableTimeInSeconds": 0, **parsed}
        if "Results" in parsed:
            return {**parsed, "Results": [self._shown(one) for one in parsed["Results"]]}
        if "TrainingJob" in parsed:
            return {**parsed, "TrainingJob": self._shown(parsed["TrainingJob"])}
        shown = self._kept(parsed)
        if entries := shown.get("SecondaryStatusTransitions"):
            shown["SecondaryStatusTransitions"] = [self._kept(entry) for entry in entries]
        return shown

    def _kept(self, members: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in members.items() if name not in self.course.omits}


def _stops(item: Item) -> bool:
    return item.pair is not None and item.pair[0] in ("Stopping", "Stopped")
