"""What clients of training jobs ask of other services: logs, metrics, permissions."""

import statistics
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

from trainstate.history.instants import SECOND
from trainstate.machine.record import start_of_training
from trainstate.simulator.errors import ApiError
from trainstate.simulator.job import Job
from trainstate.simulator.one_status import KINDS
from trainstate.simulator.output import measured, visible
from trainstate.simulator.service import (
    HANDLERS,
    IAM,
    LOGS,
    METRICS,
    SAGEMAKER,
    STS,
    Answer,
    Request,
    Service,
    handles,
)
from trainstate.simulator.tuner import KIND

TARGETS = {"SageMaker": SAGEMAKER, "Logs_20140328": LOGS}
GROUP = "/aws/sagemaker/TrainingJobs"
_MOST, _MILLISECOND = 10_000, 1_000


def is_ours(api: str, operation: str, params: Mapping[str, Any]) -> bool:
    """Whether a request is about training jobs, for a simulated operation."""
    if operation not in HANDLERS and api != SAGEMAKER:
        return False
    if api == LOGS:
        group = params.get("logGroupName") or params.get("logGroupIdentifier")
        return bool(group == GROUP)
    if "ResourceArn" in params:
        kinds = ("training-job", KIND, *KINDS)
        return any(f":{kind}/" in str(params["ResourceArn"]) for kind in kinds)
    return bool(params.get("Resource", "TrainingJob") == "TrainingJob")


def _job(service: Service, request: Request, name: str) -> Job | None:
    try:
        job: Job = service.found(request.arn("training-job", name), request.now)
    except ApiError:
        return None
    return job


def _streams(job: Job) -> list[str]:
    """The names of a job's log streams: one an instance, from the start of training."""
    resources = job.record.fields.get("ResourceConfig") or {}
    groups = resources.get("InstanceGroups") or [resources]
    count = sum(group.get("InstanceCount") or 1 for group in groups)
    began = job.created // SECOND
    return [f"{job.record.name}/algo-{number}-{began}" for number in range(1, count + 1)]


@handles("DescribeLogStreams", LOGS)
def _describe_streams(service: Service, request: Request) -> Answer:
    name = request.params.get("logStreamNamePrefix", "").partition("/")[0]
    job = _job(service, request, name)
    if job is None or start_of_training(job.record, service.spec) is None:
        return {"logStreams": []}
    start = request.params.get("logStreamNamePrefix", "")
    found = [stream for stream in _streams(job) if stream.startswith(start)]
    begun = job.created // _MILLISECOND
    return {
        "logStreams": [
            {"logStreamName": name, "creationTime": begun, "storedBytes": 0}
            for name in found[: request.params.get("limit", 50)]
        ]
    }


@handles("GetLogEvents", LOGS)
def _get_events(service: Service, request: Request) -> Answer:
    params = request.params
    stream = params["logStreamName"]
    job = _job(service, request, stream.partition("/")[0])
    if job is None or stream not in _streams(job):
        raise ApiError("ResourceNotFoundException", "The specified log stream does not exist.")
    lines = visible(job, request.now) if stream == _streams(job)[0] else []
    least, most = params.get("startTime", 0), params.get("endTime", 1 << 62)
    lines = [line for line in lines if least <= line[0] // _MILLISECOND < most]
    size = params.get("limit", _MOST)
    begin = _begin(params.get("nextToken"), len(lines), size, head=params.get("startFromHead"))
    shown = lines[begin : begin + size]
    return {
        "events": [
            {
                "timestamp": at // _MILLISECOND,
                "message": text,
                "ingestionTime": at // _MILLISECOND,
            }
            for at, text in shown
        ],
        "nextForwardToken": f"f/{begin + len(shown)}/s",
        "nextBackwardToken": f"b/{begin}/s",
    }


def _begin(token: str | None, count: int, size: int, *, head: bool | None) -> int:
    """Where a page of events begins: at a token, at the head, or so that it has the last one."""
    if token is None:
        return 0 if head else max(0, count - size)
    way, _, rest = token.partition("/")
    number = rest.removesuffix("/s")
    if way not in ("f", "b") or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise ApiError("InvalidParameterException", "The specified nextToken is invalid.")
    return min(int(number), count) if way == "f" else max(0, int(number) - size)


_STATISTICS: Mapping[str, Callable[[list[float]], float]] = {
    "Min": min,
    "Max": max,
    "Avg": statistics.fmean,
    "Count": len,
    "StdDev": statistics.pstdev,
    "Last": lambda values: values[-1],
}
_PERIODS = {"OneMinute": 60, "FiveMinute": 300, "OneHour": 3600}


@handles("BatchGetMetrics", METRICS)
def _get_metrics(service: Service, request: Request) -> Answer:
    queries = request.params["MetricQueries"]
    return {"MetricQueryResults": [_queried(service, request, query) for query in queries]}


def _queried(service: Service, request: Request, query: Mapping[str, Any]) -> Answer:
    """The answer to one query: the values of a metric, by iteration or by time."""
    name = query["ResourceArn"].rpartition("/")[2].removesuffix("-aws-training-job")
    job = _job(service, request, name)
    values = [] if job is None else measured(job, request.now).get(query["MetricName"], [])
    least, most = query.get("Start", -(1 << 62)), query.get("End", 1 << 62)
    by_time = query["XAxisType"] == "Timestamp"
    points = ((at // SECOND if by_time else n, value) for n, (at, value) in enumerate(values))
    points = (point for point in points if least <= point[0] <= most)
    period = _PERIODS.get(query["Period"], 1) if by_time else 1
    groups = [
        (place * period, _STATISTICS[query["MetricStat"]]([value for _, value in group]))
        for place, group in groupby(points, lambda point: point[0] // period)
    ]
    return {
        "Status": "Complete" if job is not None else "ValidationError",
        **({} if job is not None else {"Message": "Requested resource not found."}),
        "XAxisValues": [place for place, _ in groups],
        "MetricValues": [float(value) for _, value in groups],
    }


@handles("GetCallerIdentity", STS)
def _identity(_service: Service, request: Request) -> Answer:
    _, partition, _, _, account = request.place.split(":")
    return {
        "UserId": "AIDASIMULATED0000000",
        "Account": account,
        "Arn": f"arn:{partition}:iam::{account}:user/simulated",
    }


@handles("SimulatePrincipalPolicy", IAM)
def _permissions(_service: Service, request: Request) -> Answer:
    """Everyone may do everything: the SDK asks before it trains."""
    results = [
        {"EvalActionName": name, "EvalResourceName": resource, "EvalDecision": "allowed"}
        for name in request.params["ActionNames"]
        for resource in request.params.get("ResourceArns", ["*"])
    ]
    return {"EvaluationResults": results, "IsTruncated": "false"}
