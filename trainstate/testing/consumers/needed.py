"""Consumers that a text names, and libraries that only some need: imported when asked for."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from trainstate.errors import UsageError
from trainstate.testing.imported import imported


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
