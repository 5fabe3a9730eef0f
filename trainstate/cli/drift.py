"""`trainstate drift`: the specification against an installed botocore."""

from __future__ import annotations

import json

import click

from trainstate.checking.drift import check_drift
from trainstate.cli.check import FOUND
from trainstate.cli.completion import files
from trainstate.render.drift import drift_lines, drift_object
from trainstate.spec.load import builtin_spec, load_spec


@click.command(name="drift", short_help="Compare the model with an installed botocore.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option(
    "--spec",
    "spec_path",
    metavar="NAME|FILE",
    shell_complete=files,
    help="Only the jobs of this machine: its name, such as processing-job, or its facts.",
)
@click.pass_context
def command(ctx: click.Context, form: str, spec_path: str | None) -> None:
    """List the statuses and members in which the model and the installed botocore differ.

    Exit status: 0 no difference, 1 differences, 2 no botocore is installed.

    Example: trainstate drift --format json
    """
    from trainstate.aws.service_model import installed_drift

    spec = load_spec(spec_path) if spec_path else builtin_spec()
    drift = installed_drift(spec)
    findings = check_drift(drift)
    if form == "json":
        click.echo(json.dumps(drift_object(drift, findings), indent=1))
    else:
        for line in drift_lines(drift, findings):
            click.echo(line)
    ctx.exit(FOUND if findings else 0)
