"""`trainstate check`: the main job, once or whenever an input changes."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from time import sleep
from typing import Any

import click
from attrs import fields_dict

from trainstate.checking.order import Order
from trainstate.cli import options as shared
from trainstate.cli.baseline import WRITE, known_findings, patterns
from trainstate.cli.check_options import CheckOptions, tolerances
from trainstate.cli.inputs import refuse
from trainstate.cli.output import AUTO, COLORS, FOUND, LONGEST_LINE, open_output
from trainstate.cli.progress import rarely_collected
from trainstate.cli.running import FORMS, CheckRun
from trainstate.cli.settings import TYPED, USED, Configured
from trainstate.errors import InputError, TrainstateError, UsageError
from trainstate.history.readers import FORMATS
from trainstate.history.readers.remote import is_url
from trainstate.history.readers.walk import existing, sources
from trainstate.render.plain import plain
from trainstate.rules.model import Severity
from trainstate.rules.tolerances import Tolerances


@click.command(
    name="check",
    epilog=shared.examples(
        "check recordings/",
        "check recordings/ --format concise --fail-on warning",
        "check recordings/ --format html --output report.html",
    ),
    cls=Configured,
    short_help="Judge recorded histories (the main job).",
)
@shared.PATHS
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="text",
    metavar="FORMAT",
    show_default=True,
    help=f"{', '.join(FORMS)}.",
)
@shared.file_option("--output", "-o", about="Write the report to FILE instead of standard output.")
@shared.SELECT
@shared.IGNORE
@shared.listed_option(
    "--per-file-ignores",
    "PATTERN=RULES",
    "Ignore these rules in files whose path matches.",
    callback=shared.proven(patterns),
)
@shared.listed_option(
    "--per-job-ignores",
    "PATTERN=RULES",
    "Ignore these rules for jobs whose name or ARN matches.",
    callback=shared.proven(patterns),
)
@shared.listed_option(
    "--tolerances",
    "NAME=SECONDS",
    f"How far times may differ, in seconds: {', '.join(fields_dict(Tolerances))}.",
    callback=shared.proven(tolerances),
)
@shared.accept_option("The weakest evidence that counts.")
@shared.choice_option(
    "--fail-on",
    of=Severity,
    default=Severity.ERROR,
    about="The mildest severity that makes the exit status 1.",
)
@click.option(
    "--order",
    type=click.Choice([str(order) for order in Order]),
    help="How to order responses of equal LastModifiedTime.  [default: arrival, for events free]",
)
@shared.choice_option(
    "--input-format", of=FORMATS, default="auto", about="The input format; recognised by default."
)
@click.option(
    "--only-recordings", is_flag=True, help="Skip files that are not recordings, as in a folder."
)
@shared.SPEC
@click.option(
    "--jobs-detail",
    type=click.Choice(["all", "none"]),
    default="all",
    help="List every job, or none.",
)
@click.option(
    "--max-ratio",
    type=click.FloatRange(1),
    metavar="N",
    help="Most times its size that compressed input may expand to.  [default: 1000]",
)
@shared.number_option(
    "--workers", click.IntRange(1), 1, "N", "Use N processes; the report is the same."
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option(
    "--verbose", "-v", is_flag=True, help="Show infos, the verdict of each job and the files read."
)
@shared.BASELINE
@shared.BASELINE_MODE
@shared.choice_option(
    "--color",
    of=COLORS,
    default=AUTO,
    about="Colour text on a terminal, always or never; auto obeys NO_COLOR and FORCE_COLOR.",
)
@click.option("--watch", is_flag=True, help="Check again whenever an input changes.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Judge the recorded histories in PATHs against the model of a training job's life.

    A PATH is a file, a folder, a pattern ('runs/**/*.json'), a URL (s3://bucket/runs/), or -
    for standard input: boto3, AWS CLI and raw API JSON, NDJSON, EventBridge events, list
    pages, SDK logs, notebooks, YAML, CSV, HAR, Parquet, compressed or not.

    Processing, transform, tuning and AutoML jobs are recognised and judged, too. A PATH that
    cannot be read does not end the check.

    Exit status: 0 no findings at or above the fail level, 1 findings, 2 misuse, unreadable
    input or unwritable output, 130 after Ctrl-C.
    """
    for name in ("config", "isolated"):
        given.pop(name)
    watched = given.pop("watch")
    options = CheckOptions(**given, settings=ctx.meta[USED], typed=ctx.meta[TYPED])
    if not watched:
        ctx.exit(_status(options))
    for _ in changes(options.paths, but=(options.output, options.baseline)):
        click.clear()
        try:
            _status(options)
        except TrainstateError as error:
            click.echo(f"trainstate: {plain(error, longest=LONGEST_LINE)}", err=True)


def _status(options: CheckOptions) -> int:
    checker = options.checker()
    with open_output(options.output, color=options.color) as output:
        known = known_findings(options.baseline, options.baseline_mode, options.ignores())
        run = CheckRun(options=options, checker=checker, output=output, known=known)
        with rarely_collected():
            report = run.report()
    about_known = known.close()
    if about_known is not None:
        click.echo(plain(about_known), err=True)
    refuse(report.unread)
    failed = bool(report.at_least(Severity(options.fail_on))) and options.baseline_mode != WRITE
    return FOUND if failed and not options.exit_zero else 0


_EVERY = 0.5
Stamps = dict[str, tuple[int, int] | None]


def changes(paths: Iterable[str], *, but: Iterable[str | None]) -> Iterator[None]:
    """Yields at once, then whenever a file of the paths is new, changed or gone.

    ``but`` are files that the check itself writes.
    """
    named = list(paths)
    own = {Path(file).resolve() for file in but if file is not None}
    if "-" in named or any(map(is_url, named)):
        raise UsageError("Only files can be watched, not standard input or URLs.")
    seen: Stamps | None = None
    while True:
        now = {
            file: stamp
            for path in named
            for file, stamp in _stamps(path)
            if Path(file).resolve() not in own
        }
        if now != seen:
            seen = now
            yield
        sleep(_EVERY)


def _stamps(path: str) -> Iterator[tuple[str, tuple[int, int] | None]]:
    try:
        found = [source.file for one in existing([path]) for source in sources(one)]
    except InputError:
        yield path, None
        return
    for file in found:
        try:
            status = Path(file).stat()
        except OSError:
            yield file, None
        else:
            yield file, (status.st_mtime_ns, status.st_size)
