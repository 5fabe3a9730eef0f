"""`trainstate consumer`: finds the legal histories that break code which waits for a job."""

import sys
from collections.abc import Callable
from typing import Any

import click

from trainstate.cli import options as shared
from trainstate.cli.output import FOUND, open_output
from trainstate.errors import installed_by, needing
from trainstate.spec.model import Evidence
from trainstate.track.policy import BOTOCORE, STRICT

_EVERY = 20
_POLICIES = {policy.name: policy for policy in (STRICT, BOTOCORE)}


@click.command(
    name="consumer",
    epilog=shared.examples("consumer mypackage.jobs:wait --no-reuse"),
    short_help="Find what code that waits for a job gets wrong.",
)
@click.argument("consumer", metavar="MODULE:FUNCTION")
@shared.choice_option(
    "--policy", of=_POLICIES, default=STRICT.name, about="Which ends are a success."
)
@click.option(
    "--outcome",
    metavar="MODULE:FUNCTION",
    help="The function that maps (value, error) to done, error, retry, wait or None.",
)
@click.option("--course", metavar="COURSE", help="Play only this course, as findings show it.")
@shared.number_option(
    "--longest", click.IntRange(2), 5, "N", "Play all histories of at most N states."
)
@click.option(
    "--accept",
    type=click.Choice([str(level) for level in Evidence]),
    help="The weakest evidence for a history.  [default: recorded, if that leads to every end]",
)
@shared.number_option("--random", click.IntRange(0), 100, "N", "Play N random ones besides.")
@shared.SEED
@click.option("--no-deletion", is_flag=True, help="Delete no record and reuse no name.")
@click.option("--no-reuse", is_flag=True, help="Reuse no name for another job.")
@shared.TEXT_OR_JSON
@shared.REPORT
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Run code that waits for a job on every legal history up to a bound.

    Training, processing, transform and tuning jobs are played, whichever the code asks for.
    The function receives a boto3 client of a simulated service and a job's name, and sleeps
    in virtual time. Each finding is the shortest history on which it hangs, crashes or
    reports what the policy does not allow. Needs the extra `testing`, and boto3.

    Exit status: 0 no findings, 1 findings, 2 misuse.
    """
    found, text = _played(options) if options["course"] else _checked(options)
    with open_output(options["output"]) as output:
        output.line(text)
    ctx.exit(FOUND if found else 0)


def _checked(options: dict[str, Any]) -> tuple[bool, str]:
    kit = _kit()
    deletion = not options["no_deletion"]
    scope = kit.CourseScope(
        longest=options["longest"],
        accept=options["accept"],
        random=options["random"],
        seed=options["seed"],
        deletion=deletion,
        reuse=deletion and not options["no_reuse"],
    )
    report = kit.check_consumer(scope=scope, progress=_progress(), **_asked(kit, options))
    as_json = options["form"] == "json"
    return bool(report.findings), report.to_json() if as_json else str(report)


def _progress() -> Callable[[int, int], None] | None:
    """Shows progress on a terminal; None elsewhere."""
    terminal = sys.stderr  # the consumer's own is redirected
    if not terminal.isatty():
        return None

    def tell(done: int, count: int) -> None:
        if done == count:
            terminal.write("\r\x1b[K")
        elif done % _EVERY == 0:
            terminal.write(f"\r{done} of {count} courses")
        terminal.flush()

    return tell


def _played(options: dict[str, Any]) -> tuple[bool, str]:
    kit = _kit()
    played = kit.replay(course=options["course"], quiet=True, **_asked(kit, options))
    as_json = options["form"] == "json"
    return played.judgement is not None, played.to_json() if as_json else str(played)


def _asked(kit: Any, options: dict[str, Any]) -> dict[str, Any]:
    return {
        "wait": kit.named(options["consumer"]),
        "policy": _POLICIES[options["policy"]],
        "outcome": kit.named(options["outcome"]) if options["outcome"] else kit.plainly,
    }


def _kit() -> Any:
    with needing("Playing to a consumer", f"; {installed_by('testing')} boto3"):
        from trainstate.testing import consumers
    return consumers
