"""The service: its jobs, its clock, and one entry point for every operation."""

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from attrs import evolve, frozen
from botocore.exceptions import UnknownRegionError
from botocore.session import get_session

from trainstate.history.instants import Instant
from trainstate.machine.record import Record
from trainstate.simulator.attached import keep_alive
from trainstate.simulator.clock import VirtualClock
from trainstate.simulator.errors import ApiError, invalid, not_found, unknown_operation
from trainstate.simulator.job import Job, passing
from trainstate.simulator.plan import PlannedStep
from trainstate.simulator.scenario import Scenario
from trainstate.simulator.store import FAILURES, Store
from trainstate.simulator.validate import validated
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec

Params = Mapping[str, Any]
Answer = dict[str, Any]
Chooser = Callable[[Params], Scenario]
Listener = Callable[[Record | None, Record], None]

ACCOUNT = "123456789012"
JOB = "training-job"
SAGEMAKER, LOGS, METRICS, STS, IAM = "sagemaker", "logs", "sagemaker-metrics", "sts", "iam"


@frozen(kw_only=True)
class Request:
    """A request: its parameters, the moment, and the place: the ARN of an account's region."""

    params: Params
    now: Instant
    place: str

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a thing in this place."""
        # The service writes names in lower case there.
        return f"{self.place}:{kind}/{name.lower()}"


Handler = Callable[["Service", Request], Answer]
HANDLERS: dict[str, Handler] = {}
"""Simulated operations by name; the modules that have them register them."""
SERVICES: dict[str, str] = {}
"""The services of these operations."""


def handles(name: str, service: str = SAGEMAKER) -> Callable[[Handler], Handler]:
    """A decorator that registers the handler of a service's operation."""

    def register(handler: Handler) -> Handler:
        HANDLERS[name], SERVICES[name] = handler, service
        return handler

    return register


class Service:
    """A training-job service. Operations are atomic.

    ``choose`` returns a job's scenario by its request. ``quotas`` limits the instances of a type
    in active jobs, ``full_pages`` filters lists before cutting pages. A requested change is in
    the store before the operation returns.
    """

    def __init__(
        self,
        *,
        choose: Chooser,
        clock: VirtualClock,
        store: Store | None = None,
        region: str = "us-east-1",
        spec: Spec | None = None,
        quotas: Mapping[str, int] | None = None,
        full_pages: bool = False,
    ) -> None:
        self.spec = spec or builtin_spec()
        self.clock = clock
        self.choose = choose
        self.store = store or Store()
        self.region = region
        self.quotas = {
            kind if " for " in kind else f"{kind} for training job usage": count
            for kind, count in (quotas or {}).items()
        }
        self.full_pages = full_pages
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        self._followers: list[Callable[[Instant], None]] = []
        self._news: list[tuple[Record | None, Record]] = []
        self._to_commit = self._answered = False
        setting = self.store.setting()
        if setting is not None:
            clock.restore(setting)
        self._to_commit = True  # a new speed changes the clock's stored state
        self.tick()
        clock.on_advance(self._advanced)

    def listen(self, listener: Listener) -> None:
        """Calls a function with the records before and after each change of a job."""
        self._listeners.append(listener)

    def on_tick(self, call: Callable[[Instant], None]) -> None:
        """Calls a function with the moment whenever the jobs have advanced."""
        self._followers.append(call)

    def call(self, operation: str, params: Params, *, region: str | None = None) -> Answer:
        """The answer to a request. Raises ApiError if the service refuses it."""
        handler = HANDLERS.get(operation)
        if handler is None:
            raise unknown_operation(operation)
        # Services without regions are called in a pseudo-region.
        region = self.region if region in (None, "aws-global") else region
        given = validated(operation, params, SERVICES[operation])
        with self._lock:
            request = Request(params=given, now=self.clock.now, place=_place(region))
            # A restart must not show less than a running clock has shown.
            self._answered = self.clock.speed > 0
            try:
                answer = handler(self, request)
                self._finish()
            except ApiError:
                self._undo()
                raise
            except FAILURES as error:
                self._undo()
                raise _not_stored(error) from error
            return answer

    def tick(self, now: Instant | None = None) -> None:
        """Advances every job to an instant, by default the clock's."""
        with self._lock:
            now = self.clock.now if now is None else now
            try:
                self._go_on(now)
                self._to_commit = self._to_commit or self._answered
                self._finish()
            except FAILURES as error:
                self._undo()
                raise _not_stored(error) from error
            for follower in self._followers:
                follower(now)

    def _go_on(self, now: Instant) -> None:
        while due := self.store.due(now):
            # Jobs that affect each other advance together, moment by moment.
            first = min((i.plan[0].at for i in due if _meets_others(i)), default=now)
            for item in due:
                self.caught_up(item, first if _meets_others(item) else now)

    def _advanced(self, now: Instant) -> None:
        self._to_commit = True
        self.tick(now)

    def records(self) -> tuple[Record, ...]:
        """The present records of the jobs, in order of creation."""
        self.tick()
        with self._lock:
            return tuple(job.record for job in self.store.every(JOB))

    def foresee(self, name: str, plan: Iterable[PlannedStep], *, kind: str = JOB) -> None:
        """Replaces the future of a job of a kind; steps that are due happen at once.

        Raises ApiError if there is no such job, and IllegalMoveError if it cannot
        take a step that is due.
        """
        with self._lock:
            now = self.clock.now
            arn = f"{_place(self.region)}:{kind}/{name.lower()}"
            job = evolve(self.found(arn, now), plan=tuple(plan))
            for _ in passing(job, now, self.spec):
                pass  # refused before any of it happens
            self.keep(job)
            self.caught_up(job, now)
            self._finish()

    def erase(self, arn: str) -> None:
        """Drops a thing and its children at once, whatever its status."""
        with self._lock:
            for item in (*self.store.children(arn), self.store.get(arn)):
                self.forget(item)
            self._finish()

    def close(self) -> None:
        """Closes the store."""
        with self._lock:
            self._to_commit = True
            with suppress(*FAILURES):
                self._finish()
            self.store.close()

    def found(self, arn: str, now: Instant) -> Any:
        """The thing with an ARN at an instant. Raises ApiError if there is none."""
        item = self.store.get(arn)
        if item is not None and _meets_others(item):
            self._go_on(now)
            item = self.store.get(arn)
        item = None if item is None else self.caught_up(item, now)
        if item is None:
            raise not_found()
        return item

    def keep(self, item: Any) -> None:
        """Stores what a request has changed."""
        old = self.store.get(item.arn)
        self.store.put(item)
        self._to_commit = True
        if isinstance(item, Job):
            self._news.append((None if old is None else old.record, item.record))

    def forget(self, item: Any) -> None:
        """Drops a deleted thing."""
        self.store.drop(item)
        self._to_commit = True

    def caught_up(self, item: Any, now: Instant) -> Any:
        """A thing at an instant; None if it is gone."""
        if not item.plan or item.plan[0].at > now:
            return item
        from trainstate.simulator import tuner  # noqa: PLC0415 - it imports this module

        if not isinstance(item, Job):
            return tuner.went_on(self, item)
        job = item
        for later in passing(job, now, self.spec):
            self._news.append((job.record, later.record))
            job = later
        self._to_commit = True
        if job.gone:
            self.forget(job)
            return None
        self.store.put(job)
        if job.parent and job.record.ended is not None and item.record.ended is None:
            tuner.child_ended(self, job)
        return job

    def _undo(self) -> None:
        """Reverts what a refused request has changed, and what happened meanwhile."""
        if self._to_commit:
            self._news.clear()
            self._to_commit = False
            self.store.undo()

    def _finish(self) -> None:
        """Commits the request, then notifies the listeners."""
        if self._to_commit:
            setting = self.clock.setting
            self.store.commit(setting)
            self._to_commit = self._answered = False
        news, self._news = self._news, []
        for before, after in news:
            for listener in self._listeners:
                listener(before, after)


def _not_stored(error: Exception) -> ApiError:
    return ApiError("InternalFailure", f"not stored: {error}", status=500)


def _meets_others(item: Any) -> bool:
    """Whether it is a tuning job, its child, or a job whose instances another may take over."""
    is_job = isinstance(item, Job)
    return not is_job or item.parent is not None or keep_alive(item.record.fields) > 0


@lru_cache(maxsize=64)
def _place(region: str) -> str:
    try:
        partition = get_session().get_partition_for_region(region)
    except UnknownRegionError:
        raise invalid(f"{region!r} is not a region.") from None
    return f"arn:{partition}:sagemaker:{region}:{ACCOUNT}"
