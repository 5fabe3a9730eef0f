"""Instants: points in time as whole microseconds since 1970-01-01T00:00:00Z.

The service has millisecond resolution; recordings write its times as datetimes, as
ISO 8601 with any offset, as epoch seconds and as epoch milliseconds. An integer
compares and subtracts the same whatever the recording's form was.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NewType

Instant = NewType("Instant", int)

SECOND = 1_000_000
"""Microseconds in a second."""

# 1e11 seconds are in the year 5138 and 1e11 milliseconds in 1973: between the two lie
# all times of the service, so that the size tells seconds from milliseconds.
_MILLISECONDS_FROM = 1e11
_LATEST = 253_402_300_799  # 9999-12-31T23:59:59Z, the last second that a datetime holds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NUMBER = re.compile(r"[0-9]{1,16}(\.[0-9]{1,9})?", re.ASCII)
# `2018-01-10 12:00:00 UTC` and `2018-01-10 12:00:00 -0700` as Ruby prints times.
_SPACED_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$)")


class NotAnInstant(ValueError):
    """A value is no point in time."""


def parse(value: object) -> tuple[Instant, bool]:
    """The instant that a recorded value stands for, and whether it was naive.

    ``value`` is a datetime, an ISO 8601 text, or epoch seconds or milliseconds as a
    number or text. A time without an offset is read as UTC and reported as naive.
    Raises NotAnInstant for anything else: NaN, a boolean, a year beyond 9999.
    """
    if isinstance(value, datetime):
        return _from_datetime(value)
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value), False
    raise NotAnInstant(f"a time cannot be a {type(value).__name__}")


def _from_datetime(value: datetime) -> tuple[Instant, bool]:
    naive = value.tzinfo is None
    aware = value.replace(tzinfo=UTC) if naive else value
    return Instant((aware - _EPOCH) // _MICROSECOND), naive


@lru_cache(maxsize=16384)
def _from_text(value: str) -> tuple[Instant, bool]:
    text = value.strip()
    if _NUMBER.fullmatch(text):
        return _from_number(float(text) if "." in text else int(text)), False
    text = text.removesuffix(" UTC") + "+00:00" if text.endswith(" UTC") else text
    try:
        return _from_datetime(datetime.fromisoformat(_SPACED_ZONE.sub("", text)))
    except (ValueError, OverflowError):
        raise NotAnInstant("not an ISO 8601 time, and no epoch number") from None


def _from_number(value: float) -> Instant:
    if isinstance(value, float) and not math.isfinite(value):
        raise NotAnInstant(f"{value} is no time")
    if not 0 <= value <= _LATEST * 1000:
        raise NotAnInstant("outside the years 1970 to 9999")
    unit = 1000 if value >= _MILLISECONDS_FROM else SECOND
    return Instant(round(value * unit))


def iso(instant: int) -> str:
    """An instant as ISO 8601 in UTC, with milliseconds where it has any."""
    moment = _EPOCH + timedelta(microseconds=instant)
    unit = "milliseconds" if instant % SECOND else "seconds"
    return moment.isoformat(timespec=unit).replace("+00:00", "Z")


def same_instant(one: int, other: int) -> bool:
    """Holds if two readings can be of one instant.

    They are equal, or one of them is cut or rounded to the whole second, as listings
    and consoles print times.
    """
    if one == other:
        return True
    cut = one % SECOND == 0 or other % SECOND == 0
    return cut and abs(one - other) < SECOND
