"""The requests of programs, named by short words: the simplest of each kind comes first."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from trainstate.errors import one_of
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec

_FACTS: Mapping[str, Any] = tomllib.loads(
    resources.files("trainstate.testing.fuzzing").joinpath("requests.toml").read_text("utf-8")
)
CREATIONS: Mapping[str, Mapping[str, Any]] = _FACTS["creations"]
"""What a creation request adds to the plain one."""
UPDATES: Mapping[str, Mapping[str, Any]] = _FACTS["updates"]
LISTS: Mapping[str, Mapping[str, Any]] = _FACTS["lists"]
"""The filters of a list. Times are seconds after the first job's creation."""
JOBS: Mapping[str, Mapping[str, Any]] = _FACTS["jobs"]
"""The least requests that create jobs, beside the name, by machine."""
TIMES = ("CreationTimeAfter", "CreationTimeBefore")

INVALID = frozenset({"bad-name", "short-wait"})
"""Creations that the API does not allow: by a pattern of its model, or a bound of its prose."""

DAY = 86_400.0
ADVANCES = (60.0, 1.0, 7.5, 0.001, 301.3, 3_600.0, DAY)
"""Seconds to advance, the simplest first."""

_LIMITS = "StoppingCondition"
_BAD_NAME = "_"
"""A character that job names may not have."""


def job_name(slot: str, token: str) -> str:
    """The name of the job in a slot; ``token`` keeps programs apart."""
    return f"job-{slot}-{token}"


def creation(word: str, name: str, spec: Spec | None = None) -> dict[str, Any]:
    """The parameters that create a job."""
    spec = spec or builtin_spec()
    given = f"{name}{_BAD_NAME}" if word == "bad-name" else name
    return {spec.layout.name: given, **JOBS[kind_of(spec)], **CREATIONS[word]}


def kind_of(spec: Spec) -> str:
    """The built-in machine with the operations of a specification, which may have its own name.

    Raises UsageError if there is none whose jobs can be created.
    """
    kinds = (name for name in JOBS if builtin_spec(name).layout.operation == spec.layout.operation)
    return next(kinds, None) or one_of("the machine of a service's jobs", spec.name, JOBS)


def creations(spec: Spec) -> tuple[str, ...]:
    """The words of the creations that a machine's jobs know, the simplest first."""
    return tuple(_FACTS["known"].get(kind_of(spec), CREATIONS))


def listing(word: str, first_created: datetime | None) -> dict[str, Any]:
    """The parameters of a list; times count from the creation of the first job, if any."""
    filters = dict(LISTS[word])
    for name in TIMES:
        if name in filters:
            after = timedelta(seconds=filters.pop(name))
            if first_created is not None:
                filters[name] = first_created + after
    return filters


def limit_of(request: Mapping[str, Any]) -> float | None:
    """Seconds after which any job of such a request has ended, including its queue.

    Run time, waiting time and time in the queue have separate limits, and an end takes time:
    the result is their sum and a day. None if nothing limits the job.
    """
    parts = [request, *(part for part in request.values() if isinstance(part, Mapping))]
    limits = [sum(part[_LIMITS].values()) for part in parts if _LIMITS in part]
    return float(sum(limits)) + DAY if limits else None
