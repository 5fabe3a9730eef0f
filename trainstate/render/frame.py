"""Findings and jobs as a frame of polars, whose types are the same for any report."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from trainstate.checking.report import Report
from trainstate.errors import UsageError, installed_by
from trainstate.render.json import finding_object, job_object
from trainstate.render.plain import json_text

_NUMBERS = frozenset({"line", "index", "responses"})
_LISTS = frozenset({"sources", "witness"})
FINDING = (
    *("code", "name", "severity", "job", "file", "line", "index", "pointer", "message", "help"),
    *("sources", "facts", "witness"),
)
JOB = ("job", "created", "verdict", "complete", "basis", "assumed", "responses")


def report_frame(report: Report, what: str = "findings") -> Any:
    """The findings or the jobs of a report; raises UsageError for anything else."""
    if what not in ("findings", "jobs"):
        raise UsageError(f"Expected what to be findings or jobs but got {what!r}.")
    try:
        polars = import_module("polars")
    except ImportError:
        raise UsageError(f"A frame needs polars; {installed_by('polars')}.") from None
    names: tuple[str, ...]
    if what == "jobs":
        names, rows = JOB, [job_object(job) for job in report.jobs]
    else:
        names, rows = FINDING, [finding_object(finding) for finding in report.findings]
        for row in rows:
            row["facts"] = json_text(row["facts"], default=str)
    types = {name: _type(polars, name) for name in names}
    return polars.DataFrame(rows, schema=types, orient="row")


def _type(polars: Any, name: str) -> Any:
    if name in _LISTS:
        return polars.List(polars.String)
    if name == "complete":
        return polars.Boolean
    return polars.Int64 if name in _NUMBERS else polars.String
