"""Lengths of time as people write them."""

from __future__ import annotations

import math
import re
from datetime import timedelta

from trainstate.errors import UsageError

Duration = str | float | timedelta

LONGEST = 100 * 365 * 86_400.0
"""The seconds of the longest length of time that can be asked for."""

_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)", re.ASCII)
_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+", re.ASCII)


def seconds(value: Duration) -> float:
    """The seconds of a duration: ``"1h30m"``, ``"90s"``, a number of seconds, a timedelta.

    Raises UsageError for another form, for a negative one, and for more than a hundred years
    that is not for ever.
    """
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, bool) or not value >= 0:
        raise UsageError(f"Expected a duration of 0 or more seconds but got {value!r}.")
    if LONGEST < value < math.inf:
        raise UsageError(f"Expected a duration of at most 100 years but got {value!r} seconds.")
    return float(value)


def _parsed(text: str) -> float:
    if not _WHOLE.fullmatch(text):
        raise UsageError(f"Expected a duration such as '90s' or '1h30m' but got {text!r}.")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
