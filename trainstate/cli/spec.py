"""`trainstate spec`: the model, with the evidence for every fact."""

from collections.abc import Callable, Iterable, Mapping

import click

from trainstate.cli.options import MACHINE, OUTPUT, accept_option, choice_option, examples, spec_at
from trainstate.cli.output import open_output
from trainstate.render.diagram import dot_lines, mermaid_lines, svg
from trainstate.render.spec import spec_json, spec_tables
from trainstate.render.waiters import waiters_json
from trainstate.spec.model import Evidence, Spec

FORMS: Mapping[str, Callable[[Spec], Iterable[str]]] = {
    "table": spec_tables,
    "json": lambda spec: [spec_json(spec)],
    "mermaid": mermaid_lines,
    "dot": dot_lines,
    "waiters": lambda spec: [waiters_json(spec)],
    "svg": lambda spec: [svg("\n".join(dot_lines(spec)))],
}


@click.command(
    name="spec",
    epilog=examples("spec", "spec --format svg -o machine.svg"),
    short_help="Show the model and its evidence, or draw it.",
)
@choice_option("--format", "form", of=FORMS, default="table")
@accept_option("The weakest evidence to show.")
@OUTPUT
@MACHINE
def command(form: str, accept: str, output: str | None, spec_path: str | None) -> None:
    """Show statuses, legal pairs, transitions, guards and sources of the model.

    mermaid, dot and svg (which needs Graphviz) draw the machine: primaries as boxes, the
    evidence for a transition as its line style. waiters is a waiters-2 file for botocore.
    """
    spec = spec_at(spec_path).accepting(Evidence(accept))
    with open_output(output) as out:
        lines = spec_tables(spec, width=out.width) if form == "table" else FORMS[form](spec)
        out.lines(lines)
