"""Options that several commands share, and shell completion."""

from collections.abc import Callable, Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem

from trainstate.cli.baseline import COMPARE, MODES
from trainstate.errors import TrainstateError
from trainstate.history.readers import FORMATS
from trainstate.rules.index import rules, select_rules
from trainstate.spec.load import builtin_spec, load_spec
from trainstate.spec.model import Evidence, Spec


def files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The shell's own completion of files and folders."""
    return [CompletionItem(incomplete, type="file")]


def rule_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Rule names and codes that begin with what was typed, in any case."""
    typed = incomplete.casefold()
    names = [*(rule.name for rule in rules()), *(rule.code for rule in rules())]
    return [name for name in names if name.casefold().startswith(typed)]


def rule_lists(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The same for the last of several rules separated by commas."""
    before, comma, typed = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in rule_names(ctx, param, typed)]


def examples(*lines: str) -> str:
    """The end of a command's help: lines to try, as they are."""
    return "\n".join(("\b", "Examples:", *(f"  trainstate {line}" for line in lines)))


Decorator = Callable[[Any], Any]


def file_option(*names: str, about: str) -> Decorator:
    """An option for the name of a file or folder."""
    return click.option(*names, metavar="FILE", shell_complete=files, help=about)


def choice_option(
    *names: str, of: Iterable[object], default: object, about: str | None = None
) -> Decorator:
    """An option for one of some words; the help shows the default."""
    words = click.Choice([str(word) for word in of])
    return click.option(*names, type=words, default=str(default), show_default=True, help=about)


def number_option(
    name: str,
    kind: click.ParamType[Any] | type,
    default: float,
    metavar: str,
    about: str | None = None,
) -> Decorator:
    """An option for a number; the help shows the default."""
    return click.option(
        name, type=kind, default=default, show_default=True, metavar=metavar, help=about
    )


def accept_option(about: str) -> Decorator:
    """An option for the weakest evidence; all by default."""
    levels = click.Choice([str(level) for level in Evidence])
    text = f"{about}  [default: deprecated, i.e. all]"
    return click.option("--accept", type=levels, default=str(Evidence.DEPRECATED), help=text)


def proven(prove: Callable[[Any], object]) -> Callable[..., Any]:
    """A callback that tries a value; an error names the option, and the file that sets it."""

    def callback(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        try:
            if value:
                prove(value)
        except TrainstateError as error:
            raise click.BadParameter(str(error), ctx, param) from None
        return value

    return callback


def spec_option(about: str, more: str = "") -> Decorator:
    """An option for a machine."""
    text = f"{about}: its name, such as processing-job, or its file of facts{more}."
    more_of: dict[str, Any] = {"shell_complete": files, "callback": proven(load_spec)}
    return click.option("--spec", "spec_path", metavar="NAME|FILE", help=text, **more_of)


def listed_option(name: str, metavar: str, about: str, **more: Any) -> Decorator:
    """An option that may be repeated."""
    return click.option(name, multiple=True, metavar=metavar, help=about, **more)


def _rules_option(name: str, about: str) -> Decorator:
    """An option for rules, whose names it completes."""
    text = f"{about} these rules: codes, prefixes or names."
    known = proven(lambda texts: select_rules(select=listed(texts)))
    return listed_option(name, "RULES", text, callback=known, shell_complete=rule_lists)


PATHS = click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=files)
OUTPUT = file_option("--output", "-o", about="Write to FILE instead of standard output.")
REPORT = file_option("--output", "-o", about="Write the report to FILE.")
TEXT_OR_JSON = choice_option("--format", "form", of=("text", "json"), default="text")
INPUT_FORMAT = choice_option("--input-format", of=FORMATS, default="auto")
SPEC = spec_option("Only jobs of this machine")
MACHINE = spec_option("The machine", "; the training job's by default")
SELECT, IGNORE = _rules_option("--select", "Only"), _rules_option("--ignore", "Not")
SEED = number_option("--seed", int, 0, "S", "Seed of random choices.")
BASELINE = file_option("--baseline", about="Do not count findings that are in FILE.")
BASELINE_MODE = choice_option(
    "--baseline-mode",
    of=MODES,
    default=COMPARE,
    about="Leave the baseline, write all findings to it, or drop those that are gone.",
)


def spec_at(path: str | None) -> Spec:
    """The specification with a name or in a file; by default all built-in ones."""
    return load_spec(path) if path else builtin_spec()


def listed(selectors: Iterable[str]) -> tuple[str, ...]:
    """The names in comma-separated lists."""
    return tuple(name.strip() for text in selectors for name in text.split(",") if name.strip())
