"""The command `trainstate` and what all its commands share: errors, colour, version."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import click

from trainstate.errors import TrainstateError
from trainstate.version import VERSION

COMMANDS = (
    "check",
    "rule",
    "spec",
    "next",
    "watch",
    "pull",
    "align",
    "drift",
    "stats",
    "discover",
    "serve",
    "generate",
    "fuzz",
    "consumer",
)
MISUSE = 2
"""The exit status of misuse and of input that cannot be read at all."""
INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it."""
LONGEST_LINE = 4_000
"""Characters of one line of an error that are shown."""


class Commands(click.Group):
    """The commands, imported when they are asked for, in the order of their use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        """The names in the order of their use, the main job first."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click passes it
        cmd_name: str,
    ) -> click.Command | None:
        """The command with this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module = import_module(f"trainstate.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; a wrong name gets the nearest right one."""
        close = get_close_matches(args[0], COMMANDS, n=1) if args else []
        if close and args[0] not in COMMANDS:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {close[0]!r}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; a known error is one line on standard error and exit status 2."""
        try:
            return super().invoke(ctx)
        except TrainstateError as error:
            if ctx.params.get("debug"):
                raise
            from trainstate.render.plain import plain

            # A name that strangers gave a file may stand in it: line by line, made harmless.
            lines = (plain(line, longest=LONGEST_LINE) for line in str(error).split("\n"))
            click.echo("trainstate: " + "\n".join(lines), err=True)
            ctx.exit(MISUSE)
        except KeyboardInterrupt:
            # Not 1: that would tell of findings, or of a job that failed.
            click.echo("trainstate: interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # The reader of a pipe went away: nothing is wrong, and nobody is left to tell.
            from trainstate.cli.output import leave_output

            leave_output()
            ctx.exit(0)
        except OSError as error:
            if ctx.params.get("debug"):
                raise
            # Not 1, as above: a full disk is no finding. What a buffer still holds is lost, too.
            from trainstate.cli.output import leave_output

            leave_output()
            where = f" of {error.filename!r}" if error.filename else ""
            click.echo(
                f"trainstate: reading or writing{where} failed: {error.strerror or error}", err=True
            )
            ctx.exit(MISUSE)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: trainstate check recordings/ --statistics",
)
@click.version_option(VERSION, "--version", "-V", prog_name="trainstate")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:
    """Judge recordings of Amazon SageMaker training jobs against a model of their life.

    The main job: `trainstate check PATH...` reads recorded DescribeTrainingJob
    responses, events and logs in any form, and says what no training job does.
    """
