"""`trainstate pull`: record the histories of many jobs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from trainstate.cli.options import examples, files
from trainstate.cli.session import client_of, session_options
from trainstate.spec.load import load_spec


@click.command(
    name="pull",
    epilog=examples("pull jobs.ndjson --after 2026-03-01"),
    short_help="Record the histories of many live jobs.",
)
@click.argument("path", metavar="FILE")
@click.option("--name-contains", metavar="TEXT", help="Only jobs whose names contain TEXT.")
@click.option("--status", metavar="STATUS", help="Only jobs with this primary status.")
@click.option(
    "--after",
    type=click.DateTime(),
    metavar="TIME",
    help="Only jobs created after TIME, such as 2026-03-01 or 2026-03-01T10:00:00, in UTC.",
)
@click.option(
    "--before",
    type=click.DateTime(),
    metavar="TIME",
    help="Only jobs created before TIME.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    default=4.0,
    show_default=True,
    metavar="N",
    help="Calls a second at most.",
)
@click.option("--secrets", is_flag=True, help="Record hyperparameters and environment too.")
@click.option(
    "--spec",
    "spec_path",
    metavar="NAME|FILE",
    shell_complete=files,
    help="Record jobs of this machine: its name, such as processing-job, or its file of facts.",
)
@session_options
def command(path: str, **options: Any) -> None:
    """Record one response of every training job, or job of another machine, in FILE, one a line.

    Run it again to add what is new, or to continue after an interruption: nothing is recorded
    twice. Then: trainstate check FILE
    """
    client = client_of(options)
    from trainstate.aws import pull

    try:
        with _progress() as progress:
            done = pull(
                client,
                path,
                spec=load_spec(options["spec_path"]) if options["spec_path"] else None,
                secrets=options["secrets"],
                rate=options["rate"],
                progress=progress,
                **_filters(options),
            )
    except KeyboardInterrupt:
        click.echo("trainstate: what was recorded is kept; run again to continue", err=True)
        raise
    click.echo(
        f"{done.listed} jobs: {done.written} recorded, {done.known} already known,"
        f" {done.gone} deleted meanwhile"
    )


def _filters(options: dict[str, Any]) -> dict[str, Any]:
    """The requested filters under the service's names."""
    named = {
        "NameContains": options["name_contains"],
        "StatusEquals": options["status"],
        "CreationTimeAfter": _in_utc(options["after"]),
        "CreationTimeBefore": _in_utc(options["before"]),
    }
    return {name: value for name, value in named.items() if value is not None}


def _in_utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.replace(tzinfo=UTC)


@contextmanager
def _progress() -> Iterator[Callable[[Any], object] | None]:
    """A progress display on standard error, if it is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("listing", total=None)

        def show(done: Any) -> None:
            bar.update(task, description=f"{done.listed} jobs, {done.written} recorded")

        yield show
