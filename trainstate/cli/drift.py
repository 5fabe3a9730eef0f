"""`trainstate drift`: compares the specification with an installed botocore."""

import json

import click

from trainstate.checking.drift import check_drift
from trainstate.cli.options import MACHINE, TEXT_OR_JSON, examples, spec_at
from trainstate.cli.output import FOUND
from trainstate.render.drift import drift_lines, drift_object


@click.command(
    name="drift",
    epilog=examples("drift", "drift --format json"),
    short_help="Compare the model with an installed botocore.",
)
@TEXT_OR_JSON
@MACHINE
@click.pass_context
def command(ctx: click.Context, form: str, spec_path: str | None) -> None:
    """List the statuses and members that differ between the model and the installed botocore.

    Exit status: 0 no differences, 1 differences, 2 botocore is not installed.
    """
    from trainstate.aws.service_model import installed_drift

    spec = spec_at(spec_path)
    drift = installed_drift(spec)
    findings = check_drift(drift)
    if form == "json":
        click.echo(json.dumps(drift_object(drift, findings), indent=1))
    else:
        for line in drift_lines(drift, findings):
            click.echo(line)
    ctx.exit(FOUND if findings else 0)
