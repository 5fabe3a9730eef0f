"""The jobs of recordings for commands that count and do not judge."""

from __future__ import annotations

from collections.abc import Iterable

import click

from trainstate.history.readers import read_paths
from trainstate.spec.model import Spec
from trainstate.stats.survey import Survey


def surveyed(paths: Iterable[str], spec: Spec, *, input_format: str) -> Survey:
    """The survey of files and folders; what was left out is said on standard error."""
    survey = Survey(spec).feed(read_paths(paths, spec, input_format=input_format))
    if survey.unreadable:
        many = "1 record" if survey.unreadable == 1 else f"{survey.unreadable} records"
        click.echo(f"trainstate: {many} cannot be read; `trainstate check` says why", err=True)
    return survey
