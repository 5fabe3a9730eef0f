"""Readers of binary formats: plug-ins in this package or others.

Each is an entry point of the group ``trainstate.readers``, named after its format, so that this
folder imports none of their libraries.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from trainstate.errors import installed_by
from trainstate.history.readers.bytestream import BLOCK, Opened
from trainstate.history.readers.counts import Counts
from trainstate.history.readers.lines import Record

GROUP = "trainstate.readers"
"""The entry point group of readers of binary formats."""

PARQUET, ARROW, TABLE = "parquet", "arrow", "table"
ARROW_STREAM = b"\xff\xff\xff\xff"
"""The first bytes of an Arrow stream: the mark before each of its messages."""
MAGICS = {b"PAR1": PARQUET, b"ARROW1": ARROW, ARROW_STREAM: ARROW}
"""The binary formats by their first bytes."""


EXTRA = "polars"
"""The extra that installs the libraries for binary formats and tables."""


class CannotRead(Exception):
    """An input in a binary format cannot be read; the text says why."""


class Plugin(Protocol):
    """The type of the entry points: from an input to its records.

    ``stream`` is seekable and at its beginning; for the format *table* it is the table itself.
    Records are counted in ``counts``. Raises CannotRead before the first record.
    """

    def __call__(self, stream: Any, counts: Counts, *, pointer: str = "") -> Iterator[Record]:
        """The records of the input."""


def binary_format(head: bytes) -> str | None:
    """The binary format of an input that begins with ``head``; None if unknown."""
    return next((form for magic, form in MAGICS.items() if head.startswith(magic)), None)


def is_binary(reader: str) -> bool:
    """Whether a plug-in reads this format."""
    return reader in MAGICS.values()


def plugin(reader: str) -> Plugin:
    """The reader of a binary format; raises CannotRead if its library is not installed."""
    # Slow to import, and only binary formats need it.
    from importlib.metadata import entry_points  # noqa: PLC0415

    found = tuple(entry_points(group=GROUP, name=reader))
    if not found:
        raise CannotRead(f"is {reader}, for which no reader is installed; {installed_by(EXTRA)}")
    try:
        loaded: Plugin = found[0].load()
    except ImportError as error:
        raise CannotRead(f"is {reader}, which needs {error.name}; {installed_by(EXTRA)}") from None
    return loaded


@contextmanager
def seekable_input(source: Any, opening: Opened) -> Iterator[IO[bytes]]:
    """The input from its beginning as a seekable file.

    Compressed and piped input is copied to a temporary file first.
    """
    if not opening.packing and getattr(source, "seekable", lambda: False)():
        source.seek(0)
        yield source
        return
    with TemporaryFile() as file:
        _copy(opening.stream, file)
        file.seek(0)
        yield file


def _copy(source: Any, target: IO[bytes]) -> None:
    block = memoryview(bytearray(BLOCK))
    while size := source.readinto(block):
        target.write(block[:size])
