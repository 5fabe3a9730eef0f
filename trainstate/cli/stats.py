"""`trainstate stats`: what jobs took and cost."""

from collections.abc import Iterator

import click

from trainstate.cli import options as shared
from trainstate.cli.inputs import surveyed
from trainstate.cli.output import open_output
from trainstate.errors import UsageError, installed_by, needing
from trainstate.history.readers import FORMATS
from trainstate.render.plain import json_text
from trainstate.render.stats import (
    TYPES,
    Row,
    job_rows,
    per_job_csv,
    per_job_json,
    per_job_lines,
    stats_csv,
    stats_lines,
    stats_object,
)
from trainstate.spec.load import BUILTIN
from trainstate.stats.measure import measure, stats
from trainstate.stats.prices import read_prices


def _write_rows(rows: Iterator[Row], form: str | None, output: str | None) -> None:
    if form == "parquet":
        if output is None or output == "-":
            raise UsageError("Parquet needs a file: name it with --output FILE.")
        with needing("Parquet", f"; {installed_by('parquet')}"):
            from trainstate.backends.writing import write_rows
        write_rows(rows, output, TYPES)
        return
    with open_output(output) as out:
        if form == "json":
            out.line(per_job_json(rows))
        elif form == "csv":
            out.lines(per_job_csv(rows))
        else:
            out.lines(per_job_lines(rows, width=out.width))


@click.command(
    name="stats",
    epilog=shared.examples(
        "stats recordings/",
        "stats recordings/ --per-job --prices prices.csv",
        "stats recordings/ --plot durations.svg",
    ),
    short_help="Durations, attempts, losses, savings, reasons.",
)
@shared.PATHS
@shared.choice_option(
    "--format",
    "form",
    of=["table", "json", "csv", "parquet"],
    default="table",
    about="Parquet is for --per-job.",
)
@click.option("--per-job", is_flag=True, help="One row a job instead of the totals.")
@shared.file_option("--prices", about="Instance prices: a CSV, or AWS's price list as JSON.")
@shared.OUTPUT
@shared.file_option("--plot", about="Draw the time in each status: FILE.png or FILE.svg.")
@click.option(
    "--reasons",
    is_flag=True,
    help="Quote failure reasons by their stable part; they may contain private data.",
)
@shared.INPUT_FORMAT
@shared.MACHINE
def command(
    *, paths: tuple[str, ...], plot: str | None, reasons: bool, per_job: bool, **options: str | None
) -> None:
    """Measure the recorded jobs in PATHs: waiting for capacity, losses, savings, cost.

    Each job counts once, with its longest history; nothing is judged. A price CSV has the
    columns instance_type, price (an hour), currency and, if they differ, region. The plot
    needs matplotlib, which the extra `plot` brings.
    """
    path, form = options["spec_path"], options["form"]
    spec = shared.spec_at(path or BUILTIN)
    with surveyed(paths, spec, input_format=options["input_format"] or FORMATS[0]) as survey:
        prices = read_prices(options["prices"]) if options["prices"] else None
        if per_job:
            measured = (measure(job, spec) for job in survey.jobs)
            rows = job_rows(measured, reasons=reasons, prices=prices)
            _write_rows(rows, form, options["output"])
            return
        if form == "parquet":
            raise UsageError("Parquet needs rows, not totals; add --per-job.")
        found = stats(survey.jobs, spec, reasons=reasons, prices=prices)
        if plot is not None:
            from trainstate.render.plot import plot_durations

            plot_durations(found, plot)
        with open_output(options["output"]) as out:
            if form == "json":
                out.line(json_text(stats_object(found), indent=1))
            else:
                out.lines(stats_csv(found) if form == "csv" else stats_lines(found))
