"""`trainstate config`: the settings of a check, and where each comes from."""

from collections.abc import Iterator
from typing import Any

import click
from click.core import ParameterSource

from trainstate.cli import check
from trainstate.cli.options import examples, files
from trainstate.cli.settings import USED, Configured, config_options
from trainstate.render.plain import plain
from trainstate.render.table import table_lines


@click.pass_context
def _show(ctx: click.Context, /, **values: Any) -> None:
    """Show the settings that `trainstate check` would use with the same arguments.

    The first place that sets a value decides: the command line, environment variables
    (TRAINSTATE_CHECK_FAIL_ON), the nearest trainstate.toml or [tool.trainstate] in
    pyproject.toml in the folder of the first PATH or above, the default.
    """
    for line in table_lines(("setting", "value", "from"), _rows(ctx, values)):
        click.echo(line)


def _rows(ctx: click.Context, values: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, value and origin of each setting."""
    file = plain(ctx.meta[USED] or "no file")
    for param in ctx.command.params:
        name = param.name or ""
        if not isinstance(param, click.Option) or name in ("config", "isolated"):
            continue
        places = {
            ParameterSource.COMMANDLINE: "command line",
            ParameterSource.ENVIRONMENT: param.envvar,
            ParameterSource.DEFAULT_MAP: file,
        }
        source = ctx.get_parameter_source(name)
        place = "default" if source is None else places.get(source, "default")
        yield param.opts[0].removeprefix("--"), _value(values[name]), str(place)


def _value(value: Any) -> str:
    """A value as typed; a dash for none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    shown = ",".join(value) if isinstance(value, tuple) else value
    return "-" if shown in (None, "") else plain(shown)


command = Configured(
    name="config",
    callback=_show,
    help=_show.__doc__,
    short_help="Show the settings of a check and their origin.",
    epilog=examples("config recordings/"),
    params=[
        click.Argument(["paths"], nargs=-1, metavar="[PATH]...", shell_complete=files),
        *(option for option in check.command.params[1:] if option not in config_options),
    ],
)
