"""The report as JSON lines: each finding as it is found, then the jobs, then the totals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trainstate.checking.report import Finding, Report
from trainstate.render.json import finding_object, job_object, report_object
from trainstate.render.plain import json_text


def finding_json(finding: Finding) -> str:
    """A finding as one line of JSON, its type in the member ``type``."""
    return _line("finding", finding_object(finding))


def end_lines(report: Report, *, jobs_detail: bool = True) -> Iterator[str]:
    """The lines after the findings: one a job, one an unread input, and one with the totals."""
    for job in report.jobs if jobs_detail else ():
        yield _line("job", job_object(job))
    totals = report_object(report, jobs_detail=False)
    for source in totals.pop("unread"):
        yield _line("unread", source)
    summary, _ = totals.pop("summary"), totals.pop("findings")
    yield _line("summary", {**totals, "verdict": str(report.verdict), "summary": summary})


def _line(kind: str, value: dict[str, Any]) -> str:
    return json_text({"type": kind, **value}, allow_nan=False, default=str)
