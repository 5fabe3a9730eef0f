"""Where a line of an input can be read again, so that nobody needs to keep it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Protocol

from attrs import define, field, frozen

from trainstate.errors import InputError

_IN_MEMORY = 1 << 24


class Shelf(Protocol):
    """What gives back a line that was read from an input."""

    @property
    def file(self) -> str | None:
        """The name of the input, as findings show it."""

    def put(self, line: bytes, offset: int, /) -> int:
        """The place at which the line, read at an offset, can be taken again."""

    def take(self, place: int) -> bytes:
        """The line at a place."""


@frozen
class FileShelf:
    """A plain file: its lines stay where they are.

    ``skipped`` is how many bytes stand before the first line (a mark of the encoding).
    """

    file: str | None
    path: str
    skipped: int = 0

    def put(self, _line: bytes, offset: int, /) -> int:
        """The offset itself."""
        return offset

    def take(self, place: int) -> bytes:
        """The line at an offset; raises InputError where the file is gone."""
        try:
            with Path(self.path).open("rb") as stream:
                stream.seek(self.skipped + place)
                return stream.readline().removesuffix(b"\n")
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(
                f"{self.file}: cannot be read a second time: {reason};"
                " leave the file in its place until the check has ended."
            ) from None


@define
class SpoolShelf:
    """A stream that is gone once it was read: the lines that matter go to a temporary file."""

    file: str | None
    _spool: IO[bytes] = field(init=False)

    @_spool.default
    def _opened(self) -> IO[bytes]:
        return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)

    def __del__(self) -> None:
        self._spool.close()

    def put(self, line: bytes, _offset: int, /) -> int:
        """Writes the line to the temporary file."""
        place = self._spool.seek(0, 2)
        self._spool.write(line + b"\n")
        return place

    def take(self, place: int) -> bytes:
        """The line at a place of the temporary file."""
        self._spool.seek(place)
        return self._spool.readline().removesuffix(b"\n")


__all__ = ["FileShelf", "Shelf", "SpoolShelf"]
