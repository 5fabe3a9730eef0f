"""A report as notebooks show it. Text that came from a recording is escaped."""

from __future__ import annotations

from html import escape

from trainstate.checking.report import Finding, Report
from trainstate.render.plain import plain
from trainstate.render.text import summary_line

MOST = 10
"""How many findings are shown."""


def report_view(report: Report) -> str:
    """The verdict, the totals and the first findings, the worst first, as HTML."""
    worst = sorted(report.findings, key=lambda found: found.severity.rank)
    rows = "".join(map(_row, worst[:MOST]))
    table = f"<table><thead><tr>{_HEAD}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    left = len(worst) - MOST
    more = f"<p>{left:,} more findings: <code>report.to_frame()</code></p>" if left > 0 else ""
    totals = _shown(summary_line(report.summary))
    return f"<div><p><b>{_shown(str(report.verdict))}</b>: {totals}</p>{table}{more}</div>"


_HEAD = "".join(f"<th>{name}</th>" for name in ("severity", "rule", "job", "place", "message"))


def _row(finding: Finding) -> str:
    place = ":".join(str(part) for part in (finding.file, finding.line) if part is not None)
    rule = f"{finding.code} {finding.name}"
    cells = (str(finding.severity), rule, finding.job, place or finding.pointer, finding.message)
    return "<tr>" + "".join(f"<td>{_shown(cell)}</td>" for cell in cells) + "</tr>"


def _shown(text: str) -> str:
    return escape(plain(text))
