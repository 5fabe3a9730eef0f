"""Decodes JSON text of any bytes."""

import json
from contextlib import suppress
from typing import Any

import msgspec

TOO_DEEP = "not JSON that can be read: nested too deeply"
"""The fault of a text that is nested too deeply, in whole or in part."""

_DECODER = msgspec.json.Decoder()
_OUT_OF_RANGE, _NO_TEXT = "out of range", "UTF-8"
_NO_NUMBERS = (b"NaN", b"Infinity")
_MOST_DIGITS = 1000  # Python refuses more than 4,300


class NotJson(ValueError):
    """A text is not JSON."""


def decode(data: bytes) -> Any:
    """The value of a JSON text; raises NotJson for any other bytes.

    A number that is too large is infinite. NaN and Infinity are read as Python writes them: some
    metrics are, and a rule reports them elsewhere.
    """
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:  # the latter before msgspec 0.23
        reason = str(error).removeprefix("JSON is malformed: ")
    except RecursionError:
        raise NotJson(TOO_DEEP) from None
    if _NO_TEXT in reason.upper():
        raise NotJson("not UTF-8")
    if _OUT_OF_RANGE in reason or any(word in data for word in _NO_NUMBERS):
        with suppress(ValueError, RecursionError):
            return json.loads(data.decode(), parse_int=_integer)
    raise NotJson(f"not JSON: {reason[:1].lower()}{reason[1:]}")


def _integer(digits: str) -> float:
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)
