"""The requests of programs, named by short words: the simplest of each kind comes first."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

_FACTS: Mapping[str, Any] = tomllib.loads(
    resources.files("trainstate.testing.fuzzing").joinpath("requests.toml").read_text("utf-8")
)
CREATIONS: Mapping[str, Mapping[str, Any]] = _FACTS["creations"]
"""What a creation request adds to the plain one."""
UPDATES: Mapping[str, Mapping[str, Any]] = _FACTS["updates"]
LISTS: Mapping[str, Mapping[str, Any]] = _FACTS["lists"]
"""The filters of a list. Times are seconds after the first job's creation."""
OTHER_JOBS: Mapping[str, Mapping[str, Any]] = _FACTS["jobs"]
"""The least requests that create other kinds of jobs, beside the name."""
TIMES = ("CreationTimeAfter", "CreationTimeBefore")

INVALID = frozenset({"bad-name", "short-wait"})
"""Creations that the API does not allow: by a pattern of its model, or a bound of its prose."""

ADVANCES = (60.0, 1.0, 7.5, 0.001, 301.3, 3_600.0, 86_400.0)
"""Seconds to advance, the simplest first."""

_BAD_NAME = "_"
"""A character that job names may not have."""


def job_name(slot: str, token: str) -> str:
    """The name of the job in a slot; ``token`` keeps programs apart."""
    return f"job-{slot}-{token}"


def creation(word: str, name: str) -> dict[str, Any]:
    """The parameters that create a job."""
    given = f"{name}{_BAD_NAME}" if word == "bad-name" else name
    return {"TrainingJobName": given, **_FACTS["plain"], **CREATIONS[word]}


def listing(word: str, first_created: datetime | None) -> dict[str, Any]:
    """The parameters of a list; times count from the creation of the first job, if any."""
    filters = dict(LISTS[word])
    for name in TIMES:
        if name in filters:
            after = timedelta(seconds=filters.pop(name))
            if first_created is not None:
                filters[name] = first_created + after
    return filters


def limit_of(request: Mapping[str, Any]) -> float:
    """Seconds after which any job of such a request has ended, including its queue.

    Run time, waiting time and time in the queue have separate limits, and an end takes time:
    the result is their sum and a day.
    """
    return float(sum(request.get("StoppingCondition", {}).values())) + 86_400.0
