"""`trainstate spec`: the model, with the evidence of every fact."""

from __future__ import annotations

import click

from trainstate.render.spec import spec_json, spec_tables
from trainstate.spec.load import builtin_spec, load_spec


@click.command(name="spec", short_help="Show the model and its evidence.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@click.option(
    "--spec", "spec_path", metavar="FILE", help="Another specification than the built-in one."
)
def command(form: str, spec_path: str | None) -> None:
    """Show statuses, legal pairs, transitions, guards and sources of the model."""
    spec = load_spec(spec_path) if spec_path else builtin_spec()
    if form == "json":
        click.echo(spec_json(spec))
        return
    for line in spec_tables(spec):
        click.echo(line)
