"""Settings in files: `trainstate.toml`, or `[tool.trainstate]` in `pyproject.toml`.

They are the defaults of `trainstate check`; the command line and the environment override
them. They lie beside strangers' recordings, so none of them names a file to write, lifts a
limit on input or starts processes.
"""

import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from trainstate.errors import InputError, UsageError
from trainstate.spec.load import spec_names

OWN, SHARED = "trainstate.toml", "pyproject.toml"
USED, TYPED = "trainstate.settings", "trainstate.typed"
"""Where a context keeps the path of its settings, None without any; and the words typed."""
_TYPED_ONLY = frozenset(
    {"output", "baseline-mode", "max-ratio", "workers", "config", "isolated", "watch"}
)

config_options = (
    click.Option(
        ["--config"], metavar="FILE", help="Use these settings instead of searching upwards."
    ),
    click.Option(["--isolated"], is_flag=True, help="Read no settings from files."),
)


class Configured(click.Command):
    """A command whose options have defaults in a settings file."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params += config_options

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses the arguments with settings as defaults; an error in these names their file."""
        typed = self.make_parser(ctx).parse_args(list(args))[0]
        file = None
        if not ctx.resilient_parsing and not {*ctx.help_option_names} & {*args}:
            file = self._file(ctx, typed)
        if file is not None:
            ctx.default_map = _defaults(file, self.params)
        ctx.meta[USED], ctx.meta[TYPED] = file, tuple(args)
        try:
            return super().parse_args(ctx, args)
        except click.BadParameter as error:
            name = getattr(error.param, "name", None)
            if name and ctx.get_parameter_source(name) is ParameterSource.DEFAULT_MAP:
                said = f"{error.message} It is set in {file}."
                raise click.BadParameter(said, error.ctx, error.param) from None
            raise

    def _file(self, ctx: click.Context, typed: Mapping[str, Any]) -> Path | None:
        """The settings file: the named one, else the nearest above the input."""
        said = {
            option.name: typed.get(option.name or "") or option.resolve_envvar_value(ctx)
            for option in config_options
        }
        if said["config"]:
            return Path(said["config"])
        paths = typed.get("paths")
        # Without a path, click has a value of its own there.
        first = paths[0] if isinstance(paths, list | tuple) and paths else "."
        return None if said["isolated"] else found(Path(first))


def found(path: Path) -> Path | None:
    """The nearest settings in the folder of a path or above; `-` means the current folder."""
    here = path.absolute()
    for folder in (here, *here.parents):
        if (folder / OWN).is_file():
            return folder / OWN
        shared = folder / SHARED
        # An unreadable file belongs to another project.
        with suppress(OSError):
            if shared.is_file() and _table(shared) is not None:
                return shared
    return None


def _table(file: Path) -> Mapping[str, Any] | None:
    """The settings in a file; None if it has none."""
    try:
        with file.open("rb") as stream:
            value = tomllib.load(stream)
    except ValueError as error:
        raise InputError(f"{file}: is not TOML: {error}.") from None
    if file.name == SHARED:
        value = value.get("tool", {}).get("trainstate")
    return value


def _defaults(file: Path, params: Iterable[click.Parameter]) -> dict[str, Any]:
    """The settings of a file as option values, by option name."""
    known = {
        option.opts[0].removeprefix("--"): option
        for option in params
        if isinstance(option, click.Option)
    }
    known = {key: option for key, option in known.items() if key not in _TYPED_ONLY}
    try:
        table = _table(file) or {}
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}.") from None
    values = {}
    for key, value in table.items():
        option = known.get(key)
        if option is None:
            raise UsageError(f"{file}: {key!r} is not a setting{_remedy(key, known)}")
        values[option.name or key] = _value(f"{file}: {key}", value, option, file.parent)
    return values


def _remedy(key: str, known: Iterable[str]) -> str:
    if key in _TYPED_ONLY:
        return f"; give --{key} on the command line."
    close = get_close_matches(key.replace("_", "-"), known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(known)}."


def _value(place: str, value: Any, option: click.Option, folder: Path) -> Any:
    """A value as the option takes it; file names are relative to the settings' folder."""
    if option.multiple and isinstance(value, Mapping):
        return [f"{name}={_joined(place, one)}" for name, one in value.items()]
    if option.multiple:
        return [_joined(place, value)]
    if option.is_flag is not isinstance(value, bool) or isinstance(value, list | Mapping):
        expected = "true or false" if option.is_flag else "one value"
        raise UsageError(f"{place}: expected {expected} but got {value!r}.")
    is_file = "FILE" in (option.metavar or "") and value not in spec_names()
    return str(folder / value) if is_file else value


def _joined(place: str, value: Any) -> str:
    """One text, or several joined with commas."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise UsageError(f"{place}: expected a text or a list of texts but got {value!r}.")
