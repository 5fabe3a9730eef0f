"""The options of the strategies, validated before anything is drawn."""

from typing import Any, TypedDict

from attrs import field, fields, frozen

from trainstate.errors import UsageError, one_of
from trainstate.spec.model import Evidence

TIMES = ("datetime", "iso", "iso-local", "epoch", "epoch-ms")
DENSITIES = ("any", "dense", "sparse", "every")


class Short:
    """A value with a short repr, which Hypothesis's reports print too."""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))


class Keywords(TypedDict, total=False):
    """The keyword arguments of every strategy; see ``StrategyOptions`` for what they mean."""

    spot: bool | None
    retries: int | None
    terminal: str | None
    file_mode: bool | None
    evidence: str
    density: str
    history: bool | None
    times: str
    least: int
    most: int


def _level(value: str) -> Evidence:
    return one_of("evidence", value, Evidence)


@frozen(kw_only=True)
class StrategyOptions:
    """What is drawn; None leaves a choice open.

    ``spot``: managed spot training. ``retries``: the attempts of the retry strategy, 0 for
    none. ``terminal``: the primary or secondary status of the last response; with None it is
    any, terminal or not. ``file_mode``: the input is downloaded before training.
    ``evidence``: the weakest evidence for a status. ``density``: how often polls
    fall between the job's steps (*any*, *dense* with many repeats, *sparse* with
    gaps, *every* step once). ``history``: whether responses have theirs; those without
    are short, as in lists. ``times``: *datetime*, *iso*, *iso-local* (with another
    offset), *epoch*, *epoch-ms*. ``least`` and ``most`` bound the number of polls.
    """

    spot: bool | None = None
    retries: int | None = None
    terminal: str | None = None
    file_mode: bool | None = None
    evidence: Evidence = field(default=Evidence.DEPRECATED, converter=_level)
    density: str = "any"
    history: bool | None = True
    times: str = "datetime"
    least: int = 1
    most: int = 8


def options_of(given: Keywords) -> StrategyOptions:
    """The options of a call. Raises UsageError for one that does not exist."""
    for name in given:
        one_of("option", name, [attribute.name for attribute in fields(StrategyOptions)])
    options = StrategyOptions(**given)
    one_of("density", options.density, DENSITIES)
    one_of("times", options.times, TIMES)
    if options.retries is not None and not 0 <= options.retries <= 30:
        raise UsageError(f"Expected retries to be 0 to 30 but got {options.retries!r}.")
    if not 1 <= options.least <= options.most:
        raise UsageError(
            f"Expected 1 <= least <= most but got least={options.least!r}, most={options.most!r}."
        )
    return options
