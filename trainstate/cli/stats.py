"""`trainstate stats`: what the jobs took and cost."""

from __future__ import annotations

import click

from trainstate.cli.completion import files
from trainstate.cli.output import open_output
from trainstate.cli.surveyed import surveyed
from trainstate.history.readers import FORMATS
from trainstate.render.plain import json_text
from trainstate.render.stats import stats_csv, stats_lines, stats_object
from trainstate.spec.load import builtin_spec, load_spec
from trainstate.stats.measure import stats


@click.command(name="stats", short_help="Durations, attempts, losses, savings, reasons.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=files)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    shell_complete=files,
    help="Write to FILE instead of standard output.",
)
@click.option(
    "--plot",
    metavar="FILE",
    shell_complete=files,
    help="Draw the time in each status: FILE.png or FILE.svg.",
)
@click.option(
    "--reasons", is_flag=True, help="Quote reasons of failures; they may name what is private."
)
@click.option("--input-format", type=click.Choice(FORMATS), default="auto", show_default=True)
@click.option(
    "--spec",
    "spec_path",
    metavar="FILE",
    shell_complete=files,
    help="Another specification than the built-in one.",
)
def command(
    *, paths: tuple[str, ...], plot: str | None, reasons: bool, **options: str | None
) -> None:
    """Measure the recorded jobs in PATHs: times in each status, waiting, losses, savings.

    Each job counts once, with its longest history; nothing is judged. The plot needs
    matplotlib, which the extra `plot` brings.

    Example: trainstate stats recordings/ --plot durations.svg
    """
    path, form = options["spec_path"], options["form"]
    spec = load_spec(path) if path else builtin_spec()
    survey, reading = surveyed(paths, spec, input_format=options["input_format"] or FORMATS[0])
    found = stats(survey.jobs, spec, reasons=reasons)
    if plot is not None:
        from trainstate.render.plot import plot_durations

        plot_durations(found, plot)
    with open_output(options["output"]) as out:
        if form == "json":
            out.line(json_text(stats_object(found), indent=1))
        elif form == "csv":
            out.line(stats_csv(found).rstrip("\n"))
        else:
            for line in stats_lines(found):
                out.line(line)
    reading.close()
