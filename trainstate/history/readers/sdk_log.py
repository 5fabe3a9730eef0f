"""Status lines that the SageMaker Python SDK prints between a container's output."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any

from attrs import define, evolve, field

from trainstate.history.model import Origin, Response
from trainstate.history.readers.log_rows import (
    StatusLine,
    log_response,
    named_totals,
    observations,
)
from trainstate.history.readers.overwritten import hidden, restored
from trainstate.history.readers.sdk_panel import ESCAPES, Panels
from trainstate.spec.model import Spec

READER = "sdk-log"

_STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_MARK = re.compile(rf"({_STAMP}) {{1,4}}([A-Za-z]+) {{1,4}}-(?: |$)", re.ASCII)
_COLOUR = r"\x1b\[[0-9;]*[A-Za-z]"
# The SDK prints a dot for each poll between status lines, without line breaks.
_START = re.compile(rf"(?:{_COLOUR}|[\s.!])*", re.ASCII)
_END = re.compile(r"\.\.|\x1b")
_PLAUSIBLE = re.compile(r"(?:[A-Z][a-z]+)+(?<=ing|.ed)", re.ASCII)
_TOTALS = (
    ("training_seconds", re.compile(r"Training seconds: {1,4}([\d,]{1,20})(?![\d.])", re.ASCII)),
    ("billable_seconds", re.compile(r"Billable seconds: {1,4}([\d,]{1,20})(?![\d.])", re.ASCII)),
)
_CREATING = "Creating training-job with name:"
# The SDK's logging handler wraps long lines and appends a file name.
_NAME = re.compile(r"\s*([A-Za-z0-9](?:-*[A-Za-z0-9]){0,62}+)(?=\s|$)", re.ASCII)
_SAVINGS = re.compile(r"Managed Spot Training savings: {1,4}(-?\d{1,9}(?:\.\d{1,9})?)%", re.ASCII)


def marks(line: str, spec: Spec) -> Iterator[StatusLine]:
    """The status lines in a line of a log.

    A known status may stand anywhere in the line; an unknown one only at its start, if it looks
    like a status.
    """
    candidates = list(_MARK.finditer(line))
    start = _START.match(line) if candidates else None
    found = [
        match
        for match in candidates
        if _is_known(match[2], spec)
        or (start and match.start() == start.end() and _PLAUSIBLE.fullmatch(match[2]))
    ]
    ends = [match.start() for match in found[1:]] + [len(line)]
    for match, end in zip(found, ends, strict=False):
        message = _message(line[match.end() : end])
        yield StatusLine(time=match[1], status=match[2], message=message)


def totals(line: str) -> dict[str, Any]:
    """The numbers that the SDK prints at the end of a job."""
    found: dict[str, Any] = {}
    for name, pattern in _TOTALS:
        if (match := pattern.search(line)) and (digits := match[1].replace(",", "")):
            found[name] = int(digits)
    if match := _SAVINGS.search(line):
        found["savings_pct"] = float(match[1])
    return found


def read_log(lines: Iterable[tuple[int, str]], spec: Spec, *, origin: Origin) -> Iterator[Response]:
    """The histories in the numbered lines of a log, one for each job.

    ``origin`` is the log's place. A history's line is that of its first status, unless the log is a
    notebook cell's; its ordinal counts the histories.
    """
    log, panels, ordinal = _Log(spec=spec), Panels(spec), 0
    for number, line in chain(lines, [(0, None)]):
        for history in log.take(line, number):
            ordinal += 1
            at = history.line if origin.cell is None else None
            place = evolve(origin, line=at, ordinal=ordinal)
            read = observations if history.lacks else _histories
            yield from read(history.rows, history.members(spec), spec, origin=place)
        for panel in panels.take(line or "", number):
            at = panel.line if origin.cell is None else None
            place = evolve(origin, line=at)
            yield log_response(panel.rows, panel.members, spec, origin=place)


def _histories(
    rows: list[StatusLine], members: dict[str, Any], spec: Spec, *, origin: Origin
) -> Iterator[Response]:
    yield log_response(rows, members, spec, origin=origin)


def has_status_line(text: str, spec: Spec) -> bool:
    """Whether a line of a text begins with a known status."""
    for line in text.splitlines():
        start = _START.match(line)
        match = _MARK.match(line, start.end() if start else 0)
        if match and _is_known(match[2], spec):
            return True
    return False


@define
class _History:
    """The status lines of one job so far; ``lacks`` holds if some may be lost."""

    line: int = 0
    name: str | None = None
    rows: list[StatusLine] = field(factory=list)
    totals: dict[str, Any] = field(factory=dict)
    last: str | None = None  # the last known status
    lacks: bool = False

    def members(self, spec: Spec) -> dict[str, Any]:
        """The printed members and totals under the service's names."""
        named = {spec.layout.name: self.name} if self.name else {}
        return named | named_totals(self.totals, spec)

    def append(self, row: StatusLine) -> None:
        """Adds a line; a status that is printed again keeps its first time."""
        if self.rows and self.rows[-1].status == row.status:
            row = evolve(row, time=self.rows.pop().time)
        self.rows.append(row)


@define(kw_only=True)
class _Log:
    """A log that is read line by line, and its open history.

    ``created`` are the jobs created since the last status line. With several, a status is of an
    unknown one: their creator did not wait.
    """

    spec: Spec
    open: _History = field(factory=_History)
    created: list[str] = field(factory=list)
    broken: bool = False

    def take(self, line: str | None, number: int) -> Iterator[_History]:
        """The histories that a line ends; None is the end of the log."""
        if line is None:
            # A text without any known status is no job's log.
            yield from [self.open] if self.open.last is not None else []
            return
        if self.broken or _CREATING in line:
            self._create(ESCAPES.sub("", line))
        for row in marks(line, self.spec):
            ended = self.add(row, number)
            if ended:
                yield ended
        if line.startswith(".") and (rest := hidden(line, self.spec)):
            if rest.status:
                ended = self.add(self._restored(rest), number)
                yield from [ended] if ended else []
            self.open.lacks = True
        if "s: " in line:
            self.open.totals |= totals(line)

    def _restored(self, row: StatusLine) -> StatusLine:
        before = self.open.rows[-1].time if self.open.rows else None
        message = _message(str(row.message))
        return evolve(row, time=restored(str(row.time), before), message=message)

    def _create(self, text: str) -> None:
        named = _NAME.match(text if self.broken else text.partition(_CREATING)[2])
        self.broken = not (self.broken or named)
        if named:
            self.created.append(named[1])

    def add(self, row: StatusLine, number: int) -> _History | None:
        """Adds a status line; returns the history that it ends, if it begins another."""
        ended, known = None, _is_known(row.status, self.spec)
        if known and self._is_begun(row.status):
            ended = self.open if self.open.last is not None else None
            self.open = _History(name=self.created[0] if len(self.created) == 1 else None)
            self.created.clear()
        elif not known and self._is_output(row):
            return None
        if known:
            self._drop_output_after(row)
        self.open.line = self.open.line or number
        self.open.append(row)
        if known:
            self.open.last = self.spec.canonical_secondary(row.status)
        return ended

    def _is_begun(self, written: str) -> bool:
        """Whether a status begins a history: it cannot follow, or is the first of a new job."""
        status, last = self.spec.canonical_secondary(written), self.open.last
        if self.created and (last is None or status in self.spec.initial_by_secondary):
            return True
        return _begins(last, written, self.spec, named=self.open.name is not None)

    def _is_output(self, row: StatusLine) -> bool:
        """Whether an unknown status is a container's output.

        The SDK prints nothing after a job's end, and its time stamps never go back.
        """
        rows = self.open.rows
        ended = self.open.last in self.spec.terminal_secondaries
        return ended or (bool(rows) and _is_after(rows[-1], row))

    def _drop_output_after(self, row: StatusLine) -> None:
        """Removes unknown statuses that have a later stamp than this status line."""
        rows, spec = self.open.rows, self.spec
        while rows and not _is_known(rows[-1].status, spec) and _is_after(rows[-1], row):
            rows.pop()


def _is_after(one: StatusLine, other: StatusLine) -> bool:
    """Whether a line has a later stamp than another; stamps sort as text."""
    return str(one.time) > str(other.time)


def _begins(last: str | None, written: str, spec: Spec, *, named: bool) -> bool:
    """Whether a status begins another job's history after this last status.

    If the SDK printed this job's creation, it prints that of the next one too; otherwise it is a
    retry.
    """
    status = spec.canonical_secondary(written)
    if last is None or status == last or status not in spec.initial_by_secondary:
        return False
    return last in spec.terminal_secondaries or (last, status) not in _continuing(spec, named)


@cache
def _continuing(spec: Spec, guarded: bool) -> frozenset[tuple[str, str]]:
    """The transitions; unless ``guarded``, only those that hold while their guard is unseen."""
    return frozenset(
        (row.before, row.after)
        for row in spec.transitions
        if guarded or row.guard is None or spec.guard_by_name[row.guard].when_unseen == "holds"
    )


def _is_known(word: str, spec: Spec) -> bool:
    """Whether it is the service's spelling of a status; loggers with such names are lower case."""
    return word in spec.secondary_by_name or word in spec.alias_by_written


def _message(text: str) -> str:
    end = _END.search(text)
    return text[: end.start() if end else None].strip().removesuffix(".")
