"""The command `trainstate`, and what its commands share: errors, colour, version."""

from difflib import get_close_matches
from typing import Any

import click

from trainstate.cli.output import exit_status

COMMANDS = (
    "check",
    "config",
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


class Commands(click.Group):
    """The commands, imported on demand, in order of use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        """Names in order of use, the main job first."""
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
        # Name the variables after the options, not the functions' arguments.
        settings = "check" if cmd_name == "config" else cmd_name
        for option in command.params:
            if isinstance(option, click.Option):
                name = option.opts[0].lstrip("-").replace("-", "_")
                option.envvar = f"TRAINSTATE_{settings}_{name}".upper()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; for a wrong name, suggests the nearest."""
        close = get_close_matches(args[0], COMMANDS, n=1) if args else []
        if close and args[0] not in COMMANDS:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {close[0]!r}?")
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """The context of the program's own arguments; see ``invoke``."""
        with exit_status():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; a known error is one line on standard error and exit status 2."""
        with exit_status(debug=bool(ctx.params.get("debug"))):
            return super().invoke(ctx)


def _show_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from trainstate.version import installed_version

        click.echo(f"trainstate, version {installed_version()}")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExamples:\n  trainstate check recordings/\n  trainstate check --help",
)
@click.option(
    "--version",
    "-V",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:
    """Judge recordings of Amazon SageMaker training jobs against a model of their life.

    The main job: `trainstate check PATH...` reads recorded DescribeTrainingJob responses,
    events and logs in any form, and reports what no training job does.
    """
