"""Lists of jobs: filters, order and pages of ListTrainingJobs and Search."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from trainstate.history.instants import NotAnInstant, parse
from trainstate.machine.record import describe
from trainstate.simulator.attached import POOL
from trainstate.simulator.errors import invalid
from trainstate.simulator.operations import shown, tag_list
from trainstate.simulator.service import Answer, Request, Service, handles
from trainstate.simulator.store import Range, split

Shown = Mapping[str, Any]

_SORTS = {"Name": "name", "CreationTime": "created", "Status": "status"}
_PAGE = 10
_LATE = ("NameContains", "StatusEquals", "WarmPoolStatusEquals", "TrainingPlanArnEquals")
_EVER = 1 << 62
_PROPERTY = "PropertyNameHint"


def is_listed(item: Any, params: Mapping[str, Any]) -> bool:
    """Whether a job meets the filters of a list other than time bounds."""
    name, fields = split(item.arn)[1], item.fields
    pool = (fields.get(POOL) or {}).get("Status")
    plan = (fields.get("ResourceConfig") or {}).get("TrainingPlanArn")
    return (
        params.get("NameContains", "").lower() in name.lower()
        and params.get("StatusEquals", item.status) == item.status
        and params.get("WarmPoolStatusEquals", pool) == pool
        and params.get("TrainingPlanArnEquals", plan) == plan
    )


def page_of(service: Service, request: Request, kind: str) -> tuple[list[Any], str | None]:
    """The items of a page of a list, and the token of the next.

    The page is cut before it is filtered, as the service does, unless ``full_pages`` is set: it may
    be short or empty while another follows. The newest come first by default.
    """
    service.tick(request.now)
    params, by = request.params, _SORTS[request.params.get("SortBy", "CreationTime")]
    span = Range(
        by=by,
        down=params.get("SortOrder", "Descending") == "Descending",
        after=_decoded(params["NextToken"]) if "NextToken" in params else None,
        created=_bounds(params, "CreationTime"),
        modified=_bounds(params, "LastModifiedTime"),
    )
    size = params.get("MaxResults", _PAGE)
    page: list[tuple[Any, Any]] = []
    for key, item in service.store.walk(f"{request.place}:{kind}/", span):
        if service.full_pages and not is_listed(item, params):
            continue
        if len(page) == size:
            return [i for _, i in page if is_listed(i, params)], _encoded(page[-1][0])
        page.append((key, item))
    return [item for _, item in page if is_listed(item, params)], None


def small_page(
    items: Iterable[Shown], params: Mapping[str, Any], member: str, name: str, *, down: bool
) -> tuple[list[Shown], str | None]:
    """A page of what is at hand, sorted by a member."""

    def place(item: Shown) -> tuple[Any, str]:
        return _sortable(at(item, member)), item[name]

    ordered = sorted(items, key=place, reverse=down)
    if "NextToken" in params:
        after = _decoded(params["NextToken"])
        try:
            ordered = [i for i in ordered if (place(i) < after if down else place(i) > after)]
        except TypeError:
            raise _bad_token() from None
    size = params.get("MaxResults", _PAGE)
    page = ordered[:size]
    return page, _encoded(place(page[-1])) if len(ordered) > size else None


def next_of(token: str | None) -> Answer:
    """The member with the token of the next page, if there is one."""
    return {} if token is None else {"NextToken": token}


@handles("ListTrainingJobs")
def _list(service: Service, request: Request) -> Answer:
    page, token = page_of(service, request, "training-job")
    members = service.spec.layout.summary
    jobs = [describe(job.record, service.spec) for job in page]
    summaries = [{member: job[member] for member in members if member in job} for job in jobs]
    return {"TrainingJobSummaries": summaries, **next_of(token)}


@handles("Search")
def _search(service: Service, request: Request) -> Answer:
    params = request.params
    if params["Resource"] != "TrainingJob":
        raise invalid(f"Search for {params['Resource']} is not simulated.")
    service.tick(request.now)
    jobs = (job for _, job in service.store.walk(f"{request.place}:training-job/", Range()))
    every = [{**shown(service, job), "Tags": tag_list(job.tags)} for job in jobs]
    page, token = search_page(every, params)
    return {"Results": [{"TrainingJob": job} for job in page], **next_of(token)}


@handles("GetSearchSuggestions")
def _suggest(service: Service, request: Request) -> Answer:
    """Searchable properties whose names match a hint."""
    asks = request.params.get("SuggestionQuery", {}).get("PropertyNameQuery", {})
    hint = str(asks.get(_PROPERTY, "")).lower()
    if request.params["Resource"] != "TrainingJob":
        raise invalid(f"Search for {request.params['Resource']} is not simulated.")
    names = [name for name in sorted(service.spec.member_by_name) if hint in name.lower()]
    return {"PropertyNameSuggestions": [{"PropertyName": name} for name in names]}


def search_page(jobs: Iterable[Shown], params: Mapping[str, Any]) -> tuple[list[Shown], str | None]:
    """The jobs of a page of Search, and the token of the next."""
    expression = params.get("SearchExpression", {})
    found = [job for job in jobs if is_found(job, expression)]
    member = params.get("SortBy", "LastModifiedTime")
    if found and all(at(job, member) is None for job in found):
        raise invalid(f"SortBy {member} is not a property of a training job.")
    down = params.get("SortOrder") != "Ascending"
    return small_page(found, params, member, "TrainingJobName", down=down)


def is_found(job: Shown, expression: Mapping[str, Any]) -> bool:
    """Whether a job meets a Search expression."""
    answers = [
        *(_has_nested(job, nested) for nested in expression.get("NestedFilters", ())),
        *(_meets(job, condition) for condition in expression.get("Filters", ())),
        *(is_found(job, part) for part in expression.get("SubExpressions", ())),
    ]
    if not answers:
        return True
    return any(answers) if expression.get("Operator") == "Or" else all(answers)


def _has_nested(job: Shown, nested: Mapping[str, Any]) -> bool:
    """Whether one object of a list meets all conditions, whose names begin with the list's."""
    prefix = nested["NestedPropertyName"]
    inner = [
        {**condition, "Name": condition["Name"].removeprefix(f"{prefix}.")}
        for condition in nested["Filters"]
    ]
    items = at(job, prefix)
    return isinstance(items, list) and any(
        all(_meets(item, condition) for condition in inner)
        for item in items
        if isinstance(item, Mapping)
    )


def _meets(job: Shown, condition: Mapping[str, Any]) -> bool:
    actual, wanted = at(job, condition["Name"]), condition.get("Value")
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
    """Whether a value and a text compare: as times, numbers, or case-insensitive text."""
    if hasattr(actual, "timestamp"):
        return holds(_micro(actual), _micro(wanted))
    if isinstance(actual, bool):
        return holds(str(actual).lower(), wanted.lower())
    if isinstance(actual, int | float):
        try:
            return holds(actual, float(wanted))
        except ValueError:
            raise invalid(f"{wanted!r} is not a number.") from None
    return holds(str(actual), wanted)


def at(job: Shown, name: str) -> Any:
    """The value of a property such as ``HyperParameters.rate`` or ``Tags.team``."""
    first, _, rest = name.partition(".")
    value = job.get(first)
    if first == "Tags" and rest:
        return next((tag["Value"] for tag in value or () if tag["Key"] == rest), None)
    for step in rest.split(".") if rest else ():
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _bounds(params: Mapping[str, Any], member: str) -> tuple[int, int]:
    """The time bounds in the filters of a list, as instants."""
    after, before = params.get(f"{member}After"), params.get(f"{member}Before")
    least = -_EVER if after is None else _micro(after)
    return least, _EVER if before is None else _micro(before)


def _sortable(value: Any) -> list[Any]:
    """A value that compares with others of its property; absent ones come first."""
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
        raise invalid(f"{value!r} is not a point in time.") from None
