"""Where bracketed values begin and end in a text, whether or not they can be decoded."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A text without its closing quote reaches to the end: each character is looked at once.
_DOUBLE = rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)'
_SINGLE = _DOUBLE.replace(b'"', b"'")
_BRACKET = rb"[{}\[\]]"
JSON = re.compile(_DOUBLE + b"|" + _BRACKET, re.DOTALL)
PYTHON = re.compile(_DOUBLE + b"|" + _SINGLE + b"|" + _BRACKET, re.DOTALL)
_OPENING, _CLOSING = b"{[", b"}]"

# A value that never closes swallows the rest. It is given up where a line begins with
# another one; not for ever, because each time the rest is gone through again.
_RESUMPTIONS = 10
_NEW_VALUE = re.compile(rb"\n(?=\{)")


def spans(
    data: bytes, start: int = 0, end: int | None = None, *, token: re.Pattern[bytes] = JSON
) -> Iterator[tuple[int, int, bool]]:
    """Where each outermost value begins and ends, and whether it is closed."""
    depth, begin = 0, start
    last = len(data) if end is None else end
    for match in token.finditer(data, start, last):
        mark = data[match.start()]
        if mark in _OPENING:
            begin = begin if depth else match.start()
            depth += 1
        elif mark in _CLOSING and depth:
            depth -= 1
            if not depth:
                yield begin, match.end(), True
    if depth:
        yield begin, last, False


def separated(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each outermost JSON value begins and ends; an unclosed one ends before the next."""
    for _ in range(_RESUMPTIONS):
        resume = None
        for begin, stop, closed in spans(data, start, end):
            if not closed and data[begin] == _OPENING[0]:
                after = _NEW_VALUE.search(data, begin, end)
                resume = after and after.end()
            yield begin, resume or stop
        if resume is None:
            return
        start = resume
    yield start, end
