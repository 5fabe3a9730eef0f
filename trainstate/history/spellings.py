"""Converts times as programs print them to ISO 8601."""

from __future__ import annotations

import re

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


def iso_spelling(text: str) -> str:
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
