"""What went wrong with a call: boto3's errors sorted by what to do about them."""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib import resources
from typing import Any

from trainstate.errors import TrainstateError


class Fault(StrEnum):
    """What a failed call means.

    *missing*: there is no such job. *throttled*: too many calls. *expired*: the credentials are no
    longer valid. *transient*: the network or the service failed. *fatal*: anything else; another
    try would fail the same way.
    """

    MISSING = "missing"
    THROTTLED = "throttled"
    EXPIRED = "expired"
    TRANSIENT = "transient"
    FATAL = "fatal"


class WatchError(TrainstateError):
    """A job could not be followed to its end."""


class WatchTimeout(WatchError, TimeoutError):
    """The job did not end within the allowed time."""


class JobNotFound(WatchError, LookupError):
    """The service knows no job with this name."""


class AccessError(WatchError, PermissionError):
    """The service refuses the call, or expired credentials were not renewed."""


class ServiceError(WatchError, OSError):
    """The service or the network failed for longer than allowed."""


_ERRORS = tomllib.loads(
    resources.files("trainstate.aws").joinpath("errors.toml").read_text("utf-8")
)
_CODES: Mapping[str, list[str]] = _ERRORS["codes"]
# SageMaker says ValidationException with "Requested resource not found.", and simulators "Could
# not find ...": the code alone could also mean a misspelt argument.
_NOT_FOUND = re.compile(r"not found|could not find|does not exist", re.IGNORECASE)
_NOT_RUNNING = re.compile(r"is in status|non-running|not running|cannot be stopped", re.IGNORECASE)
_SIGNED_WHEN = re.compile(r"signature (expired|not yet current)", re.IGNORECASE)


def fault_of(error: BaseException) -> Fault:
    """What an error of a call means."""
    # Only a caller with botocore has such an error; the package works without it.
    from botocore import exceptions, parsers  # noqa: PLC0415

    if isinstance(error, exceptions.ClientError):
        return _of_service(error)
    if isinstance(error, _named(exceptions, "credentials")):
        return Fault.EXPIRED
    network = (*_named(exceptions, "network"), parsers.ResponseParserError, OSError)
    return Fault.TRANSIENT if isinstance(error, network) else Fault.FATAL


def _named(module: Any, kind: str) -> tuple[type[Exception], ...]:
    """The classes of a kind; older versions of botocore lack some."""
    names = _ERRORS["classes"][kind]
    return tuple(getattr(module, name) for name in names if hasattr(module, name))


def _of_service(error: Any) -> Fault:
    code, message = code_and_message(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _CODES["throttled"] or status == 429:
        return Fault.THROTTLED
    if code in _CODES["expired"]:
        return Fault.EXPIRED
    if code in _CODES["missing"] or (code == "ValidationException" and _NOT_FOUND.search(message)):
        return Fault.MISSING
    return Fault.TRANSIENT if status >= 500 or _is_skewed(code, message) else Fault.FATAL


def _is_skewed(code: str, message: str) -> bool:
    """Whether the service's clock and this machine's are too far apart."""
    return code in _CODES["skewed"] or (
        code in _CODES["signed"] and _SIGNED_WHEN.search(message) is not None
    )


def code_and_message(error: Any) -> tuple[str, str]:
    """The code and message of a service error; empty for any other error."""
    parts = getattr(error, "response", {}).values()
    said = next((part for part in parts if isinstance(part, Mapping) and "Code" in part), {})
    return str(said.get("Code", "")), str(said.get("Message", ""))


def has_ended_before(error: BaseException) -> bool:
    """Whether a stop was refused because the job no longer runs."""
    code, message = code_and_message(error)
    return code == "ValidationException" and bool(_NOT_RUNNING.search(message))
