"""Requests that the service refuses without looking further.

Parameters are validated against botocore's own model; a creation also against rules that the
model lacks.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from botocore.model import OperationModel, OperationNotFoundError, ServiceModel, Shape
from botocore.session import get_session
from botocore.validate import ParamValidator

from trainstate.history.instants import NotAnInstant, parse
from trainstate.simulator.attached import keep_alive
from trainstate.simulator.errors import ApiError, invalid, refused, unknown_operation

_LONGEST_RUN = 28 * 86_400
_DEEPEST = 64
_MOST = {
    "integer": (1 << 31) - 1,
    "long": (1 << 63) - 1,
    "float": sys.float_info.max,
    "double": sys.float_info.max,
}


@lru_cache(maxsize=8)
def service_model(service: str = "sagemaker") -> ServiceModel:
    """A service's model in the installed botocore."""
    return get_session().get_service_model(service)


@lru_cache(maxsize=64)
def operation_model(operation: str, service: str = "sagemaker") -> OperationModel:
    """The model of an operation. Raises ApiError if the installed botocore lacks it."""
    try:
        return service_model(service).operation_model(operation)
    except OperationNotFoundError:
        raise unknown_operation(operation) from None


def validated(
    operation: str, params: Mapping[str, Any], service: str = "sagemaker"
) -> dict[str, Any]:
    """The parameters without nulls; raises a ValidationException that lists the errors."""
    shape = operation_model(operation, service).input_shape
    if _is_deeper(params, _DEEPEST):
        raise ApiError("SerializationException", "The body is nested too deep.")
    given: dict[str, Any] = _without_nulls(params)
    try:
        report = ParamValidator().validate(given, shape)
    except (ValueError, ArithmeticError, OSError, RuntimeError):
        # botocore converts a number to a date to see whether it is a time.
        raise ApiError("SerializationException", "A time is out of range.") from None
    if report.has_errors():
        raise invalid(report.generate_report())
    wrong = list(_broken(given, shape, ""))
    if wrong:
        count = f"{len(wrong)} validation error{'s' * (len(wrong) > 1)} detected: "
        raise invalid(count + "; ".join(wrong))
    return given


def _is_deeper(value: Any, left: int) -> bool:
    """Whether a value is nested deeper than any request in the model."""
    if not isinstance(value, Mapping | list):
        return False
    inner = value.values() if isinstance(value, Mapping) else value
    return left == 0 or any(_is_deeper(item, left - 1) for item in inner)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _broken(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """Constraints that a value breaks and botocore leaves to the service."""
    if shape.type_name == "structure":
        for name, item in value.items():
            own = name[:1].lower() + name[1:]
            yield from _broken(item, shape.members[name], f"{path}.{own}" if path else own)
        return
    if shape.type_name in ("list", "map", "string"):
        yield from _bounded(len(value), value, shape, path, "length")
    if shape.type_name == "list":
        for number, item in enumerate(value, 1):
            yield from _broken(item, shape.member, f"{path}.{number}.member")
    elif shape.type_name == "map":
        for name, item in value.items():
            yield from _broken(name, shape.key, f"{path}.key")
            yield from _broken(item, shape.value, f"{path}.{name}.member")
    else:
        yield from _broken_scalar(value, shape, path)


def _broken_scalar(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if shape.type_name == "string":
        yield from _worded(value, shape, path)
    elif shape.type_name in _MOST:
        if not -_MOST[shape.type_name] <= value <= _MOST[shape.type_name]:
            raise ApiError("SerializationException", f"The number at '{path}' is too large.")
        yield from _bounded(value, value, shape, path, "value")
    elif shape.type_name == "timestamp":
        try:
            parse(value)
        except NotAnInstant as error:
            message = f"The value at '{path}' is not a time: {error}."
            raise ApiError("SerializationException", message) from None


def _bounded(size: float, value: Any, shape: Shape, path: str, what: str) -> Iterator[str]:
    most, least = shape.metadata.get("max"), shape.metadata.get("min")
    if most is not None and size > most:
        yield _wrong(value, path, f"Member must have {what} less than or equal to {most}")
    if least is not None and size < least:
        yield _wrong(value, path, f"Member must have {what} greater than or equal to {least}")


def _worded(value: str, shape: Shape, path: str) -> Iterator[str]:
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        shown = ", ".join(allowed)
        yield _wrong(value, path, f"Member must satisfy enum value set: [{shown}]")
    written = shape.metadata.get("pattern")
    pattern = _pattern(written) if written else None
    if pattern is not None and not pattern.fullmatch(value):
        yield _wrong(value, path, f"Member must satisfy regular expression pattern: {written}")


@lru_cache(maxsize=512)
def _pattern(written: str) -> re.Pattern[str] | None:
    """The service's pattern for Python; None if Python cannot express it."""
    try:
        return re.compile(re.sub(r"\\p\{[LN]\}", r"\\w", written).replace(r"\p{Z}", r"\s"))
    except re.error:
        return None


def _wrong(value: Any, path: str, constraint: str) -> str:
    # A long value would hide the constraint, and may be the caller's secret.
    shown = str(value)
    shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
    return f"Value '{shown}' at '{path}' failed to satisfy constraint: {constraint}"


def check_creation(params: Mapping[str, Any], place: str) -> None:
    """Raises ApiError for what the API's model allows and the service does not."""
    for what in _wrong_creation(params, place):
        limits = {"limit": _LONGEST_RUN, "delta": _stopping(params)[0]}
        raise refused(what, **limits)
    check_tags(params.get("Tags", ()))


def check_tags(tags: Sequence[Mapping[str, str]]) -> None:
    """Raises ApiError for tags that are not allowed."""
    keys = [tag["Key"].lower() for tag in tags]
    if any(key.startswith("aws:") for key in keys):
        raise refused("a tag of the service's own")
    if len(set(keys)) < len(keys):
        raise refused("two tags with one key")


def _stopping(params: Mapping[str, Any]) -> tuple[int, int | None]:
    stopping = params.get("StoppingCondition", {})
    return stopping.get("MaxRuntimeInSeconds", 86_400), stopping.get("MaxWaitTimeInSeconds")


def _wrong_creation(params: Mapping[str, Any], place: str) -> Iterator[str]:
    """What is wrong with a creation request, by the rows of the facts."""
    run, wait = _stopping(params)
    spot = params.get("EnableManagedSpotTraining")
    if wait is not None and not spot:
        yield "a waiting time without managed spot training"
    if spot and (wait is None or wait < run):
        yield "managed spot training without a waiting time, or with one below the run time"
    if spot and keep_alive(params):
        yield "a warm pool with managed spot training"
    if "ServerlessJobConfig" not in params:
        algorithm = params.get("AlgorithmSpecification", {})
        if ("TrainingImage" in algorithm) is ("AlgorithmName" in algorithm):
            yield "both or neither of a training image and an algorithm's name"
        yield from _wrong_resources(params.get("ResourceConfig", {}))
    channels = [channel["ChannelName"] for channel in params.get("InputDataConfig", ())]
    if len(set(channels)) < len(channels):
        yield "two channels of one name"
    if params["RoleArn"].split(":")[4] != place.split(":")[4]:
        yield "a role of another account"
    if run > _LONGEST_RUN:
        yield "a run time of more than 28 days"


def _wrong_resources(resources: Mapping[str, Any]) -> Iterator[str]:
    single = {"InstanceType", "InstanceCount"} & resources.keys()
    if "InstanceGroups" in resources and single:
        yield "instance groups beside an instance type or count"
    whole = {"InstanceGroups", "InstancePreferences"} & resources.keys() or len(single) == 2
    if not whole:
        yield "neither instance groups nor an instance type and count"
