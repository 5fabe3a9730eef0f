"""What the service refuses before it looks.

Parameters are held against botocore's own model, and those of a creation against what
that model does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from botocore.model import OperationModel, ServiceModel, Shape
from botocore.session import get_session
from botocore.validate import ParamValidator

from trainstate.simulator.attached import keep_alive
from trainstate.simulator.errors import invalid


@lru_cache(maxsize=1)
def service_model() -> ServiceModel:
    """The service's model of the installed botocore."""
    return get_session().get_service_model("sagemaker")


@lru_cache(maxsize=64)
def operation_model(operation: str) -> OperationModel:
    """The model of an operation."""
    return service_model().operation_model(operation)


def validated(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters without nulls; raises a ValidationException that lists what is wrong."""
    shape = operation_model(operation).input_shape
    given: dict[str, Any] = _without_nulls(params)
    report = ParamValidator().validate(given, shape)
    if report.has_errors():
        raise invalid(report.generate_report())
    wrong = list(_broken(given, shape, ""))
    if wrong:
        count = f"{len(wrong)} validation error{'s' * (len(wrong) > 1)} detected: "
        raise invalid(count + "; ".join(wrong))
    return given


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _broken(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """The constraints that a value breaks which botocore leaves to the service."""
    if shape.type_name == "structure":
        for name, item in value.items():
            yield from _broken(item, shape.members[name], _member(path, name))
    elif shape.type_name == "list":
        yield from _bounded(len(value), value, shape, path, "length")
        for number, item in enumerate(value, 1):
            yield from _broken(item, shape.member, f"{path}.{number}.member")
    elif shape.type_name == "map":
        yield from _bounded(len(value), value, shape, path, "length")
        for name, item in value.items():
            yield from _broken(name, shape.key, f"{path}.key")
            yield from _broken(item, shape.value, f"{path}.{name}.member")
    elif shape.type_name == "string":
        yield from _bounded(len(value), value, shape, path, "length")
        yield from _worded(value, shape, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _bounded(value, value, shape, path, "value")


def _member(path: str, name: str) -> str:
    own = name[:1].lower() + name[1:]
    return f"{path}.{own}" if path else own


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
    """The service's pattern for Python; None where it says what Python's cannot."""
    try:
        return re.compile(re.sub(r"\\p\{[LN]\}", r"\\w", written).replace(r"\p{Z}", r"\s"))
    except re.error:
        return None


def _wrong(value: Any, path: str, constraint: str) -> str:
    # A long value would hide the constraint, and may be a secret of the caller's.
    shown = str(value)
    shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
    return f"Value '{shown}' at '{path}' failed to satisfy constraint: {constraint}"


def check_creation(params: Mapping[str, Any]) -> None:
    """Raises a ValidationException for what the API's model allows and the service does not."""
    stopping = params.get("StoppingCondition", {})
    wait, run = stopping.get("MaxWaitTimeInSeconds"), stopping.get("MaxRuntimeInSeconds", 86_400)
    if wait is not None and not params.get("EnableManagedSpotTraining"):
        raise invalid("MaxWaitTimeInSeconds is for managed spot training only.")
    if wait is not None and wait < run:
        raise invalid("MaxWaitTimeInSeconds must be at least MaxRuntimeInSeconds.")
    if params.get("EnableManagedSpotTraining") and wait is None:
        raise invalid("Managed spot training needs MaxWaitTimeInSeconds.")
    if keep_alive(params) and params.get("EnableManagedSpotTraining"):
        raise invalid("Warm pools are not for managed spot training.")
