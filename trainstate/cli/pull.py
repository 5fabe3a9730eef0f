"""`trainstate pull`: record the histories of many jobs."""

from datetime import UTC, datetime
from typing import Any

import click

from trainstate.cli.options import examples, number_option, spec_option
from trainstate.cli.progress import status_on_a_terminal
from trainstate.cli.session import client_of, session_options
from trainstate.render.text import counted
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
    "--before", type=click.DateTime(), metavar="TIME", help="Only jobs created before TIME."
)
@number_option("--rate", click.FloatRange(0, min_open=True), 4.0, "N", "Calls a second at most.")
@click.option("--secrets", is_flag=True, help="Record hyperparameters and environment too.")
@spec_option("Record jobs of another machine")
@session_options
def command(path: str, **options: Any) -> None:
    """Record one response of every training job in FILE, one a line.

    Run it again to add what is new, or to continue after an interruption: nothing is recorded
    twice. Then: trainstate check FILE
    """
    client = client_of(options)
    from trainstate.aws import pull

    try:
        with status_on_a_terminal() as tell:
            done = pull(
                client,
                path,
                spec=load_spec(options["spec_path"]) if options["spec_path"] else None,
                secrets=options["secrets"],
                rate=options["rate"],
                progress=lambda done: tell(f"jobs: {done.listed}, recorded: {done.written}"),
                **_filters(options),
            )
    except KeyboardInterrupt:
        click.echo("trainstate: what was recorded is kept; run again to continue", err=True)
        raise
    click.echo(
        f"{counted(done.listed, 'job')}: {done.written} recorded, {done.known} already known,"
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
