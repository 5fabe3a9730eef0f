"""The service's errors, worded as its clients match them."""

from __future__ import annotations

from trainstate.errors import TrainstateError

NOT_FOUND = "Requested resource not found."


class ServiceError(TrainstateError):
    """A request was refused. ``code`` is what clients see as the error's code."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str) -> ServiceError:
    """The refusal of a request whose parameters, or whose moment, are wrong."""
    return ServiceError("ValidationException", message)


def not_found() -> ServiceError:
    """The refusal of a request for a job that does not exist.

    The service says so with the code of a validation; the text is what clients match.
    """
    return invalid(NOT_FOUND)


def in_status(status: str) -> ServiceError:
    """The refusal of a request that a job's status does not allow."""
    return invalid(f"The request was rejected because the training job is in status {status}.")


def in_use(message: str) -> ServiceError:
    """The refusal of a name that is taken, or of the deletion of what is in use."""
    return ServiceError("ResourceInUse", message)


def name_taken(arn: str) -> ServiceError:
    """The refusal of a second job with one name."""
    return in_use(
        "Training job names must be unique within an AWS account and region, and a training"
        f" job with this name already exists ({arn})"
    )


def unknown_operation(operation: str) -> ServiceError:
    """The refusal of an operation that the simulator does not have."""
    return ServiceError("UnknownOperationException", f"The operation {operation} is not simulated.")
