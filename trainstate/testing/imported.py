"""What a text names, ``module:function``, and libraries that only some need."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from trainstate.errors import UsageError


def imported(text: str, *, what: str = "") -> Any:
    """What ``module:function`` names; raises UsageError where there is no such thing.

    ``what`` begins what is said of it then.
    """
    module, _, path = text.partition(":")
    if not module or not path:
        raise UsageError(f"Expected module:function but got {text!r}.")
    # As `python -m` does: what lies in the current folder can be imported.
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found: Any = import_module(module)
    except ImportError as error:
        raise UsageError(f"{what}{text!r} cannot be imported: {error}.") from error
    for step in path.split("."):
        if not hasattr(found, step):
            raise UsageError(f"{what}{text!r} is not there: {module} has no {path}.")
        found = getattr(found, step)
    return found


class MissingLibraryError(UsageError, ImportError):
    """A library that was asked for is not installed."""


def needed(module: str, *, package: str, use: str) -> Any:
    """The module; raises MissingLibraryError, which names the package to install."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingLibraryError(
            f"{use} needs {package}, but {_installed(package)}: {error}."
            f" Install it: pip install '{package}'"
        ) from error


def _installed(package: str) -> str:
    name = re.split(r"[\[=<>]", package)[0]
    try:
        return f"{name} {version(name)} is installed"
    except PackageNotFoundError:
        return f"{name} is not installed"


def named(text: str) -> Any:
    """What ``module:function`` names; of a class (an adapter) the object with its defaults.

    Raises UsageError where there is no such thing.
    """
    found = imported(text)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise UsageError(f"Expected {text!r} to be a function but it is {found!r}.")
    return found
