"""LastModifiedTime as it stands in a line: the one thing that moves while nothing happens."""

from __future__ import annotations

import re

import msgspec

from trainstate.history.instants import NotAnInstant, parse

# A JSON number or a text without escapes, of the characters that times are written with.
_TIME = rb'"[0-9T:.+\-Z ]{8,40}"|(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,9})?'
WRITTEN = re.compile(_TIME)
VALUE = re.compile(rb"\s*:\s*(" + _TIME + rb")\s*[,}]")


def instant_of(token: bytes) -> int | None:
    """The instant that a written time stands for; None for one without an offset, or for none."""
    text = token.strip(b'"').decode("ascii")
    try:
        instant, naive = parse(text if token[:1] == b'"' else msgspec.json.decode(token))
    except NotAnInstant:
        return None
    return None if naive else instant


__all__ = ["VALUE", "WRITTEN", "instant_of"]
