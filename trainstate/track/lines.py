"""Responses of boto3 as lines of JSON, and where a tracker keeps them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec
from attrs import define

from trainstate.errors import TrainstateError
from trainstate.track.repeat import MARK

_ENCODER = msgspec.json.Encoder()
_NULL = re.compile(rb'(?<!\\)":null')


def written(response: dict[str, Any]) -> bytes:
    """A response as a line of JSON, without what boto3 adds.

    Raises TypeError for a value that is neither of JSON nor a datetime: read from the
    line it would be another.
    """
    members = response.copy()
    del members[MARK]
    if msgspec.to_builtins(members, builtin_types=(datetime,), str_keys=True) != members:
        raise TypeError("a value has no form of its own in JSON")
    line = _ENCODER.encode(members)
    # NaN is written as null; inside a text the quotation mark has a backslash before it.
    if b'":null' in line and _NULL.search(line):
        raise TypeError("a number is none, or a member is null")
    return line


class Forgotten(TrainstateError):
    """A line was asked for that is not kept."""


@define
class Lines:
    """The shelf of a tracker: only the last line can be taken again."""

    file: str | None = None
    last: bytes = b""
    number: int = 0

    def put(self, line: bytes, _offset: int, /) -> int:
        """Keeps the line in the place of the last one."""
        self.last, self.number = line, self.number + 1
        return self.number

    def take(self, place: int) -> bytes:
        """The last line."""
        if place != self.number:
            raise Forgotten("The line is not kept any more.")
        return self.last


@define
class Waiting:
    """A line that the ledger does not know, and the one with which it came again at last.

    The two differ in LastModifiedTime alone. ``skipped`` counts the responses between
    them, ``again`` those after the last one, which are equal to it.
    """

    line: bytes
    last: bytes
    skipped: int = 0
    again: int = 0

    def take(self, line: bytes) -> None:
        """The line came again."""
        if line == self.last:
            self.again += 1
            return
        self.skipped += self.again + (self.last is not self.line)
        self.last, self.again = line, 0


__all__ = ["Forgotten", "Lines", "Waiting", "written"]
