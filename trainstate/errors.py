"""What the package raises: every error names the thing, the value, the place and the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from os import W_OK, PathLike, access, fspath
from pathlib import Path
from typing import TypeVar

Choice = TypeVar("Choice", bound=str)


class TrainstateError(Exception):
    """Something that was asked for cannot be done.

    Every error of this package is a child of this class, so that one ``except``
    clause is enough.
    """


class SpecError(TrainstateError, ValueError):
    """A specification is not well formed."""


class InputError(TrainstateError, ValueError):
    """An input cannot be opened, or is in no format that is known."""


class UsageError(TrainstateError, ValueError):
    """An argument has a value that is not accepted."""


class UnknownNameError(TrainstateError, LookupError):
    """A name that was asked for is not in the specification or the rule index."""


class IllegalMoveError(TrainstateError, ValueError):
    """The machine was asked for a transition that its specification does not have."""


def one_of(name: str, value: object, choices: Iterable[Choice]) -> Choice:
    """The choice that an argument's value is; raises UsageError, which lists them, for another."""
    known = list(choices)
    for choice in known:
        if choice == value:
            return choice
    raise UsageError(f"Expected {name} to be one of {', '.join(known)} but got {value!r}.")


def installed_by(extra: str) -> str:
    """What brings an extra; it works as printed, also while the package is on no index."""
    return f"in a checkout of trainstate run: pip install '.[{extra}]'"


@contextmanager
def needing(what: str, remedy: str) -> Iterator[None]:
    """A context of imports; raises UsageError, which names the one that is not installed."""
    try:
        yield
    except ImportError as error:
        raise UsageError(f"{what} needs {error.name}{remedy}") from error


def unwritable(what: str, path: str | PathLike[str], error: OSError) -> InputError:
    """The error that says why a file cannot be written, and what to do about it.

    ``what`` names its content, as in "The report".
    """
    reason = error.strerror or str(error)
    return InputError(f"{what} cannot be written to {fspath(path)!r}: {reason}{_way_out(path)}.")


def _way_out(path: str | PathLike[str]) -> str:
    folder = Path(path).parent
    if not folder.is_dir():
        return f"; make the folder {str(folder)!r} first"
    if not access(folder, W_OK):
        return f"; name a file in a folder that can be written to, as {str(folder)!r} cannot"
    return ""
