"""The version of the package, as its metadata says."""

from __future__ import annotations

from importlib import metadata


def _installed() -> str:
    try:
        return metadata.version("trainstate")
    except metadata.PackageNotFoundError:
        return "0+unknown"


VERSION = _installed()
