"""JSON documents in a text: one or several in sequence, intact or damaged."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
from attrs import evolve, frozen

from trainstate.history.model import Origin
from trainstate.history.readers.brackets import opening, resumption, spans
from trainstate.history.readers.counts import Counts
from trainstate.history.readers.envelope import Form, records
from trainstate.history.readers.json_value import TOO_DEEP, NotJson, decode
from trainstate.history.readers.lines import Line, Record
from trainstate.history.typed import Decode, Typed, decode_of

# An unclosed value swallows the rest, so it ends where another begins. Each attempt reads the rest
# again, so their number is bounded.
_RESUMPTIONS = 10
_INK = re.compile(rb"\S")
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_ITEM = re.compile(rb"[\s,]*")
# Blanks between documents, and around the items of a damaged array.
_BETWEEN, _AROUND_ITEMS = b" \t\r\n", b" \t\r\n,]"


@frozen(kw_only=True)
class Document:
    """A JSON value in a text, or its fault; ``pointer`` is set for items of an array.

    ``typed`` is the typed decode of ``text`` for a response in the service's own form.
    """

    start: int
    value: Any = None
    typed: Typed | None = None
    fault: str | None = None
    text: bytes = b""
    pointer: str = ""


def documents(data: bytes) -> Iterator[Document]:
    """The JSON documents of a text in order; damaged ones have a fault.

    The items of a damaged array are separate documents, so that one bad record costs only itself.
    """
    try:
        yield Document(start=_indent(data, 0), value=decode(data))
    except NotJson as error:
        if str(error) == TOO_DEEP:
            yield Document(start=0, fault=TOO_DEEP, text=data)
        else:
            yield from _apart(data)


def read_documents(
    data: bytes, counts: Counts, *, pointer: str = "", first: int = 1
) -> Iterator[Record]:
    """The records in a text of JSON documents, which begins on the line ``first``."""
    line, counted = first, 0
    for place, document in enumerate(_sliced(data, decode_of(counts.spec))):
        breaks = data.count(b"\n", counted, document.start)
        # Two nameless documents on one line need more than the line to tell them apart.
        shared = place > 0 and not breaks and not document.pointer
        line, counted = line + breaks, document.start
        inside, ordinal = pointer + document.pointer, counts.records + 1 if shared else None
        if document.typed is not None:
            counts.forms[Form.RESPONSE] += 1
            yield Line(document.text, document.typed, counts, line, inside, ordinal)
            continue
        origin = Origin(
            file=counts.file, line=line, reader=counts.reader, pointer=inside, ordinal=ordinal
        )
        if document.fault is not None:
            yield counts.unreadable(document.fault, origin, document.text)
        else:
            yield from records(document.value, origin, counts)


def _sliced(data: bytes, typed: Decode | None) -> Iterator[Document]:
    """The documents of a text; the items of an array if the first is a response."""
    done = 0
    for start, end, pointer in _cuts(data) if typed is not None else ():
        text = data[start:end]
        response = typed.line(text) if typed is not None else None
        if response is None and (not done or not pointer):
            break  # anything but a response in the service's own form
        yield _slice(start, text, pointer, response)
        done = len(data) if pointer else end
    for document in documents(data[done:]) if data[done:].strip() else ():
        yield evolve(document, start=document.start + done)


def _slice(start: int, text: bytes, pointer: str, response: Typed | None) -> Document:
    document = Document(start=start, text=text, pointer=pointer, typed=response)
    if response is not None:
        return document
    try:
        return evolve(document, value=decode(text))
    except NotJson as error:
        return evolve(document, fault=str(error))


def _cuts(data: bytes) -> Iterator[tuple[int, int, str]]:
    """The start, end and pointer of each item of an array, or of each pretty-printed document."""
    start = _indent(data, 0)
    if data.startswith(b"[", start):
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            place = start + 1
            for index, item in enumerate(_ITEMS.decode(data)):
                begin = _ITEM.match(data, place).end()  # type: ignore[union-attr]
                place = begin + len(memoryview(item))
                yield begin, place, f"/{index}"
        return
    while data.startswith(b"{", start):
        end = data.find(b"\n}", start) + 2
        end = len(data) if end < len(b"\n}") else end
        yield start, end, ""
        start = _indent(data, end)


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
    """The start, end and document of each outermost value; a damaged one ends at the next."""
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
    return document.fault not in (None, TOO_DEEP)


def _document(data: bytes, begin: int, end: int) -> Document:
    text = data[begin:end]
    try:
        return Document(start=begin, value=decode(text))
    except NotJson as error:
        return Document(start=begin, fault=str(error), text=text)


def _gap(data: bytes, begin: int, end: int, nothing: bytes) -> Iterator[Document]:
    """A faulty document if there is text between two values."""
    text = data[begin:end].strip(nothing)
    if text:
        yield Document(start=_indent(data, begin), fault="not JSON: text between values", text=text)


def _indent(data: bytes, start: int) -> int:
    match = _INK.search(data, start)
    return match.start() if match else start
