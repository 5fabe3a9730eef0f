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

    Raises TypeError, ValueError or RecursionError for one that has no such line.
    """
    members = response.copy()
    del members[MARK]
    return _ENCODER.encode(members)


def is_faithful(line: bytes, response: dict[str, Any]) -> bool:
    """Holds if the line that was written of a response has the same values.

    It has not for a value that is neither of JSON nor a datetime, nor for NaN, which is
    written as null.
    """
    # Inside a text the quotation mark has a backslash before it.
    if b'":null' in line and _NULL.search(line):
        return False
    plain = msgspec.to_builtins(response, builtin_types=(datetime,), str_keys=True)
    return bool(plain == response)


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


__all__ = ["Forgotten", "Lines", "Waiting", "is_faithful", "written"]
