"""The package's errors: each names the thing, the value, the place and the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from os import W_OK, PathLike, access, fspath
from pathlib import Path
from typing import TypeVar

Choice = TypeVar("Choice", bound=str)


class TrainstateError(Exception):
    """The base class of all errors of this package.

    Catch it to catch them all.
    """


class SpecError(TrainstateError, ValueError):
    """A specification is malformed."""


class InputError(TrainstateError, ValueError):
    """An input cannot be opened, or its format is unknown."""


class UsageError(TrainstateError, ValueError):
    """An argument has a value that is not accepted."""


class UnknownNameError(TrainstateError, LookupError):
    """A requested name is not in the specification or the rule index."""


class IllegalMoveError(TrainstateError, ValueError):
    """The machine was asked for a transition that its specification lacks."""


def one_of(name: str, value: object, choices: Iterable[Choice]) -> Choice:
    """The choice equal to an argument's value; raises UsageError, which lists the choices."""
    known = list(choices)
    for choice in known:
        if choice == value:
            return choice
    raise UsageError(f"Expected {name} to be one of {', '.join(known)} but got {value!r}.")


def installed_by(extra: str) -> str:
    """The command that installs an extra; it also works while the package is not on an index."""
    return f"in a checkout of trainstate run: pip install '.[{extra}]'"


@contextmanager
def needing(what: str, remedy: str) -> Iterator[None]:
    """A context of imports; raises UsageError, which names the missing package."""
    try:
        yield
    except ImportError as error:
        raise UsageError(f"{what} needs {error.name}{remedy}") from error


def unwritable(what: str, path: str | PathLike[str], error: OSError) -> InputError:
    """The error for a file that cannot be written, with its reason and the remedy.

    ``what`` names the content, as in "The report".
    """
    reason = error.strerror or str(error)
    return InputError(f"{what} cannot be written to {fspath(path)!r}: {reason}{_way_out(path)}.")


def _way_out(path: str | PathLike[str]) -> str:
    folder = Path(path).parent
    if not folder.is_dir():
        return f"; make the folder {str(folder)!r} first"
    if not access(folder, W_OK):
        return f"; name a file in a writable folder: {str(folder)!r} is not"
    return ""
