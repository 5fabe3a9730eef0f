"""Finds bracketed values in a text, whether or not they can be decoded."""

import re
from collections.abc import Iterator

# An unclosed string extends to the end, so that each character is read once.
_DOUBLE = rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)'
_SINGLE = _DOUBLE.replace(b'"', b"'")
_BRACKET = rb"[{}\[\]]"
JSON = re.compile(_DOUBLE + b"|" + _BRACKET, re.DOTALL)
STRING = _DOUBLE + b"|" + _SINGLE
PYTHON = re.compile(STRING + b"|" + _BRACKET, re.DOTALL)
PRINTED = re.compile(STRING + b"|" + _DOUBLE.replace(b'"', b"`") + b"|" + _BRACKET, re.DOTALL)
"""As PYTHON; Node prints a text with both quotes in backticks."""

_OPENING, _CLOSING = b"{[", b"}]"

_NEW_VALUE = re.compile(rb"\n(?=\{)")
_OPENING_KEY = re.compile(rb'\{\s*"[^"\\]*"\s*:')


def spans(
    data: bytes, start: int = 0, end: int | None = None, *, token: re.Pattern[bytes] = JSON
) -> Iterator[tuple[int, int, bool]]:
    """The start and end of each outermost value, and whether it is closed."""
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


def opening(data: bytes, begin: int) -> bytes:
    """The opening bracket and first key of an object; empty if it has none."""
    match = _OPENING_KEY.match(data, begin)
    return match[0] if match else b""


def resumption(data: bytes, begin: int, end: int, *, closed: bool, known: bytes) -> int | None:
    """Where the next object begins inside a damaged one; None if there is none.

    A truncated record swallows those after it. They begin like it, like the ``known`` one before
    it, or on a line of their own.
    """
    if data[begin] != _OPENING[0]:
        return None
    found = [
        at
        for form in (opening(data, begin), known)
        if form and (at := data.find(form, begin + 1, end)) > 0
    ]
    line = None if closed else _NEW_VALUE.search(data, begin, end)
    return min([*found, *([line.end()] if line else [])], default=None)
