"""Libraries that only some consumers need: imported when they are asked for."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from trainstate.errors import UsageError


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
