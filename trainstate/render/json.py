"""The report as JSON, version 1, on which tools rely: one document, or line by line."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
import msgspec

from trainstate.checking.report import Finding, JobReport, Report
from trainstate.history.instants import iso, parse
from trainstate.history.readers import SourceReport
from trainstate.render.plain import json_text
from trainstate.version import installed_version

SCHEMA = 1
"""The version of the report's form; it grows when a member changes its meaning."""

FINDING = (
    *("code", "name", "severity", "job", "file", "line", "index", "pointer", "message", "help"),
    *("sources", "facts", "witness"),
)
JOB = ("job", "created", "verdict", "complete", "basis", "assumed", "responses")


def report_json(report: Report, *, jobs_detail: bool = True) -> str:
    """The report as JSON text; ``jobs_detail=False`` omits the list of jobs."""
    shown = report_object(report, jobs_detail=jobs_detail)
    return json_text(shown, indent=1, allow_nan=False, default=str)


def report_object(report: Report, *, jobs_detail: bool = True) -> dict[str, Any]:
    """The report as JSON values, in the schema's order."""
    tool = {"name": "trainstate", "version": installed_version(), "spec": report.spec_version}
    jobs = {"jobs": [job_object(job) for job in report.jobs]} if jobs_detail else {}
    return {
        "schema": SCHEMA,
        "tool": tool,
        "summary": attrs.asdict(report.summary),
        **jobs,
        "findings": [finding_object(finding) for finding in report.findings],
        "unread": [unread_object(source) for source in report.unread],
    }


def unread_object(source: SourceReport) -> dict[str, Any]:
    """An unreadable input and the reason, as JSON values."""
    return {"file": source.file, "reason": source.detail}


def job_object(job: JobReport) -> dict[str, Any]:
    """A job's verdict as JSON values."""
    created = None if job.created is None else iso(parse(job.created)[0])
    members = {**_members(job, JOB), "created": created}
    return members | ({"machine": job.machine} if job.machine else {})


def finding_object(finding: Finding, names: Iterable[str] = (*FINDING, "implied_by")) -> Any:
    """A finding, or some of its members, as JSON values."""
    return _members(finding, names)


def _members(shown: Finding | JobReport, names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(shown, name)) for name in names}


def _plain(value: Any) -> Any:
    """A value that JSON can hold: a number that JSON cannot write becomes text."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return msgspec.to_builtins(value, enc_hook=str)


def finding_json(finding: Finding) -> str:
    """A finding as one line of JSON, with its type in the member ``type``."""
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
