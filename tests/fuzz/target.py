"""What is fuzzed: bytes through everything that reads them; only documented errors may escape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import trainstate
from trainstate.checking.report import Report
from trainstate.checking.stream import Checker
from trainstate.cli.discover import FORMS as DISCOVERED
from trainstate.cli.running import FORMS, streamed_line, whole_report
from trainstate.errors import TrainstateError
from trainstate.history.readers import FORMATS, Limits, read_values
from trainstate.render.discovery import xes_lines
from trainstate.render.stats import stats_csv, stats_lines, stats_object
from trainstate.render.text import finding_lines
from trainstate.rules.model import Severity
from trainstate.stats.follows import discover
from trainstate.stats.measure import stats
from trainstate.stats.survey import Survey

# Small, so that no input makes the fuzzer slow; a limit that is reached is a case, too.
LIMITS = Limits(line=1 << 16, document=1 << 18, decompressed=1 << 20)
_SPEC = trainstate.SPEC


def read(data: bytes, input_format: str) -> int:
    """How many records were read and judged; 0 where the input was refused as documented."""
    try:
        records = list(read_values(data, _SPEC, input_format=input_format, limits=LIMITS))
    except TrainstateError:
        return 0
    report = reported(records)
    # The verdict, the count and the findings hang on the input alone.
    assert len(report.findings) == len(trainstate.check(records).findings)
    return len(records)


def reported(records: list[Any]) -> Report:
    """The report on records, written in every format; stats and discovery of them, too."""
    checker = Checker(spec=_SPEC)
    found = [finding for record in records for finding in checker.feed(record)]
    at_end, jobs = checker.close()
    report = Report(
        findings=(*found, *(finding for _, finding in at_end)),
        jobs=jobs,
        summary=checker.summary,
        spec_version=_SPEC.version,
    )
    for form in FORMS:
        for _ in _written(form, report, checker):
            pass
    survey = Survey(_SPEC).feed(records)
    measured = stats(survey.jobs, _SPEC, reasons=True)
    assert [*stats_lines(measured), *stats_csv(measured), stats_object(measured)]
    assert [*xes_lines(survey.jobs)]
    for discovered in DISCOVERED.values():
        assert [*discovered(discover(survey.jobs, _SPEC))]
    return report


def _written(form: str, report: Report, checker: Checker) -> Iterator[str]:
    for finding in report.findings:
        yield from finding_lines(finding, _SPEC)
        yield streamed_line(form, finding) or ""
    options: dict[str, Any] = {"shown": Severity.INFO, "fail_on": Severity.ERROR}
    if form != "text":
        yield from whole_report(form, report, checker, jobs_detail=True, **options)


def tracked(responses: list[Any]) -> trainstate.Tracker:
    """A tracker that was given each value in turn; it goes on whatever one of them was."""
    tracker = trainstate.Tracker()
    for response in responses:
        try:
            tracker.observe(response)
        except TrainstateError:
            continue
        assert tracker.next is not None
        assert trainstate.Tracker.from_json(tracker.to_json()) == tracker
    return tracker


def read_any(data: bytes) -> int:
    """The same, with the format chosen by the first byte: the rest is the input."""
    if not data:
        return read(data, FORMATS[0])
    # Half of all inputs go through the recognition of the format.
    chosen = data[0] % (2 * len(FORMATS))
    return read(data[1:], FORMATS[chosen] if chosen < len(FORMATS) else FORMATS[0])
