"""The service's errors, worded as clients match them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from trainstate.errors import TrainstateError

NOT_FOUND = "Requested resource not found."


class ApiError(TrainstateError):
    """A refused request. ``code`` is the error code that clients see."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@cache
def facts() -> Mapping[str, Any]:
    """The facts about operations: `filled`, `refused` and the errors."""
    text = resources.files("trainstate.data").joinpath("training_job_api.toml").read_text("utf-8")
    return tomllib.loads(text)


def refused(what: str, **values: Any) -> ApiError:
    """The refusal named by a row of the facts, in the service's words."""
    row = next(row for row in facts()["refused"] if row["what"] == what)
    return ApiError(row["code"], row["text"].format(**values))


def invalid(message: str) -> ApiError:
    """The refusal of a request with wrong parameters, or at the wrong time."""
    return ApiError("ValidationException", message)


def not_found() -> ApiError:
    """The refusal of a request for a job that does not exist.

    The service uses the code of a validation; clients match the text.
    """
    return invalid(NOT_FOUND)


def in_status(status: str, what: str = "training job") -> ApiError:
    """The refusal of a request that a job's status does not allow."""
    return invalid(f"The request was rejected because the {what} is in status {status}.")


def in_use(message: str) -> ApiError:
    """The refusal of a taken name, or of deleting what is in use."""
    return ApiError("ResourceInUse", message)


def name_taken(arn: str) -> ApiError:
    """The refusal of a second job with one name."""
    resource = arn.rpartition("/")[0].rpartition(":")[2].removesuffix("-job")
    kind = "Hyperparameter tuning" if resource.startswith("hyper") else resource.capitalize()
    return in_use(
        f"{kind} job names must be unique within an AWS account and region, and a"
        f" {kind.lower()} job with this name already exists ({arn})"
    )


def unknown_operation(operation: str) -> ApiError:
    """The refusal of an operation that the simulator lacks."""
    return ApiError("UnknownOperationException", f"The operation {operation} is not simulated.")
