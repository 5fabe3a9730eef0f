"""LastModifiedTime as it stands in a line: the one thing that moves while nothing happens."""

from __future__ import annotations

import re

import msgspec

from trainstate.history.instants import NotAnInstant, parse

# A JSON number or a text without escapes, of the characters that times are written with.
VALUE = re.compile(
    rb'\s*:\s*("[0-9T:.+\-Z ]{8,40}"|(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,9})?)\s*[,}]'
)


def instant_of(token: bytes) -> int | None:
    """The instant that a written time stands for; None for one without an offset, or for none."""
    text = token.strip(b'"').decode("ascii")
    try:
        instant, naive = parse(text if token[:1] == b'"' else msgspec.json.decode(token))
    except NotAnInstant:
        return None
    return None if naive else instant


__all__ = ["VALUE", "instant_of"]
