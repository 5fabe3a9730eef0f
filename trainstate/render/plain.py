"""Untrusted text made harmless: recordings come from strangers."""

from __future__ import annotations

import json
import re
from typing import Any

# C0 and C1 controls, and the marks that reorder or hide text on a terminal.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
    "|[\U000e0000-\U000e007f]"
)
# What a CI service would take for a command: `::` that begins a line, `##[` and `##vso[` anywhere.
_COMMAND = re.compile(r"(?P<space>^[ \t]*):(?=:)|#(?=#(?:vso)?\[)")
_MARK = re.compile(r"#(?=#(?:vso)?\[)")
LONGEST = 400
"""Characters of one recorded text that are shown; the rest is counted."""


def plain(text: object, *, longest: int = LONGEST) -> str:
    """A text on one line, without controls, escape sequences or marks that reorder it."""
    shown = _COMMAND.sub(_disarmed, _UNSAFE.sub(_escaped, str(text)))
    if len(shown) <= longest:
        return shown
    return f"{shown[:longest]}… ({len(shown) - longest} more characters)"


def json_text(value: Any, **options: Any) -> str:
    """A value as JSON in ASCII, in which a CI service that shows it finds no command.

    What would be one is escaped, so that a reader gets the text as it was.
    """
    return _MARK.sub(r"\\u0023", json.dumps(value, ensure_ascii=True, **options))


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape", "backslashreplace").decode("ascii")


def _disarmed(match: re.Match[str]) -> str:
    return r"\x23" if match["space"] is None else match["space"] + r"\x3a"
