"""Job status as version 3 of the SageMaker Python SDK prints it: a panel, or lines.

Notebooks get the panel and scripts the lines, again at each poll. Both show the whole history
without times: only the duration of each status.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, evolve, frozen

from trainstate.history.readers.log_rows import StatusLine
from trainstate.spec.model import Spec

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[=>@-Z\\^_])")
"""Terminal colours, links and cursor movements."""

# An unclosed panel is dropped; panels are as wide as a screen.
_MOST_LINES, _LONGEST_LINE = 1000, 4096
_OPENING = ("Training Job Status", "Status Transitions:", "ob started: ", "Job Name: ")
_TITLE = re.compile(r"(?<![-─━═])[-─━═]+ Training Job Status [-─━═]+")
_BOTTOM = re.compile(r"\s*[╰└┗╚+][-─━═]{4}")
_SIDES = "│┃║|"
_MEMBER = re.compile(r" *([A-Z][A-Za-z]+(?: [A-Za-z]+)?) {2,}(?=\S)")
_COLUMNS = re.compile(r" *Step +Details +Dur")
_STEP = re.compile(r" *[✓⋯]? *([A-Z][A-Za-z]+)(…?)(?: {2}|$)")
_DURATION = re.compile(r" +(?:[\d.]+s|Running\.\.\.)$")
# Output for the newer, generic kind of job begins with only its name.
_STARTED = re.compile(r"(Training job started|Job Name): ([\w-]+)$")
_LINE = re.compile(r" *[✓⋯]? +([A-Z][A-Za-z]+): (.*) \((?:[\d.]+s|Running\.\.\.|)\)(?: - .*)?$")
_STATUS = re.compile(r"Status: (\w+) - (\w+) \(Elapsed: ")


@frozen(kw_only=True)
class Panel:
    """The rows and members in one panel, or in the lines of one poll.

    ``line`` is where it begins, or where the output about an unnamed job began.
    """

    line: int
    rows: tuple[StatusLine, ...]
    members: Mapping[str, Any]


@define
class Panels:
    """Finds panels in a text line by line; drops one that repeats the last."""

    spec: Spec
    _texts: list[str] | None = None  # of the open panel or poll
    _boxed: bool = False
    _begun: int = 0
    _name: str | None = None
    _foreign: bool = False
    _last: tuple[object, object] | None = None

    def take(self, line: str, number: int) -> Iterator[Panel]:
        """The panel that a line ends, if any."""
        if self._texts is None and not any(word in line for word in _OPENING):
            return
        if len(line) > _LONGEST_LINE:
            return
        text = ESCAPES.sub("", line).rstrip()
        if _TITLE.search(text):
            self._texts, self._boxed, self._begun = [], True, number
        elif text == "Status Transitions:":
            self._texts, self._boxed = [], False
            self._begun = number if self._name or not self._begun else self._begun
        elif started := _STARTED.match(text):
            self._name, self._begun, self._texts = started[2], number, None
            self._foreign = started[1] == "Job Name"
        elif self._texts is not None:
            yield from self._inside(text, self._texts)
            self._texts = None if len(self._texts or ()) > _MOST_LINES else self._texts

    def _inside(self, text: str, texts: list[str]) -> Iterator[Panel]:
        if self._boxed and _BOTTOM.match(text):
            yield from self._closed(*_box(texts, self.spec))
        elif not self._boxed and (status := _STATUS.match(text)):
            shown = {"TrainingJob Name": self._name} if self._name else {}
            shown |= {"Job Status": status[1], "Secondary Status": status[2]}
            rows = [
                StatusLine(time=None, status=row[1], message=row[2] or None)
                for row in map(_LINE.match, texts)
                if row
            ]
            yield from [] if self._foreign else self._closed(rows, _members(shown, self.spec))
        else:
            texts.append(text)
            return
        self._texts = None

    def _closed(self, rows: Iterable[StatusLine], members: Mapping[str, Any]) -> Iterator[Panel]:
        panel = Panel(line=self._begun, rows=tuple(rows), members=members)
        if panel.members and (panel.rows, panel.members) != self._last:
            self._last = panel.rows, panel.members
            yield panel


def _box(texts: Iterable[str], spec: Spec) -> tuple[list[StatusLine], Mapping[str, Any]]:
    """The rows and members in a panel, whose columns have individual widths."""
    shown: dict[str, str] = {}
    rows: list[StatusLine] = []
    name, column, table = "", 0, False
    for text in map(_unframed, texts):
        value = text[column:].strip()
        if _COLUMNS.match(text):
            column, table = text.index("Details"), True
        elif table:
            table = bool(text) or not rows
            _add_step(text, column, rows, spec)
        elif found := _MEMBER.match(text):
            name, column = found[1], found.end()
            shown[name] = text[column:]
        elif name and value and not text[:column].strip():
            # Long values continue: an ARN is folded, a reason is wrapped between words.
            shown[name] += f" {value}" if " " in shown[name] else value
        else:
            name = ""
    return rows, _members(shown, spec)


def _add_step(text: str, column: int, rows: list[StatusLine], spec: Spec) -> None:
    """Adds a line of the table: a status, or more details of the last one."""
    step = _STEP.match(text)
    begins = step is not None and step.start(1) < column - 2
    details = _DURATION.sub("", text[step.end() if step and begins else 0 :]).strip()
    if step and begins:
        status = _whole(step[1], spec) if step[2] else step[1]
        rows.append(StatusLine(time=None, status=status, message=details or None))
    elif rows and details:
        row = rows.pop()
        rows.append(evolve(row, message=f"{row.message or ''} {details}".strip()))


def _whole(beginning: str, spec: Spec) -> str:
    """The status that a truncated text begins; the text itself if it is ambiguous."""
    names = [name for name in spec.secondary_by_name if name.startswith(beginning)]
    return names[0] if len(names) == 1 else beginning


def _unframed(text: str) -> str:
    text = text.strip()
    return text.strip(_SIDES).rstrip() if text[:1] in _SIDES else text


def _members(shown: Mapping[str, str], spec: Spec) -> Mapping[str, Any]:
    layout = spec.layout
    names = {
        "TrainingJob Name": layout.name,
        "TrainingJob ARN": layout.arn,
        "Job Status": layout.primary,
        "Secondary Status": layout.secondary,
        "Failure Reason": layout.failure_reason,
    }
    return {member: shown[key] for key, member in names.items() if member and shown.get(key)}
