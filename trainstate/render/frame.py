"""Findings and jobs as tables, with the same column types for any report."""

from collections.abc import Iterator
from importlib import import_module
from io import BytesIO
from typing import Any

from trainstate.checking.report import Report
from trainstate.errors import UsageError, installed_by, needing
from trainstate.render.json import FINDING, JOB, finding_object, job_object
from trainstate.render.plain import json_text
from trainstate.render.table import csv_lines, spreadsheet_cell

_NUMBERS = frozenset({"line", "index", "responses"})
_LISTS = frozenset({"sources", "witness"})
_COLUMNS = (*FINDING, "implied_by")


def report_frame(report: Report, what: str = "findings") -> Any:
    """The findings or the jobs of a report; raises UsageError for anything else."""
    if what not in ("findings", "jobs"):
        raise UsageError(f"Expected what to be findings or jobs but got {what!r}.")
    with needing("A frame", f"; {installed_by('polars')}."):
        polars = import_module("polars")
    names: tuple[str, ...]
    if what == "jobs":
        names, rows = JOB, [job_object(job) for job in report.jobs]
    else:
        names, rows = _COLUMNS, _findings(report)
    types = {name: _type(polars, name) for name in names}
    held = [{name: _utf8(row[name]) for name in names} for row in rows]
    return polars.DataFrame(held, schema=types, orient="row")


def report_parquet(report: Report) -> bytes:
    """The findings as a Parquet file."""
    sink = BytesIO()
    report_frame(report).write_parquet(sink)
    return sink.getvalue()


def report_csv(report: Report) -> Iterator[str]:
    """The findings as lines of CSV; list items are separated by spaces.

    A text that a spreadsheet would read as a formula gets an apostrophe.
    """
    rows = [row.values() for row in _findings(report)]
    cells = ([" ".join(one) if isinstance(one, list) else one for one in row] for row in rows)
    yield from csv_lines([_COLUMNS, *(map(spreadsheet_cell, row) for row in cells)])


def _findings(report: Report) -> list[dict[str, Any]]:
    """A row a finding, and one with the name *unread* for each input that could not be read."""
    rows = [finding_object(finding) for finding in report.findings]
    for source in report.unread:
        said = {"name": "unread", "file": source.file, "message": source.detail}
        rows.append({**dict.fromkeys(_COLUMNS), "severity": "error", "facts": {}, **said})
    return [{**row, "facts": json_text(row["facts"], default=str)} for row in rows]


def _utf8(value: Any) -> Any:
    """A value that a column can hold: lone surrogates are replaced."""
    if isinstance(value, list):
        return [_utf8(item) for item in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _type(polars: Any, name: str) -> Any:
    if name in _LISTS:
        return polars.List(polars.String)
    if name == "complete":
        return polars.Boolean
    return polars.Int64 if name in _NUMBERS else polars.String
