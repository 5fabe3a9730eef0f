"""A line that was not taken, while the response that is read from it is judged."""

from __future__ import annotations

from typing import Any

import msgspec

from trainstate.check.advance import Advance
from trainstate.check.memory import Place
from trainstate.check.polled import Polled
from trainstate.history.readers.shelf import Shelf


class Line(msgspec.Struct, gc=False, eq=False):
    """A line that was not taken, cut around the value of its LastModifiedTime.

    ``mark`` stands for the two parts, None where nobody asked.
    """

    text: bytes
    start: int
    end: int
    mark: int | None
    shelf: Shelf
    offset: int

    @property
    def token(self) -> bytes:
        """LastModifiedTime as it is written."""
        return self.text[self.start : self.end]

    def with_time(self, token: bytes) -> bytes:
        """The line with another LastModifiedTime."""
        return self.text[: self.start] + token + self.text[self.end :]


class Unlearnt(msgspec.Struct, gc=False, eq=False):
    """A regular line whose step is not in the memory; ``job`` is None for a job's first line."""

    arn: str
    job: Polled | None
    place: Place
    modified: Any
    advance: Advance


__all__ = ["Line", "Unlearnt"]
