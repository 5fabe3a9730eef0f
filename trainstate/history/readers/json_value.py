"""The value of a JSON text, whatever its bytes are."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import msgspec

TOO_DEEP = "not JSON that can be read: nested too deeply"
"""What is wrong with a text of which a part alone cannot be read."""

_DECODER = msgspec.json.Decoder()
_OUT_OF_RANGE = "out of range"
_NO_TEXT = "UTF-8"
_NO_NUMBERS = (b"NaN", b"Infinity")
_MOST_DIGITS = 1000  # Python refuses to read more than 4,300


class NotJson(ValueError):
    """A text is not JSON."""


def decode(data: bytes) -> Any:
    """The value of a JSON text; raises NotJson, whatever the bytes are.

    A number that is too large is infinite, and NaN and Infinity are read as Python writes
    them: a metric of a job may be one, and a rule says so where a member may not.
    """
    try:
        return _DECODER.decode(data)
    except msgspec.DecodeError as error:
        reason = str(error).removeprefix("JSON is malformed: ")
    except UnicodeDecodeError:  # before msgspec 0.23
        reason = _NO_TEXT
    except RecursionError:
        raise NotJson(TOO_DEEP) from None
    if _NO_TEXT in reason:
        raise NotJson("not UTF-8")
    if _OUT_OF_RANGE in reason or any(word in data for word in _NO_NUMBERS):
        with suppress(ValueError, RecursionError):
            return json.loads(data.decode(), parse_int=_integer)
    raise NotJson(f"not JSON: {reason[:1].lower()}{reason[1:]}")


def _integer(digits: str) -> float:
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)
