"""Instants: points in time as whole microseconds since 1970-01-01T00:00:00Z.

The service has millisecond resolution. Recordings write its times as datetimes, as ISO 8601 with
any offset, as programs print times, and as epoch seconds, milliseconds, microseconds or
nanoseconds. As integers all of them compare and subtract alike.
"""

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import NewType

Instant = NewType("Instant", int)

SECOND = 1_000_000
"""Microseconds in a second."""

MILLISECOND = 1_000
"""Microseconds in a millisecond, the resolution of the service."""

# 1e11 seconds are in the year 5138 and 1e11 milliseconds in 1973. All times of the service lie
# between, so the size tells seconds from milliseconds; likewise microseconds and nanoseconds, which
# tables hold.
_MILLISECONDS_FROM, _MICROSECONDS_FROM, _NANOSECONDS_FROM = 10**11, 10**14, 10**17
_NANOSECONDS_TO = 10**20
_LATEST = 253_402_300_799  # 9999-12-31T23:59:59Z, the last second that a datetime holds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(2100, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# The years 1 to 9999 in UTC: an offset can move a valid local time out of them.
_WRITABLE = range(
    (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND,
    (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND + 1,
)
_NUMBER = re.compile(r"[0-9]{1,19}(\.[0-9]{1,12})?([eE]\+?[0-9]{1,2})?", re.ASCII)
# A time in the JSON of .NET, and the keys in which MongoDB and PowerShell wrap one.
_DOTNET = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/", re.ASCII)
_WRAPPED, _LONG = ("$date", "value"), "$numberLong"
# The keys of a datetime in placebo's recordings of boto3.
_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


HORIZON = Instant((_END - _EPOCH) // _MICROSECOND)
"""The end of the century: no recorded job lives later.

A later time is a mistaken unit, or a placeholder in stores that cannot omit a time. It is fixed, so
that a report does not depend on the day of the check.
"""


UNSET = Instant(_WRITABLE.start)
"""The first instant of the year 1: what .NET and Go write for a time that is absent."""


def is_beyond(time: datetime | float) -> bool:
    """Whether an aware time, or epoch seconds, are at or after the horizon."""
    return time >= _END if isinstance(time, datetime) else time >= HORIZON / SECOND


class NotAnInstant(ValueError):
    """A value is no point in time."""


def parse(value: object) -> tuple[Instant, bool]:
    """The instant of a recorded value, and whether the value was naive.

    ``value`` is a datetime, ISO 8601 text, epoch seconds, milliseconds, microseconds or nanoseconds
    as a number or text, or any of these as a program prints or wraps it. A time without an offset
    is read as UTC and reported as naive. Raises NotAnInstant for anything else: NaN, a boolean, a
    time outside the years 1 to 9999 in UTC.
    """
    if isinstance(value, datetime):
        return _from_datetime(value)
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value), False
    if isinstance(value, Mapping):
        return parse(_of_parts(value) if "__class__" in value else _unwrapped(value))
    raise NotAnInstant(f"a time cannot be a {type(value).__name__}")


def _from_datetime(value: datetime) -> tuple[Instant, bool]:
    naive = value.tzinfo is None
    aware = value.replace(tzinfo=UTC) if naive else value
    instant = (aware - _EPOCH) // _MICROSECOND
    # Of pandas' NaT this is a NaN, which a range would be searched for, number by number.
    if not isinstance(instant, int) or instant not in _WRITABLE:
        raise NotAnInstant("outside the years 1 to 9999 in UTC")
    return Instant(instant), naive


@lru_cache(maxsize=16384)
def _from_text(value: str) -> tuple[Instant, bool]:
    if value[10:11] == "T":
        # The service's own form first: there are many others.
        with suppress(ValueError, OverflowError):
            return _from_iso(value)
    text = value.strip()
    if _NUMBER.fullmatch(text):
        return _from_number(int(text) if text.isdecimal() else float(text)), False
    if found := _DOTNET.fullmatch(text):
        return _from_milliseconds(int(found[1])), False
    try:
        return _from_iso(_iso_spelling(text))
    except (ValueError, OverflowError) as error:
        if isinstance(error, NotAnInstant):
            raise
        raise NotAnInstant("not an ISO 8601 time, and no epoch number") from None


def _from_iso(text: str) -> tuple[Instant, bool]:
    """The instant of ISO 8601 text, rounded to microseconds as the typed decode rounds.

    Programs in Rust and .NET print `.763999938` for `.764`, which they got as a float.
    """
    instant, naive = _from_datetime(datetime.fromisoformat(text))
    rounded = text[19:20] == "." and text[26:27].isdigit() and text[26:27] >= "5"
    return Instant(instant + rounded), naive


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_DAY, _YEAR = r"(?P<day>\d{1,2})", r"(?P<year>\d{4})"
_CLOCK = r"(?P<clock>\d\d:\d\d:\d\d)"
_ZONE = r"(?P<zone>GMT|UTC|[+-]\d{4})"
_NAMED_DAYS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        # HTTP and mail: `Tue, 05 May 2026 10:00:00 GMT`.
        rf"(?:[A-Z][a-z]{{2}}, )?{_DAY} {_MONTH} {_YEAR} {_CLOCK} {_ZONE}",
        # JavaScript: `Tue May 05 2026 10:00:00 GMT+0200 (Central European Summer Time)`.
        rf"[A-Z][a-z]{{2}} {_MONTH} {_DAY} {_YEAR} {_CLOCK} GMT(?P<zone>[+-]\d{{4}})(?: \(.*\))?",
        # Java and date(1): `Tue May 05 10:00:00 UTC 2026`.
        rf"[A-Z][a-z]{{2}} {_MONTH} {{1,2}}{_DAY} {_CLOCK} (?P<zone>GMT|UTC) {_YEAR}",
    )
)
# Go: `2026-05-05 10:00:00.123 +0200 CEST m=+0.01`; the offset suffices.
_GO = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?) (?P<zone>[+-]\d{4})"
    r" [A-Z+-][A-Z0-9]{0,5}(?: m=[+-][\d.]+)?",
    re.ASCII,
)
# `2026-05-05 10:00:00 -0700` as Ruby prints times.
_SPACED_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$)")
# Java: `2026-05-05T10:00:00+02:00[Europe/Paris]`.
_BRACKETED_ZONE = re.compile(r"(?<=[Z\d])\[[\w/+-]{1,40}\]$", re.ASCII)


def _iso_spelling(text: str) -> str:
    """The time in ISO 8601 if the text is a known form; else the text itself."""
    if text[:1].isalpha() or " " in text[:4]:
        return _of_named_day(text)
    if found := _GO.fullmatch(text):
        return found["time"] + found["zone"]
    if text.endswith(" UTC"):
        return text.removesuffix(" UTC") + "+00:00"
    return _BRACKETED_ZONE.sub("", _SPACED_ZONE.sub("", text))


def _of_named_day(text: str) -> str:
    for form in _NAMED_DAYS:
        if found := form.fullmatch(text):
            month = _MONTHS.index(found["month"]) + 1
            zone = "+0000" if found["zone"].isalpha() else found["zone"]
            return f"{found['year']}-{month:02}-{int(found['day']):02}T{found['clock']}{zone}"
    return text


def _unwrapped(value: Mapping[str, object]) -> object:
    """The value in a mapping that wraps a time; MongoDB wraps numbers twice."""
    inner = next((value[name] for name in _WRAPPED if name in value), None)
    if isinstance(inner, Mapping):
        inner = inner.get(_LONG)
    if inner is None or isinstance(inner, Mapping):
        raise NotAnInstant("a time cannot be a structure")
    return inner


def _of_parts(value: Mapping[str, object]) -> datetime:
    make: Callable[..., datetime] = datetime
    try:
        return make(*(value.get(name, 0) for name in _PARTS))
    except (ValueError, OverflowError, TypeError):
        raise NotAnInstant("a time cannot be a structure") from None


_UNITS = (
    (_MILLISECONDS_FROM, "seconds"),
    (_MICROSECONDS_FROM, "milliseconds"),
    (_NANOSECONDS_FROM, "microseconds"),
    (_NANOSECONDS_TO, "nanoseconds"),
)


def unit_of(value: object) -> str:
    """The unit of a time that is written as a number; empty for other forms, and for zero."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value:
        return ""
    return next((unit for end, unit in _UNITS if value < end), "")


def _from_milliseconds(value: int) -> Instant:
    if value > _LATEST * 1000 or (value < 0 and value * 1000 != UNSET):
        raise NotAnInstant("outside the years 1970 to 9999")
    return Instant(value * 1000)


def _from_number(value: float) -> Instant:
    if isinstance(value, float) and not math.isfinite(value):
        raise NotAnInstant(f"{value} is no time")
    if not 0 <= value < _NANOSECONDS_TO:
        raise NotAnInstant("outside the years 1970 to 9999")
    if value < _MILLISECONDS_FROM:
        return Instant(round(value * SECOND))
    if value < _MICROSECONDS_FROM:
        return Instant(round(value * 1000))
    return Instant(round(value if value < _NANOSECONDS_FROM else value / 1000))


@cache
def since(day: str) -> Instant | None:
    """The instant at which a fact's day begins in UTC; None if the fact has no day."""
    return parse(f"{day}T00:00:00Z")[0] if day else None


def iso(instant: int) -> str:
    """An instant as ISO 8601 in UTC, with milliseconds if it has any."""
    unit = "milliseconds" if instant % SECOND else "seconds"
    return datetime_of(instant).isoformat(timespec=unit).replace("+00:00", "Z")


def datetime_of(instant: int) -> datetime:
    """An instant as a datetime in UTC."""
    return _EPOCH + timedelta(microseconds=instant)


def resolution(*readings: int) -> int:
    """The resolution of the coarsest reading, in microseconds.

    It is a second if a reading is a whole second, as listings and consoles print times, else a
    millisecond.
    """
    if any(reading % SECOND == 0 for reading in readings):
        return SECOND
    return MILLISECOND if any(reading % MILLISECOND == 0 for reading in readings) else 0


def same_instant(one: int, other: int) -> bool:
    """Whether two readings can be of one instant: truncating it explains their difference."""
    return one == other or abs(one - other) < resolution(one, other)
