"""Requests about one training job: create, describe, stop, update, delete, tag."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from trainstate.errors import IllegalMoveError
from trainstate.history.instants import Instant
from trainstate.machine.record import delete, describe, request_stop, touch
from trainstate.simulator import attached
from trainstate.simulator.errors import (
    ApiError,
    in_status,
    in_use,
    invalid,
    name_taken,
    refused,
)
from trainstate.simulator.job import Job, begun, passing
from trainstate.simulator.output import final_metrics
from trainstate.simulator.plan import FORGET, PlannedStep, stopped
from trainstate.simulator.service import Answer, Request, Service, handles
from trainstate.simulator.validate import check_creation, check_tags

_JOB = "training-job"
_DELETION = 2_000_000
_MOST_TAGS = 50
_ACTIVE = ("InProgress", "Stopping")


def planned(service: Service, params: Mapping[str, Any], arn: str, at: Instant) -> Job:
    """The job of a request, with its scenario. Raises ApiError if it is impossible."""
    try:
        return begun(params, service.choose(params), spec=service.spec, arn=arn, at=at)
    except IllegalMoveError as error:
        raise invalid(f"The scenario is not possible for this job: {error}") from error


def started(service: Service, params: Mapping[str, Any], arn: str, at: Instant) -> Job:
    """The job that a request creates, in the store. Raises ApiError if it is refused."""
    job = planned(service, params, arn, at)
    _check_quotas(service, job)
    pool = _reused(service, job, at)
    if pool is not None:
        service.keep(pool)
    service.keep(job)
    return job


def shown(service: Service, job: Job) -> Answer:
    """A job as DescribeTrainingJob shows it."""
    response = describe(job.record, service.spec)
    metrics = final_metrics(job)
    return {**response, "FinalMetricDataList": metrics} if metrics else response


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the service shows them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@handles("CreateTrainingJob")
def _create(service: Service, request: Request) -> Answer:
    arn = request.arn(_JOB, request.params["TrainingJobName"])
    old = service.store.get(arn)
    if old is not None and service.caught_up(old, request.now) is not None:
        raise name_taken(arn)
    check_creation(request.params, request.place)
    service.caught_up(started(service, request.params, arn, request.now), request.now)
    return {"TrainingJobArn": arn}


def _check_quotas(service: Service, job: Job) -> None:
    """Raises ResourceLimitExceeded if a job requests more instances than are left."""
    wanted = _instances(job)
    for kind in wanted.keys() & service.quotas.keys():
        place = job.arn.rpartition("/")[0] + "/"
        active = [j for status in _ACTIVE for j in service.store.having(place, status)]
        used = sum(_instances(other).get(kind, 0) for other in active)
        if used + wanted[kind] > service.quotas[kind]:
            limit = service.quotas[kind]
            raise refused(
                "more instances than a quota has",
                quota=kind,
                limit=limit,
                used=used,
                delta=wanted[kind],
            )


def _instances(job: Job) -> dict[str, int]:
    resources = job.record.fields.get("ResourceConfig") or {}
    counts: dict[str, int] = {}
    for group in resources.get("InstanceGroups") or [resources]:
        kind = group.get("InstanceType", "")
        counts[kind] = counts.get(kind, 0) + (group.get("InstanceCount") or 1)
    spot = "spot training job" if job.record.fields["EnableManagedSpotTraining"] else "training job"
    return {f"{kind} for {spot} usage": count for kind, count in counts.items()}


def _reused(service: Service, job: Job, now: Instant) -> Job | None:
    """The job whose warm pool a new one takes over, if there is any."""
    for other in service.store.pools(job.arn.rpartition("/")[0] + "/"):
        ready = service.caught_up(other, now)
        if not ready or ready.record.modified > now:
            continue  # a child started before the other job was queried
        if ready.has_pool and attached.is_matching(ready.record, job.record.fields):
            steps = attached.reuse(ready.record, job.record.name, now)
            rest = (step for step in ready.plan if not attached.is_of_pool(step))
            *_, after = passing(evolve(ready, plan=(*steps, *rest)), now, service.spec)
            return after
    return None


def _job(service: Service, request: Request) -> Job:
    job: Job = service.found(request.arn(_JOB, request.params["TrainingJobName"]), request.now)
    return job


@handles("DescribeTrainingJob")
def _describe(service: Service, request: Request) -> Answer:
    return shown(service, _job(service, request))


@handles("StopTrainingJob")
def _stop(service: Service, request: Request) -> Answer:
    service.keep(asked_to_stop(service, _job(service, request), request.now))
    return {}


def asked_to_stop(service: Service, job: Job, now: Instant) -> Job:
    """A job after a stop request. Raises ApiError if it cannot be stopped."""
    primary = job.record.state.primary
    if primary in service.spec.ended_primaries or primary == "Stopping":
        raise in_status(primary)
    record = request_stop(job.record, service.spec, at=now)
    statuses = [entry.status for entry in record.history]
    return evolve(job, record=record, plan=tuple(stopped(statuses, now)))


@handles("DeleteTrainingJob")
def _delete(service: Service, request: Request) -> Answer:
    job = _job(service, request)
    primary = job.record.state.primary
    if primary not in service.spec.terminal_primaries:
        raise in_status(primary)
    if job.has_pool:
        raise in_use("The training job retains an available warm pool.")
    gone = PlannedStep(at=Instant(request.now + _DELETION), kind=FORGET)
    try:
        record = delete(job.record, service.spec, at=request.now)
    except IllegalMoveError:
        record = job.record  # a retired pair: no deletion status goes with it
    service.keep(evolve(job, record=record, plan=(gone,)))
    return {}


@handles("UpdateTrainingJob")
def _update(service: Service, request: Request) -> Answer:
    job, params = _job(service, request), request.params
    primary = job.record.state.primary
    changes = {name: params[name] for name in UPDATABLE if name in params}
    if primary != "InProgress" and (changes or not job.has_pool):
        raise in_status(primary)
    resources = params.get("ResourceConfig")
    if resources and resources[attached.PERIOD] and job.record.fields["EnableManagedSpotTraining"]:
        raise refused("a warm pool with managed spot training")
    after = updated(job, changes, resources, request.now)
    service.keep(after)
    service.caught_up(after, request.now)
    return {"TrainingJobArn": job.arn}


def _tagged(service: Service, request: Request) -> Any:
    arn = request.params["ResourceArn"]
    if not arn.startswith(f"{request.place}:"):
        raise refused("the tags of another account's, or region's, resource", arn=arn)
    return service.found(arn, request.now)


@handles("AddTags")
def _add_tags(service: Service, request: Request) -> Answer:
    item = _tagged(service, request)
    check_tags(request.params["Tags"])
    tags = {**item.tags, **{tag["Key"]: tag["Value"] for tag in request.params["Tags"]}}
    if len(tags) > _MOST_TAGS:
        raise ApiError("ResourceLimitExceeded", f"At most {_MOST_TAGS} tags are allowed.")
    service.keep(evolve(item, tags=tags))
    return {"Tags": tag_list(tags)}


@handles("DeleteTags")
def _delete_tags(service: Service, request: Request) -> Answer:
    item = _tagged(service, request)
    gone = set(request.params["TagKeys"])
    service.keep(evolve(item, tags={k: v for k, v in item.tags.items() if k not in gone}))
    return {}


@handles("ListTags")
def _list_tags(service: Service, request: Request) -> Answer:
    return {"Tags": tag_list(_tagged(service, request).tags)}


UPDATABLE = ("ProfilerConfig", "ProfilerRuleConfigurations", "RemoteDebugConfig")
"""Members that a request replaces while a job is active; of ResourceConfig only a part."""


def updated(
    job: Job, changes: Mapping[str, Any], resources: Mapping[str, Any] | None, now: Instant
) -> Job:
    """The job after an update: ``resources`` says how long its instances are kept alive.

    A new profiler configuration starts or stops the profiler; a new period moves the end of an
    existing warm pool.
    """
    fields, plan = dict(changes), job.plan
    if "ProfilerConfig" in changes:
        config = {**job.record.fields.get("ProfilerConfig", {}), **changes["ProfilerConfig"]}
        fields.update(ProfilerConfig=config, ProfilingStatus=attached.profiling(config))
    if resources is not None:
        period = resources[attached.PERIOD]
        own = job.record.fields.get("ResourceConfig") or {}
        fields["ResourceConfig"] = {**own, attached.PERIOD: period}
        if attached.is_available(job.record):
            rest = [step for step in plan if not attached.is_of_pool(step)]
            ends = attached.kept_until(job.record, period, now)
            plan = tuple(sorted((*rest, *ends), key=lambda step: step.at))
    return evolve(job, record=touch(job.record, at=now, fields=fields), plan=plan)
