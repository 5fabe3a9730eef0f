"""`trainstate spec`: the model, with the evidence of every fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import click

from trainstate.cli.completion import files
from trainstate.cli.output import open_output
from trainstate.render.diagram import dot_lines, mermaid_lines
from trainstate.render.graphviz import svg
from trainstate.render.spec import spec_json, spec_tables
from trainstate.render.waiters import waiters_json
from trainstate.spec.load import builtin_spec, load_spec
from trainstate.spec.model import Evidence, Spec

FORMS: Mapping[str, Callable[[Spec], Iterable[str]]] = {
    "table": spec_tables,
    "json": lambda spec: [spec_json(spec)],
    "mermaid": mermaid_lines,
    "dot": dot_lines,
    "waiters": lambda spec: [waiters_json(spec)],
    "svg": lambda spec: [svg("\n".join(dot_lines(spec)))],
}


@click.command(name="spec", short_help="Show the model and its evidence, or draw it.")
@click.option(
    "--format", "form", type=click.Choice(list(FORMS)), default="table", show_default=True
)
@click.option(
    "--accept",
    type=click.Choice([str(level) for level in Evidence]),
    default=str(Evidence.DEPRECATED),
    help="The weakest evidence that is shown.  [default: deprecated, i.e. all]",
)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    shell_complete=files,
    help="Write to FILE instead of standard output.",
)
@click.option(
    "--spec",
    "spec_path",
    metavar="NAME|FILE",
    shell_complete=files,
    help="Only the jobs of this machine: its name, such as processing-job, or its facts.",
)
def command(form: str, accept: str, output: str | None, spec_path: str | None) -> None:
    """Show statuses, legal pairs, transitions, guards and sources of the model.

    mermaid, dot and svg (which needs Graphviz) draw the machine: primaries as boxes,
    the evidence of a transition as the style of its line. waiters is a waiters-2 file
    for botocore.

    Example: trainstate spec --format svg -o machine.svg
    """
    spec = (load_spec(spec_path) if spec_path else builtin_spec()).accepting(Evidence(accept))
    with open_output(output) as out:
        lines = spec_tables(spec, width=out.width) if form == "table" else FORMS[form](spec)
        for line in lines:
            out.line(line)
