"""Imports of ``module:function`` names, and of optional libraries."""

import re
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from trainstate.errors import UsageError


def imported(text: str, *, what: str = "") -> Any:
    """The object that ``module:function`` names; raises UsageError if there is none.

    ``what`` begins the error's text.
    """
    module, _, path = text.partition(":")
    if not module or not path:
        raise UsageError(f"Expected module:function but got {text!r}.")
    # Modules in the current folder can be imported, as with `python -m`.
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found: Any = import_module(module)
    except ImportError as error:
        raise UsageError(f"{what}{text!r} cannot be imported: {error}.") from error
    for step in path.split("."):
        if not hasattr(found, step):
            raise UsageError(f"{what}{text!r} does not exist: {module} has no {path}.")
        found = getattr(found, step)
    return found


class MissingLibraryError(UsageError, ImportError):
    """A required library is not installed."""


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
    """The object that ``module:function`` names; a class (an adapter) is instantiated.

    Raises UsageError if there is none.
    """
    found = imported(text)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise UsageError(f"Expected {text!r} to be a function but it is {found!r}.")
    return found
