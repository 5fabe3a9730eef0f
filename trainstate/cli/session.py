"""The boto3 client that the live commands use, and their shared options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from trainstate.errors import UsageError, installed_by

Command = Callable[..., Any]


def session_options(command: Command) -> Command:
    """Adds the options that say which account and region to ask."""
    for option in (
        click.option("--endpoint-url", metavar="URL", help="Another address of the service."),
        click.option("--region", metavar="NAME", help="The region.  [default: as configured]"),
        click.option("--profile", metavar="NAME", help="The profile of the credentials."),
    ):
        command = option(command)
    return command


def client_of(*, profile: str | None, region: str | None, endpoint_url: str | None) -> Any:
    """A boto3 client of SageMaker; raises UsageError where boto3 is missing or not set up."""
    try:
        from trainstate.aws.session import sagemaker_client
    except ImportError:
        raise UsageError(f"This command needs boto3; {installed_by('aws')}") from None
    return sagemaker_client(profile=profile, region=region, endpoint_url=endpoint_url)
