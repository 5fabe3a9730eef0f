"""`trainstate watch`: follow a job until it has ended."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from trainstate.cli.options import choice_option, examples, file_option, number_option, spec_option
from trainstate.cli.output import MISUSE, is_coloured, leave_output, open_output
from trainstate.cli.session import client_of, session_options
from trainstate.errors import InputError
from trainstate.render.plain import plain
from trainstate.render.timeline import change_line, summary_lines, timeline_lines
from trainstate.spec.load import load_spec
from trainstate.spec.model import Spec
from trainstate.track import BOTOCORE, STRICT, Action, Tracker, Update

FAILED = 1
"""The exit status if the policy calls the outcome an error."""
_SECONDS = click.FloatRange(0, min_open=True)
POLICIES = {policy.name: policy for policy in (STRICT, BOTOCORE)}


@click.command(
    name="watch",
    epilog=examples("watch my-training-job --timeout 7200"),
    short_help="Follow a live job until it has ended.",
)
@click.argument("job")
@choice_option(
    "--policy",
    of=POLICIES,
    default=STRICT.name,
    about="What counts as a success: only a completed job, or a stopped one too.",
)
@click.option("--timeout", type=_SECONDS, metavar="SECONDS", help="Give up after SECONDS.")
@number_option("--every", _SECONDS, 60.0, "SECONDS", "The longest time between two polls.")
@file_option("--state", "state_path", about="Save the state in FILE, and continue from it.")
@spec_option("The job's machine", "; an ARN implies it")
@session_options
@click.pass_context
def command(ctx: click.Context, /, job: str, policy: str, **options: Any) -> None:
    """Show each change of JOB until its end, including changes that no poll saw.

    Hyperparameters and environment variables are neither shown nor kept.

    Exit status: 0 the job ended as the policy wants, 1 it did not, 2 it could not be
    followed.
    """
    client = client_of(options)
    try:
        tracker = _followed(client, job, options)
        for line in summary_lines(tracker):
            click.echo(line)
    except BrokenPipeError:
        # The reader went away while the job goes on: 0 would call that a success.
        leave_output()
        ctx.exit(MISUSE)
    ctx.exit(0 if POLICIES[policy].action(tracker.outcome) is Action.DONE else FAILED)


def _followed(client: Any, job: str, options: dict[str, Any]) -> Tracker:
    """The tracker after the job's end; shows and saves every update on the way."""
    from trainstate.aws import Pace, WatchLimits, watch
    from trainstate.history.machines import machine_named

    path = options["state_path"]
    named = options["spec_path"]
    spec = machine_named(job, load_spec(named) if named else None)
    tracker = saved_tracker(path, job, spec)
    longest = options["every"]
    updates = watch(
        client,
        job if spec.layout.asked else job.rpartition("/")[2],
        tracker=tracker,
        pace=Pace(shortest=min(5.0, longest), longest=longest),
        limits=WatchLimits(total=options["timeout"]),
    )
    show = _show_live if _is_live() else _show_lines
    for _ in show(updates, tracker):
        save_tracker(path, tracker)
    return tracker


def _show_lines(updates: Iterable[Update], _tracker: Tracker) -> Iterable[Update]:
    for update in updates:
        for change in update.changes:
            click.echo(change_line(change))
        for finding in update.findings:
            click.echo(
                f"{finding.severity} {finding.code} {finding.name}: {plain(finding.message)}"
            )
        yield update


def _is_live() -> bool:
    """Whether a picture can be redrawn in place: colours alone can be forced on a file."""
    return sys.stdout.isatty() and is_coloured(sys.stdout)


def _show_live(updates: Iterable[Update], tracker: Tracker) -> Iterable[Update]:
    from rich.live import Live

    with Live(refresh_per_second=4) as live:
        for update in updates:
            lines = list(timeline_lines(tracker, room=live.console.width))
            _draw(live, fitting(lines, live.console.height))
            yield update
        # The final picture may scroll: print all of it.
        _draw(live, list(timeline_lines(tracker, room=live.console.width)))


def fitting(lines: list[str], height: int) -> list[str]:
    """The lines that fit on a terminal: the first one, and the newest."""
    room = max(height - 1, 3)
    if len(lines) <= room:
        return lines
    cut = len(lines) - (room - 2)
    return [lines[0], f"  … {cut - 1} earlier", *lines[cut:]]


def _draw(live: Any, lines: list[str]) -> None:
    from rich.text import Text

    # A wrapped line would take the room of another.
    live.update(Text("\n".join(lines), no_wrap=True, overflow="ellipsis"))


def saved_tracker(path: str | None, job: str, spec: Spec | None = None) -> Tracker:
    """The tracker in a file, or a new one.

    Raises InputError for a file that has no tracker, or one of another job.
    """
    if path is None or not Path(path).exists():
        return Tracker(job=job, spec=spec)
    if not Path(path).is_file():
        raise InputError(f"The tracker in {path!r} cannot be read: it is not a file; name a file.")
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"The tracker in {path!r} cannot be read: {error.strerror}.") from error
    tracker = Tracker.from_json(text)
    known = tracker.job or ""
    if job not in (known, known.rpartition("/")[2]):
        raise InputError(f"The file {path!r} is about the job {known!r}, not {job!r}.")
    return tracker


def save_tracker(path: str | None, tracker: Tracker) -> None:
    """Writes the tracker to a file, at once."""
    if path is not None:
        with open_output(path, what="tracker") as output:
            output.line(tracker.to_json())
