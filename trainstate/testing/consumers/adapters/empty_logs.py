"""CloudWatch as it is for a job that has logged nothing: consumers ask it for lines."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError

from trainstate.testing.consumers.perform import UNUSED


class ResourceNotFoundException(ClientError):  # type: ignore[misc]
    """The error of CloudWatch for a group of logs that does not exist."""


class _Exceptions:
    ResourceNotFoundException = ResourceNotFoundException


class EmptyLogs:
    """What consumers use of a client of CloudWatch Logs: there are no streams."""

    exceptions = _Exceptions

    def describe_log_streams(self, **_: Any) -> dict[str, Any]:
        """No streams."""
        return {"logStreams": []}

    def get_log_events(self, **_: Any) -> dict[str, Any]:
        """No lines."""
        return {"events": [], "nextForwardToken": ""}


def session_without_logs(region: str) -> Any:
    """A boto3 session whose clients for logs are empty; its others would reach AWS."""

    class Session(boto3.session.Session):  # type: ignore[misc]
        """The session with other logs."""

        def client(self, service_name: str, *args: Any, **kwargs: Any) -> Any:
            """A client of a service."""
            if service_name == "logs":
                return EmptyLogs()
            return super().client(service_name, *args, **kwargs)

    return Session(region_name=region, **UNUSED)
