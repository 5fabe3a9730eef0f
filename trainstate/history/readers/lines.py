"""A slice of JSON that holds one response in the service's own form."""

from __future__ import annotations

from attrs import define

from trainstate.history.model import Origin, Response, Unreadable, called
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.readers.tally import Tally
from trainstate.history.typed import Typed
from trainstate.history.wire import read_response


@define(eq=False)
class Line:
    """A line, and what the typed decode finds in it; never changed.

    Not frozen: making a frozen one takes a tenth of the time in which its line is decoded.
    """

    text: bytes
    typed: Typed
    source: Tally
    number: int
    pointer: str = ""
    ordinal: int | None = None

    @property
    def origin(self) -> Origin:
        """Where it was read."""
        source = self.source
        return Origin(
            file=source.file,
            line=self.number,
            reader=source.reader,
            pointer=self.pointer,
            ordinal=self.ordinal,
        )

    @property
    def called(self) -> str:
        """The name that all records of the job share, as a response's."""
        return called(self.typed.arn, self.typed.name) or ""

    def response(self) -> Response | Unreadable:
        """The response with every member as it was recorded.

        Unreadable where a member that the typed decode passes over is no JSON.
        """
        try:
            value = decode(self.text)
        except NotJson as error:
            return Unreadable(reason=str(error), origin=self.origin)
        return read_response(value, self.source.spec, origin=self.origin)


Record = Line | Response | Unreadable
"""What a reader finds: a slice with its typed decode, a response, or what cannot be read."""


def whole(record: Record) -> Response | Unreadable:
    """A record with every member as it was recorded."""
    return record.response() if isinstance(record, Line) else record


__all__ = ["Line", "Record", "whole"]
