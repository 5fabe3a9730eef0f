"""The requests of programs, named by short words: the simplest of each kind comes first."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from trainstate.testing.configuration import ALWAYS, BUCKET

_ACCOUNT = ALWAYS["RoleArn"].split(":")[4]
_RESOURCES: Mapping[str, Any] = ALWAYS["ResourceConfig"]
_IMAGE = f"{_ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/train:1"
_PLAN = f"arn:aws:sagemaker:us-east-1:{_ACCOUNT}:training-plan/example-plan"
_RULE = {"RuleConfigurationName": "loss", "RuleEvaluatorImage": _IMAGE}

_REQUEST: Mapping[str, Any] = {
    "AlgorithmSpecification": {"TrainingImage": _IMAGE, "TrainingInputMode": "File"},
    **{name: ALWAYS[name] for name in ("RoleArn", "OutputDataConfig", "ResourceConfig")},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3_600},
}
_SPOT = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 3_600, "MaxWaitTimeInSeconds": 7_200},
}
_RETRIES = {"RetryStrategy": {"MaximumRetryAttempts": 2}}
_PLANNED = {"ResourceConfig": {**_RESOURCES, "TrainingPlanArn": _PLAN}}

CREATIONS: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "spot": _SPOT,
    "retries": _RETRIES,
    "spot-retries": {**_SPOT, **_RETRIES},
    "plan": _PLANNED,
    "short": {"StoppingCondition": {"MaxRuntimeInSeconds": 200}},
    "pending": {
        "StoppingCondition": {"MaxRuntimeInSeconds": 3_600, "MaxPendingTimeInSeconds": 7_200}
    },
    "warm": {"ResourceConfig": {**_RESOURCES, "KeepAlivePeriodInSeconds": 600}},
    "hyperparameters": {
        "HyperParameters": {"rate": "0.1", "layers": "[3, 4]"},
        "Environment": {"STAGE": "test"},
        "EnableNetworkIsolation": True,
    },
    "debugger": {"DebugRuleConfigurations": [_RULE]},
    "profiler": {
        "ProfilerConfig": {"S3OutputPath": f"{BUCKET}/profile"},
        "ProfilerRuleConfigurations": [_RULE],
    },
    "short-wait": {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 3_600, "MaxWaitTimeInSeconds": 1_800},
    },
    "bad-name": {},
}
"""What a creation request adds to the plain one."""

INVALID = frozenset({"bad-name", "short-wait"})
"""Creations that the API does not allow: by a pattern of its model, or a bound of its prose."""

UPDATES: Mapping[str, Mapping[str, Any]] = {
    "profiler-off": {"ProfilerConfig": {"DisableProfiler": True}},
    "no-pool": {"ResourceConfig": {"KeepAlivePeriodInSeconds": 0}},
    "long-pool": {"ResourceConfig": {"KeepAlivePeriodInSeconds": 3_600}},
}

LISTS: Mapping[str, Mapping[str, Any]] = {
    "all": {},
    "status-InProgress": {"StatusEquals": "InProgress"},
    "status-Completed": {"StatusEquals": "Completed"},
    "status-Failed": {"StatusEquals": "Failed"},
    "status-Stopping": {"StatusEquals": "Stopping"},
    "status-Stopped": {"StatusEquals": "Stopped"},
    "status-Deleting": {"StatusEquals": "Deleting"},
    "page-1": {"MaxResults": 1},
    "page-1-status-Failed": {"MaxResults": 1, "StatusEquals": "Failed"},
    "page-1-named": {"MaxResults": 1, "NameContains": "-b-"},
    "named": {"NameContains": "-a-"},
    "named-otherwise": {"NameContains": "-A-"},
    "by-name": {"SortBy": "Name", "SortOrder": "Ascending"},
    "by-name-down": {"SortBy": "Name", "SortOrder": "Descending"},
    "page-1-by-name-down": {"MaxResults": 1, "SortBy": "Name", "SortOrder": "Descending"},
    "newest-first": {"SortBy": "CreationTime", "SortOrder": "Descending"},
    "after-first": {"CreationTimeAfter": timedelta(seconds=1)},
    "before-first": {"CreationTimeBefore": timedelta(seconds=-1)},
}
"""The filters of a list. Durations count from the first job's creation."""

ADVANCES = (60.0, 1.0, 7.5, 0.001, 301.3, 3_600.0, 86_400.0)
"""Seconds to advance, the simplest first."""

_BAD_NAME = "_"
"""A character that job names may not have."""


def job_name(slot: str, token: str) -> str:
    """The name of the job in a slot; ``token`` keeps programs apart."""
    return f"job-{slot}-{token}"


def creation(word: str, name: str) -> dict[str, Any]:
    """The parameters that create a job."""
    told = f"{name}{_BAD_NAME}" if word == "bad-name" else name
    return {"TrainingJobName": told, **_REQUEST, **CREATIONS[word]}


def listing(word: str, first_created: datetime | None) -> dict[str, Any]:
    """The parameters of a list; times count from the creation of the first job, if any."""
    asked = dict(LISTS[word])
    for name, value in LISTS[word].items():
        if isinstance(value, timedelta):
            asked.pop(name)
            if first_created is not None:
                asked[name] = first_created + value
    return asked


def limit_of(request: Mapping[str, Any]) -> float:
    """Seconds after which any job of such a request has ended, including its queue.

    Run time, waiting time and time in the queue have separate limits, and an end takes time:
    the result is their sum and a day.
    """
    return float(sum(request.get("StoppingCondition", {}).values())) + 86_400.0
