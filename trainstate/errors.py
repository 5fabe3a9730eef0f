"""What the package raises: every error names the thing, the value, the place and the remedy."""

from __future__ import annotations


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
