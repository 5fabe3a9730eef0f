"""The operations of the service, on the jobs that a simulator has."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import evolve

from trainstate.errors import IllegalMoveError
from trainstate.history.instants import Instant
from trainstate.machine.record import Record, delete, describe, request_stop
from trainstate.simulator import attached
from trainstate.simulator.clock import Clock
from trainstate.simulator.errors import (
    ServiceError,
    in_status,
    in_use,
    invalid,
    name_taken,
    not_found,
    unknown_operation,
)
from trainstate.simulator.job import Job, begun, passing
from trainstate.simulator.listing import list_page, search_page
from trainstate.simulator.scenario import Scenario
from trainstate.simulator.store import Memory, Store
from trainstate.simulator.timeline import FORGET, Step, stopped
from trainstate.simulator.update import UPDATABLE, updated
from trainstate.simulator.validate import check_creation, validated
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec

Params = Mapping[str, Any]
Answer = dict[str, Any]
Chooser = Callable[[Params], Scenario]
Listener = Callable[[Record | None, Record], None]

ACCOUNT = "123456789012"
_DELETION = 2_000_000
_MOST_TAGS = 50


class Service:
    """A training-job service. Each operation is one step: no other comes between.

    ``choose`` gives the scenario of a job by its request. A change that was asked for is
    in the store before the operation returns.
    """

    def __init__(
        self,
        *,
        choose: Chooser,
        clock: Clock,
        store: Store | None = None,
        region: str = "us-east-1",
        spec: Spec | None = None,
    ) -> None:
        self.spec = spec or builtin_spec()
        self.clock = clock
        self.choose = choose
        self._place = f"arn:aws:sagemaker:{region}:{ACCOUNT}"
        self._store: Store = store or Memory()
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        self._handlers = self._operations()
        jobs, setting = self._store.load()
        if setting is not None:
            clock.restore(setting)
        self._jobs = {job.record.name: job for job in jobs}
        self._gone: set[str] = set()
        for name in tuple(self._jobs):
            self._catch_up(name, clock.now)
        clock.on_advance(self.tick)

    def _operations(self) -> Mapping[str, Callable[[Params, Instant], Answer]]:
        return {
            "CreateTrainingJob": self._create,
            "DescribeTrainingJob": self._describe,
            "StopTrainingJob": self._stop,
            "DeleteTrainingJob": self._delete,
            "UpdateTrainingJob": self._update,
            "ListTrainingJobs": self._list,
            "Search": self._search,
            "AddTags": self._add_tags,
            "DeleteTags": self._delete_tags,
            "ListTags": self._list_tags,
        }

    def listen(self, listener: Listener) -> None:
        """Calls a function with the records before and after each change of a job."""
        self._listeners.append(listener)

    def call(self, operation: str, params: Params) -> Answer:
        """The answer to a request. Raises ServiceError where the service refuses it."""
        handler = self._handlers.get(operation)
        if handler is None:
            raise unknown_operation(operation)
        given = validated(operation, params)
        with self._lock:
            return handler(given, self.clock.now)

    def tick(self, now: Instant | None = None) -> None:
        """Lets every job go on to an instant, by default to what the clock shows."""
        with self._lock:
            for name in tuple(self._jobs):
                self._catch_up(name, self.clock.now if now is None else now)

    def keep_time(self) -> None:
        """Makes what the clock is set to durable."""
        with self._lock:
            self._save()

    def records(self) -> tuple[Record, ...]:
        """The records of the jobs at this moment, in the order of their creation."""
        self.tick()
        with self._lock:
            return tuple(job.record for job in self._jobs.values())

    def foresee(self, name: str, plan: Iterable[Step]) -> None:
        """Replaces what will happen to a job by itself; what is due of it happens at once.

        Raises ServiceError where there is no such job, and IllegalMoveError where it
        cannot take a step that is due.
        """
        with self._lock:
            now = self.clock.now
            job = evolve(self._found(name, now), plan=tuple(plan))
            for _ in passing(job, now, self.spec):
                pass  # refused before anything of it has happened
            self._save(job)
            self._jobs[name] = job
            self._catch_up(name, now)

    def close(self) -> None:
        """Ends the use of the store."""
        with self._lock:
            self._store.close()

    def _catch_up(self, name: str, now: int) -> Job | None:
        job = self._jobs[name]
        for later in passing(job, now, self.spec):
            self._tell(job.record, later.record)
            job = later
        self._jobs[name] = job
        if not job.gone:
            return job
        del self._jobs[name]
        self._gone.add(name)
        return None

    def _tell(self, before: Record | None, after: Record) -> None:
        for listener in self._listeners:
            listener(before, after)

    def _found(self, name: str, now: int) -> Job:
        job = self._catch_up(name, now) if name in self._jobs else None
        if job is None:
            raise not_found()
        return job

    def _save(self, *jobs: Job) -> None:
        self._store.save(jobs, self._gone, self.clock.setting)
        self._gone = set()

    def _keep(self, *jobs: Job) -> None:
        """Stores jobs that were changed on request, then tells of them."""
        before = [self._jobs.get(job.record.name) for job in jobs]
        self._save(*jobs)
        for job, old in zip(jobs, before, strict=True):
            self._jobs[job.record.name] = job
            self._tell(None if old is None else old.record, job.record)

    def _create(self, params: Params, now: Instant) -> Answer:
        name = params["TrainingJobName"]
        arn = f"{self._place}:training-job/{name}"
        if name in self._jobs and self._catch_up(name, now) is not None:
            raise name_taken(arn)
        check_creation(params)
        try:
            job = begun(params, self.choose(params), spec=self.spec, arn=arn, at=now)
        except IllegalMoveError as error:
            raise invalid(f"The scenario is not possible for this job: {error}") from error
        self._keep(*self._reused(job, now), job)
        self._catch_up(name, now)
        return {"TrainingJobArn": arn}

    def _reused(self, job: Job, now: Instant) -> tuple[Job, ...]:
        """The job whose warm pool a new one takes over, if there is any."""
        self.tick(now)
        for other in self._jobs.values():
            record = other.record
            if attached.is_available(record) and attached.is_matching(record, job.record.fields):
                steps = attached.reuse(record, job.record.name, now)
                rest = (step for step in other.plan if not attached.is_of_pool(step))
                *_, after = passing(evolve(other, plan=(*steps, *rest)), now, self.spec)
                return (after,)
        return ()

    def _describe(self, params: Params, now: Instant) -> Answer:
        return describe(self._found(params["TrainingJobName"], now).record, self.spec)

    def _stop(self, params: Params, now: Instant) -> Answer:
        job = self._found(params["TrainingJobName"], now)
        primary = job.record.state.primary
        if primary in self.spec.ended_primaries or primary == "Stopping":
            raise in_status(primary)
        record = request_stop(job.record, self.spec, at=now)
        statuses = [entry.status for entry in record.history]
        self._keep(evolve(job, record=record, plan=tuple(stopped(statuses, now))))
        return {}

    def _delete(self, params: Params, now: Instant) -> Answer:
        job = self._found(params["TrainingJobName"], now)
        primary = job.record.state.primary
        if primary not in self.spec.terminal_primaries:
            raise in_status(primary)
        if attached.is_available(job.record):
            raise in_use("The training job retains an available warm pool.")
        gone = Step(at=Instant(now + _DELETION), kind=FORGET)
        try:
            record = delete(job.record, self.spec, at=now)
        except IllegalMoveError:
            record = job.record  # a retired pair: no status of a deletion goes with it
        self._keep(evolve(job, record=record, plan=(gone,)))
        return {}

    def _update(self, params: Params, now: Instant) -> Answer:
        job = self._found(params["TrainingJobName"], now)
        primary = job.record.state.primary
        changes = {name: params[name] for name in UPDATABLE if name in params}
        if primary != "InProgress" and (changes or not attached.is_available(job.record)):
            raise in_status(primary)
        self._keep(updated(job, changes, params.get("ResourceConfig"), now))
        self._catch_up(job.record.name, now)
        return {"TrainingJobArn": job.record.arn}

    def _list(self, params: Params, now: Instant) -> Answer:
        page, token = list_page(self._shown(now), params)
        summaries = [
            {member: job[member] for member in self.spec.layout.summary if member in job}
            for job in page
        ]
        return {"TrainingJobSummaries": summaries, **_next(token)}

    def _search(self, params: Params, now: Instant) -> Answer:
        if params["Resource"] != "TrainingJob":
            raise invalid(f"Search for {params['Resource']} is not simulated.")
        page, token = search_page(self._shown(now), params)
        return {"Results": [{"TrainingJob": job} for job in page], **_next(token)}

    def _shown(self, now: Instant) -> list[Answer]:
        self.tick(now)
        return [
            {**describe(job.record, self.spec), "Tags": _tag_list(job.tags)}
            for job in self._jobs.values()
        ]

    def _tagged(self, params: Params, now: Instant) -> Job:
        return self._found(params["ResourceArn"].rpartition(":training-job/")[2], now)

    def _add_tags(self, params: Params, now: Instant) -> Answer:
        job = self._tagged(params, now)
        tags = {**job.tags, **{tag["Key"]: tag["Value"] for tag in params["Tags"]}}
        if len(tags) > _MOST_TAGS:
            raise ServiceError("ResourceLimitExceeded", f"At most {_MOST_TAGS} tags are allowed.")
        self._keep(evolve(job, tags=tags))
        return {"Tags": _tag_list(tags)}

    def _delete_tags(self, params: Params, now: Instant) -> Answer:
        job = self._tagged(params, now)
        gone = set(params["TagKeys"])
        self._keep(evolve(job, tags={k: v for k, v in job.tags.items() if k not in gone}))
        return {}

    def _list_tags(self, params: Params, now: Instant) -> Answer:
        return {"Tags": _tag_list(self._tagged(params, now).tags)}


def _next(token: str | None) -> Answer:
    return {} if token is None else {"NextToken": token}


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
