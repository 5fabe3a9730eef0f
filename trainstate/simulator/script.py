"""Scenarios as text, for command lines and other languages: parsed, never evaluated."""

import ast
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from trainstate.errors import UsageError
from trainstate.simulator.inprocess import chooser
from trainstate.simulator.scenario import Scenario, on_demand, spot, through
from trainstate.simulator.service import Chooser, Params

_BEGINNINGS: Mapping[str, Callable[..., Scenario]] = {
    "on_demand": on_demand,
    "spot": spot,
    "through": through,
}
_METHODS = frozenset(
    name
    for name, value in vars(Scenario).items()
    if callable(value) and not name.startswith("_") and name != "request"
)


def parsed(text: str) -> Scenario:
    """The scenario in a text such as ``spot().interrupted(after="10m").then_completed()``.

    Raises UsageError for anything but calls of scenarios with literal arguments.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        return _scenario(tree)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise UsageError(
            f"Expected a scenario such as spot().interrupted(after='10m').then_completed()"
            f" but got {text!r}: {error}"
        ) from error


def _scenario(node: ast.expr) -> Scenario:
    if not isinstance(node, ast.Call):
        raise UsageError("it is not a call")
    given: list[Any] = [ast.literal_eval(argument) for argument in node.args]
    named = {word.arg or "": ast.literal_eval(word.value) for word in node.keywords}
    target = node.func
    if isinstance(target, ast.Name) and target.id in _BEGINNINGS:
        return _BEGINNINGS[target.id](*given, **named)
    if isinstance(target, ast.Attribute) and target.attr in _METHODS:
        grown: Scenario = getattr(_scenario(target.value), target.attr)(*given, **named)
        return grown
    name = target.attr if isinstance(target, ast.Attribute) else ast.unparse(target)
    raise UsageError(f"no scenario has {name!r}; there are {', '.join(sorted(_METHODS))}")


class Book:
    """A server's scenarios by pattern of job names; the last one added comes first."""

    def __init__(self, otherwise: Chooser) -> None:
        self._otherwise = otherwise
        self._pages: tuple[tuple[str, Chooser], ...] = ()

    def add(self, pattern: str, text: str) -> None:
        """Assigns a scenario to jobs whose names match a pattern; raises UsageError."""
        self._pages = ((pattern, chooser(parsed(text))), *self._pages)

    def __call__(self, request: Params) -> Scenario:
        """The scenario of a job by its request."""
        name = request["TrainingJobName"]
        found = (choose for pattern, choose in self._pages if fnmatchcase(name, pattern))
        return next(found, self._otherwise)(request)
