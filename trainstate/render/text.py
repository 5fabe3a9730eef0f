"""The report as text: each finding with its place, the job's history and the culprit marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from trainstate.check.report import Finding, JobReport, Summary
from trainstate.history.instants import SECOND, iso
from trainstate.history.model import Entry, Response
from trainstate.history.readers import SourceReport
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
_ENTRY = re.compile(r"^/[^/]+/(\d+)(?:/|$)", re.ASCII)


def finding_lines(
    finding: Finding, spec: Spec, *, style: Mapping[str, str] = UNSTYLED
) -> Iterator[str]:
    """A finding in full: place, code and name, message, history, help and source."""
    colour, off = style[finding.severity], style["off"]
    place = ":".join(str(part) for part in (finding.file, finding.line) if part is not None)
    head = f"{finding.code} {finding.name}"
    label = "" if finding.severity is Severity.ERROR else f" [{finding.severity}]"
    yield f"{plain(place or finding.job)}: {colour}{head}{off}{label}: {plain(finding.message)}"
    if finding.response is not None:
        yield from _trail(finding, finding.response, spec, style)
    if finding.witness:
        yield f"  expected: {' -> '.join(map(plain, finding.witness))}"
    if finding.alignment is not None and finding.alignment.cost:
        yield f"  fewest edits: {alignment_line(finding.alignment)}"
    yield f"  help: {finding.help}"
    yield f"{style['dim']}  source: {', '.join(_cited(finding.sources, spec))}{off}"
    yield f"{style['dim']}  explain: trainstate rule {finding.code}{off}"


def _cited(sources: Iterable[str], spec: Spec) -> Iterator[str]:
    for source_id in sources:
        source = spec.source_by_id.get(source_id)
        yield source.url if source is not None and source.url else source_id


def _trail(
    finding: Finding, response: Response, spec: Spec, style: Mapping[str, str]
) -> Iterator[str]:
    """The job's history as the response shows it, the culprit marked."""
    found = _ENTRY.match(finding.pointer)
    in_history = found is not None and finding.pointer.startswith(f"/{spec.layout.history}/")
    culprit = int(found[1]) if found is not None and in_history else None
    pair = f"{plain(response.written_primary or '-')}/{plain(response.written_secondary or '-')}"
    response_number = "" if finding.index is None else f", response {finding.index}"
    yield f"  job {plain(response.job)}{response_number}: {pair}"
    for number, entry in enumerate(response.history or ()):
        mark = f"{style['mark']}>{style['off']}" if number == culprit else " "
        row = f"{number:>2}  {_moment(entry):<24}  {plain(entry.written):<20} {_lasted(entry)}"
        yield f"  {mark} {row}".rstrip()
    if culprit is None and finding.pointer:
        yield f"  {style['mark']}>{style['off']} at {plain(finding.pointer)}"


def _moment(entry: Entry) -> str:
    instant = entry.start if entry.start is not None else entry.stamp
    return "-" if instant is None else iso(instant)


def _lasted(entry: Entry) -> str:
    if entry.start is None:
        return ""
    if entry.end is None:
        return "open"
    return f"{(entry.end - entry.start) / SECOND:g} s"


def summary_line(summary: Summary) -> str:
    """The totals in one line."""
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
        _counted(count, word)
        for count, word in (
            (summary.errors, "error"),
            (summary.warnings, "warning"),
            (summary.infos, "info"),
        )
    )
    scope = f"{_counted(summary.responses, 'response')} of {_counted(summary.jobs, 'job')}"
    return f"{scope}: {', '.join(judged) or 'nothing judged'}; {found}"


def source_lines(sources: Iterable[SourceReport]) -> Iterator[str]:
    """Which reader read which file, so that no format is guessed silently."""
    for source in sources:
        if source.reader == "skipped":
            yield f"skipped {plain(source.file)}: {plain(source.detail)}"
        else:
            counted = _counted(source.records, "record")
            yield f"read {plain(source.file)} as {source.reader}: {counted}"


def statistics_lines(findings: Iterable[tuple[str, str]]) -> Iterator[str]:
    """How often each rule spoke, most often first."""
    counted = Counter(findings)
    width = len(str(max(counted.values(), default=0)))
    for (code, name), times in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        yield f"{times:>{width}}  {code} {name}"


def job_lines(jobs: Iterable[JobReport]) -> Iterator[str]:
    """One line a job: the verdict and what it rests on."""
    for job in jobs:
        state = "complete" if job.complete else "not complete"
        rests = f"{state}, by {job.basis}, assumed {job.assumed}"
        yield f"{job.verdict:<12} {plain(job.job)}: {_counted(job.responses, 'response')}, {rests}"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
