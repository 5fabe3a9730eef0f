"""Makes untrusted text harmless: recordings come from strangers."""

import json
import re
from typing import Any

# C0 and C1 controls, and marks that reorder or hide text on a terminal.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
    "|[\U000e0000-\U000e007f]"
)
# What a CI service takes for a command: `::` at the start of a line, `##[` and `##vso[` anywhere.
_COMMAND = re.compile(r"(?P<space>^[ \t]*):(?=:)|#(?=#(?:vso)?\[)")
_MARK = re.compile(r"#(?=#(?:vso)?\[)")
LONGEST = 400
"""Characters shown of one recorded text; the rest is counted."""


def plain(text: object, *, longest: int = LONGEST) -> str:
    """A text on one line, without controls, escape sequences or reordering marks."""
    shown = _COMMAND.sub(_disarmed, _UNSAFE.sub(_escaped, str(text)))
    if len(shown) <= longest:
        return shown
    return f"{shown[:longest]}… ({len(shown) - longest} more characters)"


def json_text(value: Any, **options: Any) -> str:
    """A value as ASCII JSON in which a CI service finds no command.

    Commands are escaped, so a reader gets the original text.
    """
    return _MARK.sub(r"\\u0023", json.dumps(value, ensure_ascii=True, **options))


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape", "backslashreplace").decode("ascii")


def _disarmed(match: re.Match[str]) -> str:
    return r"\x23" if match["space"] is None else match["space"] + r"\x3a"
