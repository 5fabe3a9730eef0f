"""A slice of JSON that holds one response in the service's own form."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

import msgspec
from attrs import define

from trainstate.history.model import Origin, Response, Unreadable, called
from trainstate.history.readers.counts import Counts
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.typed import Typed, decode_of
from trainstate.history.wire import read_response


@define(eq=False)
class Line:
    """A slice and its typed decode; never changed.

    Not frozen: constructing a frozen class takes a tenth of the decoding time.
    """

    text: bytes
    typed: Typed
    source: Counts
    number: int | None
    pointer: str = ""
    ordinal: int | None = None
    recorded: Mapping[str, Any] | None = None

    def __reduce__(self) -> Any:
        """Pickles as the response, which is all that another process needs."""
        return whole, (self.response(),)

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
        """The casefolded name that all records of the job share."""
        return called(self.typed.arn, self.typed.name) or ""

    def response(self) -> Response | Unreadable:
        """The response with every member as it was recorded.

        Unreadable if a member that the typed decode skips is not JSON.
        """
        value = self.recorded
        if value is None:
            try:
                value = decode(self.text)
            except NotJson as error:
                return Unreadable(reason=str(error), origin=self.origin)
        return read_response(value, self.source.spec, origin=self.origin)


Record = Line | Response | Unreadable
"""What a reader yields: a slice with its typed decode, a response, or an unreadable record."""


_ENCODER = msgspec.json.Encoder(decimal_format="number")
_PLAIN = frozenset({str, int, float, bool, dict, list, datetime, type(None)})


def slice_of(recorded: Mapping[str, Any], source: Counts, pointer: str) -> Line | None:
    """A program's response as a slice of JSON; None if that would change its meaning.

    Encoding and decoding take a tenth of the time of reading the mapping. NaN becomes null in JSON,
    and values of many types become text.
    """
    decode = decode_of(source.spec)
    if decode is None or not _PLAIN.issuperset(map(type, recorded.values())):
        return None
    maps = [recorded.get(name) for name in decode.maps]
    if not all(set(map(type, held.values())) <= {str} for held in maps if type(held) is dict):
        return None
    try:
        text = _ENCODER.encode(recorded)
    except (TypeError, ValueError, RecursionError):
        return None
    lost = b"null" in text and _has_no_number(recorded)
    typed = None if lost else decode.line(text)
    return None if typed is None else Line(text, typed, source, None, pointer, None, recorded)


def _has_no_number(value: Any) -> bool:
    """Whether a value contains NaN or infinity, which JSON encodes as null."""
    if isinstance(value, dict):
        return any(map(_has_no_number, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_no_number, value))
    return isinstance(value, float) and not isfinite(value)


def whole(record: Record) -> Response | Unreadable:
    """A record with every member as it was recorded."""
    return record.response() if isinstance(record, Line) else record
