"""A slice of JSON that holds one response in the service's own form."""

from __future__ import annotations

from attrs import frozen

from trainstate.history.model import Origin, Response, Unreadable, called
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.typed import Typed
from trainstate.history.wire import read_response
from trainstate.spec.model import Spec


@frozen(eq=False)
class Line:
    """A line, and what the typed decode finds in it."""

    text: bytes
    typed: Typed
    origin: Origin
    spec: Spec

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
        return read_response(value, self.spec, origin=self.origin)


Record = Line | Response | Unreadable
"""What a reader finds: a slice with its typed decode, a response, or what cannot be read."""


def whole(record: Record) -> Response | Unreadable:
    """A record with every member as it was recorded."""
    return record.response() if isinstance(record, Line) else record


__all__ = ["Line", "Record", "whole"]
