"""Binary formats, which other parts of the package or other packages read.

A reader of one is an entry point of the group ``trainstate.readers``, called by the name
of its format, so that this folder imports no library that such a format needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from trainstate.errors import installed_by
from trainstate.history.readers.bytestream import BLOCK, Opened
from trainstate.history.readers.lines import Record
from trainstate.history.readers.tally import Tally

GROUP = "trainstate.readers"
"""The group of the entry points that read binary formats."""

PARQUET, ARROW, TABLE = "parquet", "arrow", "table"
MAGICS = {b"PAR1": PARQUET, b"ARROW1": ARROW}
"""The formats that an input is recognised as by its first bytes."""


EXTRA = "polars"
"""The extra that brings what these formats, and the tables of programs, need."""


class CannotRead(Exception):
    """An input in a binary format cannot be read at all; the text says why."""


class Plugged(Protocol):
    """What an entry point is: a function from an input to its records.

    ``stream`` is open for reading at its beginning, and can be sought in; of the format *table*
    it is the table of a program. The records
    are counted in ``tally``. Raises CannotRead before the first record.
    """

    def __call__(self, stream: Any, tally: Tally, *, pointer: str = "") -> Iterator[Record]:
        """The records of the input."""


def binary_format(head: bytes) -> str | None:
    """The binary format of an input that begins with ``head``; None for none that is known."""
    return next((form for magic, form in MAGICS.items() if head.startswith(magic)), None)


def is_binary(reader: str) -> bool:
    """Holds if the reader of a format is an entry point."""
    return reader in MAGICS.values()


def plugged(reader: str) -> Plugged:
    """The reader of a binary format; raises CannotRead where what it needs is not installed."""
    # Slow to import, and needed for binary formats alone.
    from importlib.metadata import entry_points  # noqa: PLC0415

    found = tuple(entry_points(group=GROUP, name=reader))
    if not found:
        raise CannotRead(f"is {reader}, for which no reader is installed; {installed_by(EXTRA)}")
    try:
        loaded: Plugged = found[0].load()
    except ImportError as error:
        raise CannotRead(f"is {reader}, which needs {error.name}; {installed_by(EXTRA)}") from None
    return loaded


@contextmanager
def sought(source: Any, opening: Opened) -> Iterator[IO[bytes]]:
    """An input from its beginning, as a file in which one can go back and forth.

    What was packed, or comes through a pipe, is laid down in a temporary file first.
    """
    if not opening.packing and getattr(source, "seekable", lambda: False)():
        source.seek(0)
        yield source
        return
    with TemporaryFile() as laid:
        _copy(opening.stream, laid)
        laid.seek(0)
        yield laid


def _copy(source: Any, target: IO[bytes]) -> None:
    block = memoryview(bytearray(BLOCK))
    while size := source.readinto(block):
        target.write(block[:size])
