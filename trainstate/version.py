"""The version of the package, as its metadata says."""

from __future__ import annotations

from functools import cache

HOME = "https://github.com/trainstate/trainstate"
"""Where the project lives; the metadata says the same."""


@cache
def installed_version() -> str:
    """The version of the installed package; ``0+unknown`` where it is not installed.

    Metadata is read when somebody asks: what reads it takes a tenth of the time in which
    a small recording is checked.
    """
    from importlib import metadata  # noqa: PLC0415 - see above

    try:
        return metadata.version("trainstate")
    except metadata.PackageNotFoundError:
        return "0+unknown"
