"""A play: one course, shown to a consumer step by step as it polls.

Time alone changes nothing: the job advances when it is polled. So every consumer reads the
states of the course, whatever its interval; the job's times follow from its polls.

In the simulator every job lives the life of a training job, of which the other kinds show
less. So a step of a course is the shortest path of that life on which nothing else shows.
"""

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import evolve, frozen

from trainstate.errors import UsageError
from trainstate.history.instants import SECOND, Instant
from trainstate.machine.record import Record
from trainstate.machine.step import State
from trainstate.machine.walks import edges
from trainstate.simulator.clock import TimeIsUp, VirtualClock
from trainstate.simulator.errors import ApiError
from trainstate.simulator.inprocess import Simulation
from trainstate.simulator.plan import ENTER, PRIMARY, PlannedStep
from trainstate.simulator.scenario import Scenario, messages, on_demand, through
from trainstate.simulator.service import JOB, Service
from trainstate.spec.graph import shortest_path
from trainstate.spec.load import builtin_spec
from trainstate.testing.consumers.course import AGAIN, GONE, Course, Item, named
from trainstate.testing.fuzzing.requests import JOBS

NAME = "job-1"
_DESCRIBE = "Describe"
REGION = "us-east-1"
OPERATIONS = {layout.operation: name for name, layout in builtin_spec().known.items()}
"""The machines, by the operations that show their jobs."""

_SAME = "The training job is in progress"
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
        status = None if self.pair is None else named(self.pair)
        return {"at": self.at, "status": status, "again": self.again}

    def __str__(self) -> str:
        shown = GONE if self.pair is None else named(self.pair)
        return f"{self.at:g} s {AGAIN + ' ' if self.again else ''}{shown}"


class Play:
    """A running course: the simulated service, its clock, and the polls.

    ``patience`` is the virtual seconds that a consumer may sleep without a change of the job,
    ``polls`` how often it may poll after the last one.
    """

    def __init__(self, course: Course, *, patience: float, polls: int) -> None:
        self.course, self.spec = course, builtin_spec(course.machine)
        self._layout = layout = self.spec.layout
        self._creation = layout.operation.replace(_DESCRIBE, "Create")
        self._reads = {layout.operation, layout.listing, "Search"}
        self._changes = {self._creation, layout.stop, layout.deletion}
        # The real present, for consumers that compare job times with datetime.now().
        self.clock = VirtualClock(datetime.now(UTC))
        self.polls: list[CoursePoll] = []
        self.foreign = ""
        self.parked = threading.Event()
        self.beats = 0
        self.thread: threading.Thread | None = None
        self._service = Service(choose=lambda _request: self._scenario, clock=self.clock)
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
        self._own = self._job()

    def rehearse(self) -> None:
        """Plays the course without a consumer; raises UsageError if it is impossible."""
        while self._place + 1 < len(self.course.items):
            self._step()

    def _job(self) -> Any:
        """The job of the name in the simulator; None if there is none."""
        if self._loose:
            self._service.tick()
        return self._service.store.get(self._arn)

    def _pair(self, job: Any) -> tuple[str, str]:
        return job.status, job.record.status if self._layout.secondary else ""

    def _newest(self) -> Any:
        """The awaited job; as it was last if it is gone."""
        job = self._job()
        if job is not None and job.created == self._own.created:
            self._own = job
        return self._own

    @property
    def pair(self) -> tuple[str, str]:
        """The newest statuses of the awaited job."""
        return self._pair(self._newest())

    @property
    def elapsed(self) -> float:
        """The virtual seconds since the job's creation."""
        return (self.clock.now - self._began) / SECOND

    def serve(self, model: Any, params: Mapping[str, Any], **extra: Any) -> Any:
        """Answers a call of the consumer; raises TimeIsUp if it polls too often."""
        with self._lock:
            self.beats += 1
            self._naps = 0
            if model.name in self._reads:
                self._turn()
            elif model.name.startswith(_DESCRIBE):
                self.foreign = model.name
            served = self._simulation.serve(model, params, **extra)
            if served is None:
                return None
            http, parsed = served
            self._loose = self._loose or model.name in self._changes
            if model.name in self._reads:
                self.polls.append(self._poll())
            return http, self._shown(parsed)

    def _poll(self) -> CoursePoll:
        job = self._job()
        if job is None:
            return CoursePoll(self.elapsed, None)
        return CoursePoll(self.elapsed, self._pair(job), job.created != self._newest().created)

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
        self._newest()  # while there is a record to be read

    def _missing(self, item: Item) -> float:
        """Seconds left until the limit that ends the job."""
        pointer = self.spec.time.limits.get(self.course.pairs[-1][1])
        before = self.course.pairs[0][0]
        first = next((one for one in self.course.own if one.pair and one.pair[0] != before), None)
        if pointer is None or item is not first:
            return 0.0
        member, _, name = pointer.strip("/").partition("/")
        return float(self._request[member][name])

    def _apply(self, item: Item) -> None:
        job = self._job()
        if item.again and job is None:
            self._create(item)
            return
        if job is None:
            raise UsageError(f"No job is left for {item} in the course {str(self.course)!r}.")
        if item.pair is not None:
            self._lead(item.pair)
        elif job.status not in self.spec.ended_primaries:
            raise UsageError(f"Only an ended job is deleted: {str(self.course)!r}.")
        else:
            self._service.erase(self._arn)
        after = self._job()
        if (None if after is None else self._pair(after)) != item.pair:
            raise self._impossible(f"at {item}")

    def _impossible(self, why: object) -> UsageError:
        return UsageError(f"No job takes this course: {str(self.course)!r}: {why}.")

    def _life(self) -> tuple[Any, str]:
        """The job whose life decides what shows, a tuning job's training job, and its kind."""
        if self._layout.children:
            return next(self._service.store.children(self._arn)), JOB
        return self._job(), self._layout.resource

    def _lead(self, pair: tuple[str, str]) -> None:
        life, kind = self._life()
        for state in self._path(life.record, pair):
            record, at = life.record, Instant(self.clock.now)
            status, primary = state.position.secondary, state.primary
            steps: list[PlannedStep] = []
            if state.position != record.state.position:
                text = self._message(status)
                steps = [PlannedStep(at=at, kind=ENTER, value=status, message=text)]
            elif record.ended is not None:
                steps = [PlannedStep(at=at, kind=PRIMARY, value=primary)]
            else:
                self._service.call(self._layout.stop, {self._layout.name: NAME})
            self._service.foresee(record.name, steps, kind=kind)
            life = self._service.store.get(life.arn)

    def _path(self, record: Record, pair: tuple[str, str]) -> Iterable[State]:
        """The shortest path of a life to a state that shows a pair, past none that shows others."""
        known = edges(self._service.spec, record.config)

        def shows(state: State) -> tuple[str, str]:
            return state.pair if self._layout.secondary else (state.primary, "")

        def after(state: State) -> Iterable[State]:
            goes_on = shows(state) == shows(record.state)
            return (hop.state for hop in known.get(state, ())) if goes_on else ()

        found = shortest_path(after(record.state), lambda state: shows(state) == pair, after)
        if found is None:
            raise self._impossible(f"at {named(pair)}")
        return found

    def _message(self, status: str) -> str:
        return _SAME if self.course.same_messages else messages(status)[0]

    def _create(self, item: Item) -> None:
        if item.pair is None:
            raise UsageError(f"A course begins with a state: {str(self.course)!r}.")
        course, plain = self.course, on_demand().then_hanging()
        if self._layout.secondary:
            plain = through([item.pair[1]], lasts=float("inf"))
        acts = tuple(evolve(act, message=self._message(act.status)) for act in plain.acts)
        self._scenario = evolve(plain, acts=acts)
        self._request = {**JOBS[course.machine], self._layout.name: NAME}
        if course.machine == JOB:
            made = Scenario(spot=course.spot, retries=int(course.retries), reserved=course.plan)
            self._request = made.request(NAME)
        try:
            self._arn = self._service.call(self._creation, self._request)[self._layout.arn]
        except ApiError as error:
            raise self._impossible(error) from error
        life, kind = self._life()
        # Nothing happens by itself, not at a limit either.
        self._service.foresee(life.record.name, [], kind=kind)
        if self._pair(self._job()) != item.pair:
            raise self._impossible(f"at {item}")

    def _refuse(self, why: str) -> None:
        self._refusals += 1
        if self._refusals > _PATIENCE:
            self.parked.set()
            threading.Event().wait()  # a daemon's thread, which nobody waits for
        raise TimeIsUp(why)

    def _shown(self, answer: Any) -> Any:
        """The answer without what this course's service omits."""
        if isinstance(answer, list):
            return [self._shown(one) for one in answer]
        if not isinstance(answer, dict):
            return answer
        layout = self._layout
        if self.course.zero_seconds and layout.ended in answer:
            answer = {layout.training_seconds: 0, layout.billable_seconds: 0, **answer}
        omitted = self.course.omits
        return {name: self._shown(one) for name, one in answer.items() if name not in omitted}
