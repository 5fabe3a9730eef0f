"""`trainstate discover`: the graph of the recordings, compared with the model."""

from collections.abc import Callable, Iterable, Mapping

import click

from trainstate.cli import options as shared
from trainstate.cli.inputs import surveyed
from trainstate.cli.output import open_output
from trainstate.render import discovery
from trainstate.render.plain import json_text
from trainstate.spec.load import BUILTIN
from trainstate.stats.follows import FollowsGraph, discover

FORMS: Mapping[str, Callable[[FollowsGraph], Iterable[str]]] = {
    "table": discovery.discovery_lines,
    "json": lambda found: [json_text(discovery.discovery_object(found), indent=1)],
    "mermaid": discovery.discovery_mermaid,
    "dot": discovery.discovery_dot,
    "toml": discovery.overlay_lines,
}


@click.command(
    name="discover",
    epilog=shared.examples(
        "discover recordings/", "discover recordings/ --format toml -o observed.toml"
    ),
    short_help="Find what recordings show and the model lacks.",
)
@shared.PATHS
@shared.choice_option(
    "--format",
    "form",
    of=[*FORMS, "xes"],
    default="table",
    about="toml is an overlay for --spec; xes is for process-mining tools.",
)
@shared.OUTPUT
@shared.INPUT_FORMAT
@shared.MACHINE
def command(
    *,
    paths: tuple[str, ...],
    form: str,
    input_format: str,
    output: str | None,
    spec_path: str | None,
) -> None:
    """Count which status follows which in PATHs, and compare that with the model.

    Each job counts once, with its longest history. The output lists transitions that the model
    lacks, those never seen, and those whose evidence these recordings could raise.
    """
    spec = shared.spec_at(spec_path or BUILTIN)
    with surveyed(paths, spec, input_format=input_format) as survey, open_output(output) as out:
        jobs = survey.jobs
        out.lines(discovery.xes_lines(jobs) if form == "xes" else FORMS[form](discover(jobs, spec)))
