"""Status lines whose start is hidden: JupyterLab prints the dots of polls over the next line.

Notebooks that it saved have `..............41:10 Downloading - …` for a line that came after 14
polls. After more polls nothing is left of the line, so such a log lacks lines.
"""

import re

from trainstate.history.readers.log_rows import StatusLine
from trainstate.spec.model import Spec

_SHAPE = "0000-00-00 00:00:00 "
_HIDDEN = re.compile(r"(\.+)([\d: -]*)([A-Za-z]*) {1,4}-(?: |$)", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)


def hidden(line: str, spec: Spec) -> StatusLine | None:
    """A line of which dots hide the start; None if dots hide nothing there.

    Its time is what can be read of it. Its status is empty if it can be several, or all of it is
    hidden.
    """
    match = _HIDDEN.match(line)
    if match is None:
        return None
    dots, rest, word = len(match[1]), match[2], match[3]
    if _DIGIT.sub("0", rest) != _SHAPE[dots:]:
        return None
    covered = max(dots - len(_SHAPE), 0)
    written = {*spec.secondary_by_name, *spec.alias_by_written}
    fit = [name for name in written if len(name) >= covered and name[covered:] == word]
    if not fit:
        return None
    status = fit[0] if word and len(fit) == 1 else ""
    return StatusLine(time=rest.strip(), status=status, message=line[match.end() :])


def restored(shown: str, before: object) -> str | None:
    """A time of which the start is hidden: the start is that of the line before.

    None if nothing is shown, or if time would go back: then the start was another one.
    """
    if not shown or not isinstance(before, str):
        return None
    time = before[: -len(shown)] + shown
    return time if time >= before else None
