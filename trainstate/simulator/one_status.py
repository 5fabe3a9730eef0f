"""Jobs of machines with one status: processing and transform jobs, by their facts.

Each has the life of a training job, but its operations show less: the primary status and
the times. So scenarios, limits, stops and time work as for training jobs.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import evolve

from trainstate.machine.record import Record, moment, start_of_training
from trainstate.simulator.errors import ApiError, in_status, name_taken
from trainstate.simulator.job import Job
from trainstate.simulator.listing import next_of, page_of
from trainstate.simulator.operations import asked_to_stop, planned
from trainstate.simulator.service import Answer, Request, Service, handles
from trainstate.simulator.validate import check_tags, operation_model
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import RecordLayout, Spec

KINDS = ("processing-job", "transform-job")
_REQUEST, _DESCRIBE = "Request", "Describe"
_LIFE: Mapping[str, Any] = {
    "AlgorithmSpecification": {"TrainingImage": "none", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://none"},
    "ResourceConfig": {"InstanceType": "none", "InstanceCount": 1, "VolumeSizeInGB": 1},
}
"""The request of the underlying training job, which is never shown."""
_LONGEST = {"MaxRuntimeInSeconds": 86_400}


def _create(spec: Spec, service: Service, request: Request) -> Answer:
    params, layout = request.params, spec.layout
    arn = request.arn(layout.resource, params[layout.name])
    old = service.store.get(arn)
    if old is not None and service.caught_up(old, request.now) is not None:
        raise name_taken(arn)
    check_tags(params.get("Tags", ()))
    life = {
        **_LIFE,
        "StoppingCondition": params.get("StoppingCondition", _LONGEST),
        "TrainingJobName": params[layout.name],
        "Tags": params.get("Tags", ()),
    }
    job = planned(service, life, arn, request.now)
    kept = {name: value for name, value in params.items() if name != "Tags"}
    service.keep(evolve(job, record=evolve(job.record, fields={_REQUEST: kept})))
    return {layout.arn: arn}


def _found(spec: Spec, service: Service, request: Request) -> Job:
    name = request.params[spec.layout.name]
    try:
        job: Job = service.found(request.arn(spec.layout.resource, name), request.now)
    except ApiError as error:
        text = f"Could not find requested job with name: {name}"
        raise ApiError(spec.layout.missing, text) from error
    return job


def spec_of(record: Record) -> Spec | None:
    """The facts of a job with one status; None for a training job."""
    return next((spec for spec in SPECS if f":{spec.layout.resource}/" in record.arn), None)


def _known(spec: Spec, life: Spec, record: Record) -> Answer:
    """Everything that the service knows about a job; each operation shows a part of it."""
    layout, status = spec.layout, record.state.primary
    times = {
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
        layout.started: start_of_training(record, life),
        layout.ended: record.ended,
    }
    reason = record.outcome.get("FailureReason") if status == "Failed" else None
    return {
        **record.fields[_REQUEST],
        layout.arn: record.arn,
        layout.primary: status,
        **{name: moment(at) for name, at in times.items() if at is not None},
        **({} if reason is None else {layout.failure_reason: reason}),
    }


def described(spec: Spec, life: Spec, record: Record) -> Answer:
    """What the operation that shows a job answers; ``life`` are the facts of its life."""
    members = operation_model(spec.layout.operation).output_shape.members
    known = _known(spec, life, record)
    return {name: value for name, value in known.items() if name in members}


def _describe(spec: Spec, service: Service, request: Request) -> Answer:
    return described(spec, service.spec, _found(spec, service, request).record)


def _list(spec: Spec, service: Service, request: Request) -> Answer:
    layout = spec.layout
    page, token = page_of(service, request, layout.resource)
    jobs = [_known(spec, service.spec, job.record) for job in page]
    summaries = [{name: job[name] for name in layout.summary if name in job} for job in jobs]
    return {layout.listed: summaries, **next_of(token)}


def _stop(spec: Spec, service: Service, request: Request) -> Answer:
    job = _found(spec, service, request)
    if job.status != "InProgress":
        raise in_status(job.status, spec.name.replace("-", " "))
    service.keep(asked_to_stop(service, job, request.now))
    return {}


def _delete(spec: Spec, service: Service, request: Request) -> Answer:
    job = _found(spec, service, request)
    if job.status not in spec.terminal_primaries:
        raise in_status(job.status, spec.name.replace("-", " "))
    service.forget(job)
    return {}


def _named(layout: RecordLayout) -> Iterator[tuple[str, Callable[..., Answer]]]:
    yield layout.operation.replace(_DESCRIBE, "Create"), _create
    yield layout.operation, _describe
    yield layout.listing, _list
    yield layout.stop, _stop
    if layout.deletion:
        yield layout.deletion, _delete


SPECS = tuple(map(builtin_spec, KINDS))
for _spec in SPECS:
    for _name, _handler in _named(_spec.layout):
        handles(_name)(partial(_handler, _spec))
