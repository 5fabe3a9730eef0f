"""The report as text: each finding with its place and the job's history, the culprit marked."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from trainstate.checking.report import Finding, JobReport, Report, Summary
from trainstate.history.instants import SECOND, iso
from trainstate.history.model import Entry, Response
from trainstate.history.readers.settings import SKIPPED, UNREAD, SourceReport
from trainstate.render.align import alignment_line
from trainstate.render.plain import plain
from trainstate.rules.model import Severity
from trainstate.spec.model import Spec

STYLES: Mapping[str, str] = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "info": "\x1b[1;36m",
    "mark": "\x1b[1;31m",
    "dim": "\x1b[2m",
    "off": "\x1b[0m",
}
UNSTYLED: Mapping[str, str] = dict.fromkeys(STYLES, "")
LONGEST_TRAIL, AROUND = 14, 4
"""Entries of a history printed in full; of a longer one those around the culprit."""
_ENTRY = re.compile(r"^/[^/]+/(\d+)(?:/|$)", re.ASCII)


def finding_lines(
    finding: Finding,
    spec: Spec,
    *,
    style: Mapping[str, str] = UNSTYLED,
    timeline: bool = True,
    implied: Sequence[Finding] = (),
) -> Iterator[str]:
    """A finding in full: rule and message, place, the history with the culprit marked, advice.

    Without ``timeline`` only the culprit's entry is shown; ``implied`` are hidden findings that
    follow from this one.
    """
    dim, off = style["dim"], style["off"]
    yield f"{rule_line(finding, style)}: {plain(finding.message)}"
    pointer = f" {dim}at {plain(finding.pointer)}{off}" if finding.pointer else ""
    yield f"{dim}  -->{off} {plain(place_of(finding))}{pointer}"
    if finding.response is not None:
        yield from _trail(finding, finding.response, spec, style, timeline=timeline)
    yield f"{dim}   |{off}"
    for word, text in (*_folded(finding, implied), *_advice(finding, spec)):
        yield f"{dim}   ={off} {word}: {text}"


def _folded(finding: Finding, implied: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """The finding that this one follows from, or hidden findings that follow from it."""
    if finding.implied_by is not None:
        yield "follows", f"from {finding.implied_by}"
    names = Counter(f"{one.code} {one.name}" for one in implied)
    listed = [name if times == 1 else f"{times} x {name}" for name, times in names.items()]
    if listed:
        yield "implies", f"{', '.join(listed)} (--verbose shows them)"


def _advice(finding: Finding, spec: Spec) -> Iterator[tuple[str, str]]:
    if finding.witness:
        yield "expected", " -> ".join(map(plain, finding.witness))
    if finding.alignment is not None and finding.alignment.cost:
        yield "fewest edits", alignment_line(finding.alignment)
    yield "help", finding.help
    for source_id in finding.sources:
        source = spec.source_by_id.get(source_id)
        yield "source", source_id if source is None else source.url or source.title
    yield "explain", f"trainstate rule {finding.name}"


def _trail(
    finding: Finding, response: Response, spec: Spec, style: Mapping[str, str], *, timeline: bool
) -> Iterator[str]:
    """The job's history as the response shows it, the culprit underlined."""
    dim, mark, off = style["dim"], style["mark"], style["off"]
    number = "" if finding.index is None else f", response {finding.index}"
    head = f"job {plain(response.job)}{number}: "
    shown = (response.written_primary, response.written_secondary)
    pair = [plain(name or "-") for name in shown[: 2 if spec.layout.secondary else 1]]
    yield f"{dim}   |{off} {head}{'/'.join(pair)}"
    if (under := _underlined(finding.pointer, spec, pair)) is not None:
        yield f"{dim}   |{off} {' ' * len(head)}{mark}{under}{off}"
    history = response.history or ()
    culprit = _culprit(finding, spec)
    places = tuple(_shown(len(history), culprit)) if timeline else (culprit,)
    widest = max((len(plain(history[at].written)) for at in places if at is not None), default=0)
    for place in places:
        if place is None or place >= len(history):
            yield from [f"{dim}...|{off}"] if timeline else []
            continue
        cells = _moment(history[place]), plain(history[place].written), _lasted(history[place])
        yield f"{dim}{place:>2} |{off} {_row(cells, widest)}".rstrip()
        if place == culprit:
            under = _row(_carets(finding.pointer, spec, cells), widest).rstrip()
            yield f"{dim}   |{off} {mark}{under}{off}"


def _row(cells: tuple[str, str, str], widest: int) -> str:
    """A line of the history: when an entry begins, its status, how long it lasted."""
    moment, status, lasted = cells
    return f"{moment:<24}  {status:<{widest}}  {lasted:>9}"


def _carets(pointer: str, spec: Spec, cells: tuple[str, str, str]) -> tuple[str, str, str]:
    """The underline of the cell that a pointer is about: the start, the end, else the status."""
    columns = {spec.layout.entry_start: 0, spec.layout.entry_end: 2}
    column = columns.get(pointer.rpartition("/")[2], 1)
    moment, status, lasted = (
        "^" * max(1, len(cell)) if place == column else "" for place, cell in enumerate(cells)
    )
    return moment, status, lasted


def _culprit(finding: Finding, spec: Spec) -> int | None:
    """The index of the entry that a finding points at; None for another member."""
    found = _ENTRY.match(finding.pointer)
    inside = found is not None and finding.pointer.startswith(f"/{spec.layout.history}/")
    return int(found[1]) if found is not None and inside else None


def _underlined(pointer: str, spec: Spec, pair: Sequence[str]) -> str | None:
    """The underline of the status that a pointer is about, below the pair; None for another."""
    if pointer == f"/{spec.layout.primary}":
        return "^" * len(pair[0])
    if spec.layout.secondary and pointer == f"/{spec.layout.secondary}":
        return " " * (len(pair[0]) + 1) + "^" * len(pair[1])
    return None


def _shown(count: int, culprit: int | None) -> Iterator[int | None]:
    """The printed entries of a history; None stands for omitted ones."""
    if count <= LONGEST_TRAIL:
        yield from range(count)
        return
    centre = count - 1 if culprit is None else culprit
    around = range(max(0, centre - AROUND), min(count, centre + AROUND + 1))
    before = -1
    for place in sorted({0, 1, count - 1, *around}):
        if place > before + 1:
            yield None
        yield place
        before = place


def _moment(entry: Entry) -> str:
    instant = entry.start if entry.start is not None else entry.stamp
    return "-" if instant is None else iso(instant)


def _lasted(entry: Entry) -> str:
    if entry.start is None:
        return ""
    if entry.end is None:
        return "open"
    return f"{(entry.end - entry.start) / SECOND:g} s"


def concise_line(finding: Finding, style: Mapping[str, str] = UNSTYLED) -> str:
    """A finding in one line: place, code, name, message."""
    return f"{plain(place_of(finding))}: {rule_line(finding, style)}: {plain(finding.message)}"


def rule_line(finding: Finding, style: Mapping[str, str] = UNSTYLED) -> str:
    """The rule of a finding, and its severity unless it is an error."""
    label = "" if finding.severity is Severity.ERROR else f" [{finding.severity}]"
    return f"{style[finding.severity]}{finding.code} {finding.name}{style['off']}{label}"


def grouped_lines(report: Report, style: Mapping[str, str] = UNSTYLED) -> Iterator[str]:
    """The findings under their job, jobs in order of their first finding."""
    verdicts = {job.job: str(job.verdict) for job in reversed(report.jobs)}
    by_job: dict[str, list[Finding]] = {}
    for finding in report:
        by_job.setdefault(finding.job, []).append(finding)
    for job, found in by_job.items():
        yield f"{plain(job)}: {verdicts.get(job, '-')}" if job else "not readable"
        yield from (f"  {concise_line(finding, style)}" for finding in found)
        yield ""


def place_of(finding: Finding) -> str:
    """The file and line of a finding, else its job, as recorded."""
    place = ":".join(str(part) for part in (finding.file, finding.line) if part is not None)
    return place or finding.job or "input"


def machines_of(jobs: Iterable[JobReport], spec_name: str) -> Mapping[str, int]:
    """The number of jobs of each machine; empty if all are of the requested one."""
    counts = Counter(job.machine or spec_name for job in jobs)
    return counts if counts.keys() - {spec_name} else {}


def summary_line(
    summary: Summary, machines: Mapping[str, int] | None = None, *, hint: str = ""
) -> str:
    """The totals in one line, by machine if there are several; the hint follows the findings."""
    judged = [
        f"{count} {word}"
        for count, word in (
            (summary.consistent, "consistent"),
            (summary.inconsistent, "inconsistent"),
            (summary.unknown, "unknown"),
        )
        if count
    ]
    found = ", ".join(
        counted(count, word)
        for count, word in (
            (summary.errors, "error"),
            (summary.warnings, "warning"),
            (summary.infos, "info"),
        )
    )
    unread = f"; {counted(summary.unread, 'input')} not read" if summary.unread else ""
    scope = f"{counted(summary.responses, 'response')} of {counted(summary.jobs, 'job')}"
    if machines:
        scope += f" ({', '.join(f'{count} {name}' for name, count in machines.items())})"
    return f"{scope}: {', '.join(judged) or 'nothing judged'}; {found}{hint}{unread}"


def source_lines(sources: Iterable[SourceReport]) -> Iterator[str]:
    """Which reader read which file, so that no format is guessed silently."""
    for source in sources:
        if source.reader in (SKIPPED, UNREAD):
            yield f"{source.reader} {plain(source.file)}: {plain(source.detail)}"
        else:
            records = counted(source.records, "record")
            yield f"read {plain(source.file)} as {source.reader}: {records}"


def statistics_lines(findings: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The number of findings of each rule, largest first."""
    counted = Counter(findings)
    width = len(str(max(counted.values(), default=0)))
    for (code, name), times in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        yield f"{times:>{width}}  {code} {name}"


def job_lines(jobs: Iterable[JobReport]) -> Iterator[str]:
    """One line a job: the verdict and its basis."""
    for job in jobs:
        state = "complete" if job.complete else "not complete"
        rests = f"{state}, by {job.basis}, assumed {job.assumed}"
        yield f"{job.verdict:<12} {plain(job.job)}: {counted(job.responses, 'response')}, {rests}"


def counted(count: int, word: str, words: str = "") -> str:
    """A number and its noun, singular for one."""
    return f"{count} {word if count == 1 else words or word + 's'}"
