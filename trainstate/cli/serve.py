"""`trainstate serve`: the simulator as a server."""

from datetime import UTC, datetime
from typing import Any

import click

from trainstate.cli import options as shared
from trainstate.errors import UsageError, installed_by, needing
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SHARE = click.FloatRange(0, 1)


@click.command(
    name="serve",
    epilog=shared.examples("serve --port 4599 --speed 60 --store jobs.db"),
    short_help="Simulate the service for any AWS SDK.",
)
@shared.number_option("--port", click.IntRange(0, 65535), 4599, "PORT", "0: any free port.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="HOST", help="Address to listen on."
)
@shared.number_option(
    "--speed",
    click.FloatRange(0),
    1.0,
    "FACTOR",
    "Virtual seconds a second; 0: only POST /_trainstate/clock advances time.",
)
@click.option("--start", metavar="TIME", help="Start of virtual time.  [default: now]")
@shared.file_option("--store", about="Keep the jobs in this SQLite file.")
@click.option(
    "--scenario",
    metavar="TEXT",
    help="What happens to jobs: `random`, or calls such as `spot().then_completed()`.",
)
@shared.SEED
@shared.choice_option(
    "--accept",
    of=Evidence,
    default=Evidence.INFERRED,
    about="The weakest evidence for random scenarios.",
)
@click.option(
    "--region", default="us-east-1", show_default=True, metavar="NAME", help="The region in ARNs."
)
@shared.listed_option("--quota", "TYPE=N", "Instances that active jobs may have.")
@click.option("--full-pages", is_flag=True, help="Filter lists before cutting pages.")
@click.option(
    "--beside",
    type=click.Choice(["moto"]),
    help="Start a moto server for everything except training jobs.",
)
@shared.listed_option("--allow-host", "NAME", "Another name that clients may use for it.")
@click.option("--events", metavar="FILE|URL", help="Send EventBridge-shaped events there.")
@shared.number_option("--event-loss", _SHARE, 0.0, "SHARE", "Share of lost events.")
@shared.number_option("--event-delay", click.FloatRange(0), 0.0, "S", "Longest delay.")
@shared.number_option("--event-duplicates", _SHARE, 0.0, "SHARE", "Share sent twice.")
@shared.number_option("--event-reordering", _SHARE, 0.0, "SHARE", "Share sent late.")
def command(host: str, port: int, **options: Any) -> None:
    """Serve simulated jobs to boto3, the AWS CLI and every other SDK.

    Training, tuning, processing and transform jobs are simulated. Plain `GET /` answers when
    the server is ready. Any credentials will do.
    """
    with needing("`trainstate serve`", f"; {installed_by('server')}"):
        from trainstate.simulator import server
    from trainstate.simulator.inprocess import Book

    book = Book(_otherwise(options["scenario"], options["seed"], options["accept"]))
    service = _service(book, options)
    beside = None
    if options["beside"]:
        from trainstate.simulator.server import MotoServer

        beside = MotoServer()
    listening = server.bound(host, port)
    if host not in _LOOPBACK:
        click.echo(f"trainstate: others can reach {host}; there is no login", err=True)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"serving on http://{shown}:{listening.getsockname()[1]}")
    hosts = (shown, *options["allow_host"])
    server.serve(server.App(service, book=book, beside=beside, hosts=hosts), listening)


def _otherwise(scenario: str | None, seed: int, accept: str) -> Any:
    """Chooses the scenario of a job that no pattern matches."""
    from trainstate.simulator.inprocess import chooser
    from trainstate.simulator.scenario import parsed

    if scenario == "random":
        return chooser(seed, accept=Evidence(accept))
    return chooser(None if scenario is None else parsed(scenario))


def _service(book: Any, options: dict[str, Any]) -> Any:
    from trainstate.simulator.clock import VirtualClock
    from trainstate.simulator.events import Bus, Faults, sink_to
    from trainstate.simulator.service import Service
    from trainstate.simulator.store import Store

    start = options["start"] or datetime.now(UTC)
    service = Service(
        choose=book,
        clock=VirtualClock(start, speed=options["speed"]),
        store=Store(options["store"]) if options["store"] else None,
        region=options["region"],
        quotas=dict(map(_quota, options["quota"])),
        full_pages=options["full_pages"],
    )
    if options["events"]:
        faults = Faults(
            delay=options["event_delay"],
            loss=options["event_loss"],
            duplicates=options["event_duplicates"],
            reordering=options["event_reordering"],
            seed=options["seed"],
        )
        bus = Bus(sink_to(options["events"]), spec=builtin_spec(), faults=faults)
        service.listen(bus)
        service.on_tick(bus.pass_time)
    return service


def _quota(text: str) -> tuple[str, int]:
    kind, _, count = text.rpartition("=")
    if not kind or not count.isdecimal():
        raise UsageError(f"Expected a quota such as ml.p3.2xlarge=2 but got {text!r}.")
    return kind, int(count)
