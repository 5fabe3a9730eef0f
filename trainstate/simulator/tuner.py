"""Hyperparameter tuning jobs: their children are training jobs, and their counters follow."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from attrs import evolve

from trainstate.history.instants import SECOND, Instant
from trainstate.machine.record import describe, moment
from trainstate.simulator.errors import ApiError, in_status, name_taken
from trainstate.simulator.job import Job, Tuning
from trainstate.simulator.listing import next_of, page_of, small_page
from trainstate.simulator.operations import asked_to_stop, started
from trainstate.simulator.output import final_metrics
from trainstate.simulator.plan import PlannedStep
from trainstate.simulator.random_scenario import seeded
from trainstate.simulator.service import Answer, Request, Service, handles
from trainstate.simulator.validate import check_creation, check_tags

KIND, _NAME = "hyper-parameter-tuning-job", "HyperParameterTuningJobName"
_CONFIG, _STATUS = "HyperParameterTuningJobConfig", "HyperParameterTuningJobStatus"
_LIMIT, _MOST = "limit", 750
_NOT_OF_A_JOB = {"DefinitionName", "TuningObjective", "HyperParameterRanges"}
_COUNTED = {"Completed": "Completed", "Failed": "NonRetryableError", "Stopped": "Stopped"}
_OBJECTIVES = {"Completed": "Succeeded", "InProgress": "Pending", "Stopping": "Pending"}
_NO_SUCCESS = "No training job succeeded."


def went_on(service: Service, tuning: Tuning) -> Tuning:
    """A tuning job at its run-time limit: it stops."""
    limit = evolve(tuning, plan=())
    return _stopping(service, limit, tuning.plan[0].at) if tuning.ended is None else limit


def child_ended(service: Service, job: Job) -> None:
    """Continues a tuning job after a child has ended."""
    tuning = service.store.get(job.parent or "")
    if tuning is not None and tuning.ended is None and job.record.ended is not None:
        service.keep(_continued(service, tuning, job.record.ended))


def _continued(service: Service, tuning: Tuning, at: Instant) -> Tuning:
    """A tuning job with new children if there is room, or at its end."""
    active = sum(job.record.ended is None for job in service.store.children(tuning.arn))
    most = tuning.limits.get("MaxNumberOfTrainingJobs", _MOST)
    while (
        tuning.status == "InProgress"
        and tuning.launched < most
        and active < tuning.limits["MaxParallelTrainingJobs"]
    ):
        try:
            tuning = _launched(service, tuning, at)
        except ApiError as error:
            tuning = evolve(tuning, status="Failed", reason=error.message)
        active += 1
    if tuning.status == "Failed" or active == 0:
        tuning = _ended(service, tuning, at)
    return evolve(tuning, modified=at)


def _ended(service: Service, tuning: Tuning, at: Instant) -> Tuning:
    status = {"Stopping": "Stopped"}.get(tuning.status, tuning.status)
    reason = tuning.reason
    if status == "InProgress":
        done = any(job.status == "Completed" for job in service.store.children(tuning.arn))
        status, reason = ("Completed", None) if done else ("Failed", _NO_SUCCESS)
    return evolve(tuning, status=status, reason=reason, ended=at, plan=())


def _stopping(service: Service, tuning: Tuning, at: Instant) -> Tuning:
    """A tuning job after a stop request, with its children."""
    stopping = evolve(tuning, status="Stopping", modified=at)
    service.keep(stopping)
    children = list(service.store.children(tuning.arn))
    for child in children:
        if child.status == "InProgress":
            service.keep(asked_to_stop(service, child, at))
    if all(child.record.ended is not None for child in children):
        stopping = _ended(service, stopping, at)
        service.keep(stopping)
    return stopping


def _launched(service: Service, tuning: Tuning, at: Instant) -> Tuning:
    number = tuning.launched + 1
    definition = tuning.definitions[(number - 1) % len(tuning.definitions)]
    rng = seeded(tuning.request[_CONFIG].get("RandomSeed"), tuning.arn, number)
    name = f"{tuning.name}-{number:03d}-{rng.getrandbits(32):08x}"
    drawn = dict(_drawn(tuning, definition, rng))
    static = definition.get("StaticHyperParameters", {})
    request = {
        **{key: value for key, value in definition.items() if key not in _NOT_OF_A_JOB},
        "TrainingJobName": name,
        "HyperParameters": {**static, **drawn},
        "TuningJobArn": tuning.arn,
        "Tags": [{"Key": key, "Value": value} for key, value in tuning.tags.items()],
    }
    resources = dict(request.pop("HyperParameterTuningResourceConfig", {}))
    first = (resources.pop("InstanceConfigs", None) or [{}])[0]
    resources.pop("AllocationStrategy", None)
    request.setdefault("ResourceConfig", {**resources, **first})
    place = tuning.arn.rpartition(f":{KIND}/")[0]
    check_creation(request, place)
    started(service, request, f"{place}:training-job/{name.lower()}", at)
    return evolve(tuning, launched=number)


def _drawn(tuning: Tuning, definition: Mapping[str, Any], rng: Random) -> Iterator[tuple[str, str]]:
    """Random hyperparameters within their ranges, including the objective."""
    ranges = definition.get("HyperParameterRanges") or tuning.request[_CONFIG].get(
        "ParameterRanges", {}
    )
    for row in ranges.get("IntegerParameterRanges", ()):
        low, high = sorted(int(float(row[bound])) for bound in ("MinValue", "MaxValue"))
        yield row["Name"], str(rng.randint(low, high))
    for row in ranges.get("ContinuousParameterRanges", ()):
        yield row["Name"], repr(rng.uniform(float(row["MinValue"]), float(row["MaxValue"])))
    for row in ranges.get("CategoricalParameterRanges", ()):
        yield row["Name"], rng.choice(row["Values"])
    objective = _objective(tuning, definition)
    if objective:
        yield "_tuning_objective_metric", objective["MetricName"]


def _objective(tuning: Tuning, definition: Mapping[str, Any]) -> Mapping[str, Any]:
    own = definition.get("TuningObjective")
    return own or tuning.request[_CONFIG].get("HyperParameterTuningJobObjective") or {}


def _summary(service: Service, tuning: Tuning, job: Job) -> Answer:
    """A child as the tuning job's operations show it."""
    shown = describe(job.record, service.spec)
    members = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
    times = ("TrainingStartTime", "TrainingEndTime", "FailureReason")
    number = int(job.record.name.removeprefix(f"{tuning.name}-")[:3]) - 1
    definition = tuning.definitions[number % len(tuning.definitions)]
    static = {*definition.get("StaticHyperParameters", {}), "_tuning_objective_metric"}
    summary = {
        **{name: shown[name] for name in (*members, *times) if name in shown},
        "TunedHyperParameters": {
            key: value
            for key, value in job.record.fields["HyperParameters"].items()
            if key not in static
        },
    }
    if "DefinitionName" in definition:
        summary["TrainingJobDefinitionName"] = definition["DefinitionName"]
    wanted = _objective(tuning, definition)
    value = next(
        (m["Value"] for m in final_metrics(job) if m["MetricName"] == wanted.get("MetricName")),
        None,
    )
    if value is not None:
        final = {"Type": wanted["Type"], "MetricName": wanted["MetricName"], "Value": value}
        summary["FinalHyperParameterTuningJobObjectiveMetric"] = final
    status = _OBJECTIVES.get(job.status, "Failed")
    summary["ObjectiveStatus"] = "Failed" if status == "Succeeded" and value is None else status
    return summary


def _shown(service: Service, tuning: Tuning) -> Answer:
    """A tuning job as described; a list shows a part of it."""
    children = [_summary(service, tuning, job) for job in service.store.children(tuning.arn)]
    counts = dict.fromkeys(("Completed", "InProgress", "RetryableError", *_COUNTED.values()), 0)
    goals = dict.fromkeys(("Succeeded", "Pending", "Failed"), 0)
    for child in children:
        counts[_COUNTED.get(child["TrainingJobStatus"], "InProgress")] += 1
        goals[child["ObjectiveStatus"]] += 1
    request = {name: value for name, value in tuning.request.items() if name != "Tags"}
    end = tuning.ended
    return {
        **request,
        "HyperParameterTuningJobArn": tuning.arn,
        _STATUS: tuning.status,
        "CreationTime": moment(tuning.created),
        "LastModifiedTime": moment(tuning.modified),
        "TrainingJobStatusCounters": counts,
        "ObjectiveStatusCounters": goals,
        **({} if end is None else {"HyperParameterTuningEndTime": moment(end)}),
        **({} if tuning.reason is None else {"FailureReason": tuning.reason}),
        **_best(children),
    }


def _best(children: list[Answer]) -> Answer:
    goal = "FinalHyperParameterTuningJobObjectiveMetric"
    done = [child for child in children if child["ObjectiveStatus"] == "Succeeded"]
    if not done:
        return {}
    sign = -1 if done[0][goal]["Type"] == "Minimize" else 1
    best = max(done, key=lambda child: sign * child[goal]["Value"])
    return {"BestTrainingJob": best}


@handles("CreateHyperParameterTuningJob")
def _create(service: Service, request: Request) -> Answer:
    arn = request.arn(KIND, request.params[_NAME])
    if service.store.get(arn) is not None:
        raise name_taken(arn)
    tags = request.params.get("Tags", ())
    check_tags(tags)
    tuning = Tuning(
        arn=arn,
        created=request.now,
        modified=request.now,
        status="InProgress",
        request=request.params,
        tags={tag["Key"]: tag["Value"] for tag in tags},
    )
    limit = tuning.limits.get("MaxRuntimeInSeconds")
    if limit:
        ends = PlannedStep(at=Instant(request.now + limit * SECOND), kind=_LIMIT)
        tuning = evolve(tuning, plan=(ends,))
    if not tuning.definitions:
        raise ApiError("ValidationException", "A TrainingJobDefinition is needed.")
    begun = _continued(service, tuning, request.now)
    if begun.reason is not None:
        raise ApiError("ValidationException", begun.reason)
    service.keep(begun)
    return {"HyperParameterTuningJobArn": arn}


def _found(service: Service, request: Request) -> Tuning:
    tuning: Tuning = service.found(request.arn(KIND, request.params[_NAME]), request.now)
    return tuning


@handles("DescribeHyperParameterTuningJob")
def _describe(service: Service, request: Request) -> Answer:
    return _shown(service, _found(service, request))


@handles("StopHyperParameterTuningJob")
def _stop(service: Service, request: Request) -> Answer:
    tuning = _found(service, request)
    if tuning.status != "InProgress":
        raise in_status(tuning.status, "hyperparameter tuning job")
    _stopping(service, evolve(tuning, plan=()), request.now)
    return {}


@handles("DeleteHyperParameterTuningJob")
def _delete(service: Service, request: Request) -> Answer:
    """Deletes only the entry; its training jobs stay (API_DeleteHyperParameterTuningJob).

    It is undocumented that an active one is refused; other jobs are.
    """
    tuning = _found(service, request)
    if tuning.ended is None:
        raise in_status(tuning.status, "hyperparameter tuning job")
    service.forget(tuning)
    return {}


@handles("ListHyperParameterTuningJobs")
def _list(service: Service, request: Request) -> Answer:
    page, token = page_of(service, request, KIND)
    members = (
        *(_NAME, "HyperParameterTuningJobArn", _STATUS, "CreationTime", "LastModifiedTime"),
        *("HyperParameterTuningEndTime", "TrainingJobStatusCounters", "ObjectiveStatusCounters"),
    )
    summaries = [
        {
            **{name: shown[name] for name in members if name in shown},
            "Strategy": tuning.request[_CONFIG]["Strategy"],
            "ResourceLimits": tuning.limits,
        }
        for tuning in page
        for shown in [_shown(service, tuning)]
    ]
    return {"HyperParameterTuningJobSummaries": summaries, **next_of(token)}


_SORTS = {
    "Name": "TrainingJobName",
    "Status": "TrainingJobStatus",
    "FinalObjectiveMetricValue": "FinalHyperParameterTuningJobObjectiveMetric.Value",
}


@handles("ListTrainingJobsForHyperParameterTuningJob")
def _list_children(service: Service, request: Request) -> Answer:
    tuning, params = _found(service, request), request.params
    children = [_summary(service, tuning, job) for job in service.store.children(tuning.arn)]
    wanted = params.get("StatusEquals")
    page, token = small_page(
        [c for c in children if wanted in (None, c["TrainingJobStatus"])],
        params,
        _SORTS.get(params.get("SortBy", "Name"), "CreationTime"),
        "TrainingJobName",
        down=params.get("SortOrder") == "Descending",
    )
    return {"TrainingJobSummaries": page, **next_of(token)}
