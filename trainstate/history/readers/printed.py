"""Values printed in text: output of cells and terminals, pasted text."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from attrs import evolve, frozen

from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers import notation
from trainstate.history.readers.brackets import PRINTED, spans
from trainstate.history.readers.counts import Counts, shows_status
from trainstate.history.readers.envelope import records
from trainstate.history.readers.json_value import NotJson, decode
from trainstate.history.readers.python_literal import NotData, NotLiteral, literal
from trainstate.history.readers.sdk_log import READER as LOG_READER
from trainstate.history.readers.sdk_log import read_log
from trainstate.history.readers.sdk_resource import BEGIN, resource, resource_end
from trainstate.spec.model import Spec

READER = "printed"

BREAK = re.compile(r"\r\n|\n|\r")
_IN_LINE = re.compile(rb"[^\r\n]+")
_AT_LINE_START = re.compile(rb"^[ \t]*(?=[{\[])(?!\[[A-Z]\w*Job\()|" + BEGIN, re.MULTILINE)
# After a prompt, a logger's prefix or a variable's name, but not `[INFO]`.
_ANYWHERE = re.compile(rb"(?=[{\[]\s*[\"'{\[])|" + notation.BEGIN + b"|" + BEGIN)
# JSON and Python print the names of members in quotes.
_QUOTED = re.compile(rb"[\[{(\s]*[\"']")
# An unclosed bracket is searched to the end of the text, so their number is bounded.
_UNCLOSED = 20
_SHOWN = 1000
"""How many bytes of an unreadable value its excerpt is made from."""


@frozen
class Printed:
    """A value in a text, or why it cannot be read, and where it begins and ends.

    ``partial`` holds for a notation that leaves parts out.
    """

    begin: int
    end: int
    value: Any = None
    fault: str | None = None
    partial: bool = False


def printed_values(text: str, spec: Spec) -> tuple[list[Any], str]:
    """The values that begin lines, as JSON or Python literals, and the text around them.

    A value shows a job's status: a printed request has a job's name too, but no status or history.
    """
    data = text.encode("utf-8", "replace")
    found = list(_printed(data, spec, _AT_LINE_START))
    return [one.value for one in found if one.fault is None], _around(data, found)


def read_printed(
    data: bytes, counts: Counts, *, pointer: str = ""
) -> Iterator[Response | Unreadable]:
    """The records in a text: first log lines, then values that show a job's status."""
    origin = Origin(file=counts.file, reader=counts.reader, pointer=pointer)
    found = list(_printed(data, counts.spec, _ANYWHERE))
    lines = enumerate(BREAK.split(_around(data, found)), 1)
    for response in read_log(lines, counts.spec, origin=evolve(origin, reader=LOG_READER)):
        counts.forms[LOG_READER] += 1
        yield response
    line, counted = 1, 0
    for printed in found:
        line += data.count(b"\n", counted, printed.begin)
        counted = printed.begin
        place = evolve(origin, line=line)
        if printed.fault is None:
            named = evolve(place, reader=notation.READER) if printed.partial else place
            yield from records(printed.value, named, counts)
        else:
            # Only the beginning: copying the rest at each fault would take quadratic time.
            shown = data[printed.begin : printed.begin + _SHOWN]
            yield counts.unreadable(printed.fault, place, shown)


def _around(data: bytes, found: Iterable[Printed]) -> str:
    """The text without its values, line by line: a message in a value is no line of a log."""
    parts, place = [], 0
    for one in found:
        if one.fault is None:
            parts += [data[place : one.begin], _IN_LINE.sub(b"", data[one.begin : one.end])]
            place = one.end
    return b"".join([*parts, data[place:]]).decode("utf-8", "replace")


def _printed(data: bytes, spec: Spec, opening: re.Pattern[bytes]) -> Iterator[Printed]:
    place, unclosed = 0, 0
    while unclosed < _UNCLOSED and (match := opening.search(data, place)):
        if match["resource"] is None:
            begin, end, closed = next(spans(data, match.end(), token=PRINTED))
        else:
            begin, (end, closed) = match.end(), resource_end(data, match.end())
        place = end if closed else match.end() + 1
        unclosed += not closed
        shown = closed and shows_status(data[begin:end], spec)
        if not shown:
            continue
        plain = match["resource"] is None
        printed = _decoded(data, begin, end, spec) if plain else _resource(data, begin, end)
        if printed:
            yield printed


def _resource(data: bytes, begin: int, end: int) -> Printed | None:
    """The members of a resource; None for code."""
    with suppress(NotLiteral):
        return Printed(begin, end, resource(data[begin:end]))
    return None


def _decoded(data: bytes, begin: int, end: int, spec: Spec) -> Printed | None:
    """The value of a part of a text, or its fault; None for code, which is no output."""
    part = data[begin:end]
    try:
        return Printed(begin, end, decode(part))
    except NotJson as error:
        fault = str(error)
    try:
        return Printed(begin, end, literal(part))
    except NotLiteral as error:
        with suppress(NotLiteral):
            histories = {one.history for one in spec.family.values()}
            return Printed(begin, end, notation.notation(part, histories), partial=True)
        if isinstance(error, NotData) or not _QUOTED.match(part):
            return None
        # A key in double quotes means that JSON was intended.
        return Printed(begin, end, fault=fault if b'":' in part else str(error))
