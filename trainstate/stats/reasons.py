"""The part of a failure's reason that another job's has, too."""

from __future__ import annotations

import re

LONGEST = 120
_CHANGING = re.compile(
    r"arn:\S+|s3://\S+|https?://\S+|(?:/[\w.@-]+){2,}/?"  # where something lies
    r"|\b(?=[0-9a-fA-F-]*\d)[0-9a-fA-F]{8}[0-9a-fA-F-]*\b"  # ids
    r"|\b\d{4}-\d\d-\d\d[T ]\S+|\b\d{4,}\b|\b\d+\.\d+\b",  # times, process ids, measures
    re.ASCII,
)


def stable_reason(reason: str) -> str:
    """A reason on one line, cut, with a dot in place of addresses, ids, times and large numbers."""
    return _CHANGING.sub("\N{HORIZONTAL ELLIPSIS}", " ".join(reason[:1000].split()))[:LONGEST]
