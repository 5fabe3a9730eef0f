"""JSON documents in a text: one, or several one after another, whole or damaged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
from attrs import evolve, frozen

from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.brackets import opening, resumption, spans
from trainstate.history.readers.envelope import records
from trainstate.history.readers.tally import Tally

_DECODER = msgspec.json.Decoder()
_OUT_OF_RANGE = "out of range"
_NO_NUMBERS = (b"NaN", b"Infinity")
_MOST_DIGITS = 1000  # Python refuses to read more than 4,300
_TOO_DEEP = "not JSON that can be read: nested too deeply"
# A value that never closes swallows the rest. It is given up where another one begins; not
# for ever, because each time the rest is gone through again.
_RESUMPTIONS = 10
_INK = re.compile(rb"\S")
# Between documents, and around the items of a damaged array.
_BETWEEN, _AROUND_ITEMS = b" \t\r\n", b" \t\r\n,]"


class NotJson(ValueError):
    """A text is not JSON."""


@frozen(kw_only=True)
class Document:
    """A JSON value of a text, or what was wrong with it; ``pointer`` is set inside an array."""

    start: int
    value: Any = None
    fault: str | None = None
    text: bytes = b""
    pointer: str = ""


def decode(data: bytes) -> Any:
    """The value of a JSON text; raises NotJson, whatever the bytes are.

    A number that is too large is infinite, and NaN and Infinity are read as Python writes
    them: a metric of a job may be one, and a rule says so where a member may not.
    """
    try:
        return _DECODER.decode(data)
    except msgspec.DecodeError as error:
        reason = str(error).removeprefix("JSON is malformed: ")
    except UnicodeDecodeError:
        raise NotJson("not UTF-8") from None
    except RecursionError:
        raise NotJson(_TOO_DEEP) from None
    if _OUT_OF_RANGE in reason or any(word in data for word in _NO_NUMBERS):
        with suppress(ValueError, RecursionError):
            return json.loads(data.decode(), parse_int=_integer)
    raise NotJson(f"not JSON: {reason[:1].lower()}{reason[1:]}")


def _integer(digits: str) -> float:
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


def documents(data: bytes) -> Iterator[Document]:
    """The JSON documents of a text in their order; damaged ones have a fault.

    Of a damaged array each item is a document of its own, so that one bad record
    does not take the others with it.
    """
    try:
        yield Document(start=_indent(data, 0), value=decode(data))
    except NotJson as error:
        if str(error) == _TOO_DEEP:
            yield Document(start=0, fault=_TOO_DEEP, text=data)
        else:
            yield from _apart(data)


def read_documents(
    data: bytes, tally: Tally, *, pointer: str = "", first: int = 1
) -> Iterator[Response | Unreadable]:
    """The records in the JSON documents of a text that begins on the line ``first``."""
    line, counted = first, 0
    for place, document in enumerate(documents(data)):
        breaks = data.count(b"\n", counted, document.start)
        # The line alone does not tell apart two documents on it that name no job.
        shared = place > 0 and not breaks and not document.pointer
        line, counted = line + breaks, document.start
        origin = Origin(
            file=tally.file,
            line=line,
            reader=tally.reader,
            pointer=pointer + document.pointer,
            ordinal=tally.records + 1 if shared else None,
        )
        if document.fault is not None:
            yield tally.unreadable(document.fault, origin, document.text)
        else:
            yield from records(document.value, origin, tally)


def _apart(data: bytes) -> Iterator[Document]:
    place = 0
    for begin, end, document in _separated(data, 0, len(data)):
        yield from _gap(data, place, begin, _BETWEEN)
        place = end
        if _is_damaged(document) and data[begin : begin + 1] == b"[":
            yield from _items(data, begin + 1, end)
        else:
            yield document
    yield from _gap(data, place, len(data), _BETWEEN)


def _items(data: bytes, start: int, end: int) -> Iterator[Document]:
    place = start
    for index, (begin, stop, document) in enumerate(_separated(data, start, end)):
        yield from _gap(data, place, begin, _AROUND_ITEMS)
        yield evolve(document, pointer=f"/{index}")
        place = stop
    yield from _gap(data, place, end, _AROUND_ITEMS)


def _separated(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, Document]]:
    """The outermost values and where they begin and end; a damaged one ends before the next."""
    room, known = _RESUMPTIONS * (end - start), b""
    while True:
        resume = None
        for begin, stop, closed in spans(data, start, end):
            document = _document(data, begin, stop)
            if _is_damaged(document) and room >= stop - begin:
                resume = resumption(data, begin, stop, closed=closed, known=known)
            if resume is not None:
                room -= stop - begin
                yield begin, resume, _document(data, begin, resume)
                break
            known = known if _is_damaged(document) else opening(data, begin) or known
            yield begin, stop, document
        if resume is None:
            return
        start = resume


def _is_damaged(document: Document) -> bool:
    return document.fault not in (None, _TOO_DEEP)


def _document(data: bytes, begin: int, end: int) -> Document:
    text = data[begin:end]
    try:
        return Document(start=begin, value=decode(text))
    except NotJson as error:
        return Document(start=begin, fault=str(error), text=text)


def _gap(data: bytes, begin: int, end: int, nothing: bytes) -> Iterator[Document]:
    """What stands between two values must be nothing."""
    text = data[begin:end].strip(nothing)
    if text:
        yield Document(start=_indent(data, begin), fault="not JSON: text between values", text=text)


def _indent(data: bytes, start: int) -> int:
    match = _INK.search(data, start)
    return match.start() if match else start
