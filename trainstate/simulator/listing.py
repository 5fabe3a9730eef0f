"""Lists of jobs: filters, order and pages of ListTrainingJobs and Search."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from trainstate.history.instants import NotAnInstant, parse
from trainstate.simulator.attached import POOL
from trainstate.simulator.errors import invalid

Shown = Mapping[str, Any]

_TIMES = {
    "CreationTimeAfter": ("CreationTime", 1),
    "CreationTimeBefore": ("CreationTime", -1),
    "LastModifiedTimeAfter": ("LastModifiedTime", 1),
    "LastModifiedTimeBefore": ("LastModifiedTime", -1),
}
_SORTS = {"Name": "TrainingJobName", "CreationTime": "CreationTime", "Status": "TrainingJobStatus"}
_PAGE = 10
_STATUS = "StatusEquals"


def is_listed(job: Shown, params: Mapping[str, Any]) -> bool:
    """Holds if a job meets every filter of a ListTrainingJobs request."""
    for param, (member, sign) in _TIMES.items():
        if param in params and (_micro(job[member]) - _micro(params[param])) * sign <= 0:
            return False
    pool = (job.get(POOL) or {}).get("Status")
    plan = (job.get("ResourceConfig") or {}).get("TrainingPlanArn")
    return (
        params.get("NameContains", "").lower() in job["TrainingJobName"].lower()
        and params.get(_STATUS, job["TrainingJobStatus"]) == job["TrainingJobStatus"]
        and params.get("WarmPoolStatusEquals", pool) == pool
        and params.get("TrainingPlanArnEquals", plan) == plan
    )


def list_page(jobs: Iterable[Shown], params: Mapping[str, Any]) -> tuple[list[Shown], str | None]:
    """The jobs of a page of ListTrainingJobs, and the token of the next.

    With MaxResults the status is filtered after the page was cut: so AWS documents it.
    """
    late = {_STATUS} if "MaxResults" in params else set()
    early = {name: value for name, value in params.items() if name not in late}
    listed = [job for job in jobs if is_listed(job, early)]
    member = _SORTS[params.get("SortBy", "CreationTime")]
    down = params.get("SortOrder") == "Descending"
    page, token = _page(listed, params, member, descending=down)
    return [job for job in page if is_listed(job, params)], token


def search_page(jobs: Iterable[Shown], params: Mapping[str, Any]) -> tuple[list[Shown], str | None]:
    """The jobs of a page of Search, and the token of the next."""
    expression = params.get("SearchExpression", {})
    found = [job for job in jobs if is_found(job, expression)]
    member = params.get("SortBy", "LastModifiedTime")
    if found and all(_at(job, member) is None for job in found):
        raise invalid(f"SortBy {member} is no property of a training job.")
    return _page(found, params, member, descending=params.get("SortOrder") != "Ascending")


def is_found(job: Shown, expression: Mapping[str, Any]) -> bool:
    """Holds if a job meets an expression of Search."""
    if "NestedFilters" in expression:
        raise invalid("NestedFilters are not simulated.")
    answers = [
        *(_meets(job, condition) for condition in expression.get("Filters", ())),
        *(is_found(job, part) for part in expression.get("SubExpressions", ())),
    ]
    if not answers:
        return True
    return any(answers) if expression.get("Operator") == "Or" else all(answers)


def _meets(job: Shown, condition: Mapping[str, Any]) -> bool:
    actual, wanted = _at(job, condition["Name"]), condition.get("Value")
    operator = condition.get("Operator", "Equals")
    if operator in ("Exists", "NotExists"):
        return (actual is not None) is (operator == "Exists")
    if wanted is None:
        raise invalid(f"The filter on {condition['Name']} needs a Value.")
    if operator == "NotEquals":
        return actual is None or not _compare(actual, wanted, lambda one, other: one == other)
    if actual is None:
        return False
    if operator == "Contains":
        return wanted.lower() in str(actual).lower()
    if operator == "In":
        return str(actual) in wanted.split(",")
    return _compare(actual, wanted, _OPERATORS[operator])


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda one, other: bool(one == other),
    "GreaterThan": lambda one, other: bool(one > other),
    "GreaterThanOrEqualTo": lambda one, other: bool(one >= other),
    "LessThan": lambda one, other: bool(one < other),
    "LessThanOrEqualTo": lambda one, other: bool(one <= other),
}


def _compare(actual: Any, wanted: str, holds: Callable[[Any, Any], bool]) -> bool:
    """Whether a value and a text compare: as times, numbers, or texts without case."""
    if hasattr(actual, "timestamp"):
        return holds(_micro(actual), _micro(wanted))
    if isinstance(actual, bool):
        return holds(str(actual).lower(), wanted.lower())
    if isinstance(actual, int | float):
        try:
            return holds(actual, float(wanted))
        except ValueError:
            raise invalid(f"{wanted!r} is no number.") from None
    return holds(str(actual), wanted)


def _at(job: Shown, name: str) -> Any:
    """The value of a property such as ``HyperParameters.rate`` or ``Tags.team``."""
    first, _, rest = name.partition(".")
    value = job.get(first)
    if first == "Tags" and rest:
        return next((tag["Value"] for tag in value or () if tag["Key"] == rest), None)
    for step in rest.split(".") if rest else ():
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _page(
    jobs: Sequence[Shown], params: Mapping[str, Any], member: str, *, descending: bool
) -> tuple[list[Shown], str | None]:
    """A page behind the place that the token names, so that new jobs shift nothing."""

    def place(job: Shown) -> tuple[Any, str]:
        value = _at(job, member)
        return _sortable(value), job["TrainingJobName"]

    ordered = sorted(jobs, key=place, reverse=descending)
    if "NextToken" in params:
        after = _decoded(params["NextToken"])
        try:
            ordered = [j for j in ordered if (place(j) < after if descending else place(j) > after)]
        except TypeError:
            raise _bad_token() from None
    size = params.get("MaxResults", _PAGE)
    page = ordered[:size]
    return page, _encoded(place(page[-1])) if len(ordered) > size else None


def _sortable(value: Any) -> list[Any]:
    """A value that compares with others of its property, those that are absent first."""
    if value is None:
        return [0]
    if hasattr(value, "timestamp"):
        return [1, _micro(value)]
    return [1, value if isinstance(value, int | float) else str(value)]


def _encoded(place: tuple[Any, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _decoded(token: str) -> tuple[Any, str]:
    try:
        value, name = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError, binascii.Error):
        raise _bad_token() from None
    if not isinstance(name, str):
        raise _bad_token()
    return value, name


def _bad_token() -> Exception:
    return invalid("The NextToken is not one that this list gave.")


def _micro(value: Any) -> int:
    try:
        return parse(value)[0]
    except NotAnInstant:
        raise invalid(f"{value!r} is no point in time.") from None
