"""The boto3 client of the live commands, and their shared options."""

from collections.abc import Callable, Mapping
from functools import partial
from threading import Timer
from typing import Any

import click
from attrs import define

from trainstate.errors import installed_by, needing
from trainstate.render.plain import plain

Command = Callable[..., Any]
_NAMES = ("profile", "region", "endpoint_url")

SILENCE = 5.0
"""Seconds without an answer before the command says that it is waiting."""


def session_options(command: Command) -> Command:
    """Adds the options for account and region."""
    for option in (
        click.option("--endpoint-url", metavar="URL", help="Another address of the service."),
        click.option("--region", metavar="NAME", help="The region.  [default: as configured]"),
        click.option("--profile", metavar="NAME", help="The credentials' profile."),
    ):
        command = option(command)
    return command


def client_of(options: Mapping[str, Any]) -> Any:
    """A boto3 client of SageMaker; raises UsageError if boto3 is missing or not set up."""
    with needing("This command", f"; {installed_by('aws')}"):
        from trainstate.aws.session import sagemaker_client
    return _ReportingClient(sagemaker_client(**{name: options[name] for name in _NAMES}))


@define(eq=False)
class _ReportingClient:
    """A client that reports on standard error what it waits for, once for each reason.

    Otherwise a service that does not answer looks like one that has nothing to say.
    """

    client: Any
    _said: str | None = None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        return partial(self._called, found) if callable(found) else found

    def _called(self, call: Callable[..., Any], **arguments: Any) -> Any:
        from trainstate.aws.faults import Fault, fault_of

        silence = Timer(SILENCE, self._say, [""])
        silence.daemon = True
        silence.start()
        try:
            answer = call(**arguments)
        except Exception as error:
            if fault_of(error) not in (Fault.FATAL, Fault.MISSING):
                self._say(f": {plain(error)}")
            raise
        finally:
            silence.cancel()
        self._said = None
        return answer

    def _say(self, why: str) -> None:
        if self._said != why:
            self._said = why
            url = plain(self.client.meta.endpoint_url)
            click.echo(f"trainstate: waiting for {url} to answer{why}", err=True)
