"""Calls about a job of any machine: their boto3 names, and how they name the job."""

from collections.abc import Mapping
from typing import Any

from trainstate.errors import UsageError
from trainstate.spec.model import Spec


def method_of(operation: str) -> str:
    """boto3's name of an operation."""
    from botocore import xform_name  # noqa: PLC0415 - an extra

    return str(xform_name(operation))


def named_in(spec: Spec, job: str) -> dict[str, str]:
    """The parameters that name a job, from its name or the end of its ARN."""
    asked = spec.layout.asked or (spec.layout.name,)
    parts = job.rsplit("/", len(asked) - 1) if len(asked) > 1 else [job.rpartition("/")[2]]
    if len(parts) != len(asked):
        raise UsageError(f"Expected {'/'.join(asked)} to name a {spec.name} but got {job!r}.")
    return dict(zip(asked, (part.rpartition("/")[2] for part in parts), strict=True))


def request_for(spec: Spec, summary: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that name the job of a summary."""
    return {name: summary[name] for name in spec.layout.asked or (spec.layout.name,)}
