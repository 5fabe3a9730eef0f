"""A report in a notebook. Text from recordings is escaped."""

from html import escape

from trainstate.checking.report import Finding, Report
from trainstate.history.instants import SECOND
from trainstate.render.plain import plain
from trainstate.render.text import summary_line

MOST = 10
"""The number of findings shown."""


def report_view(report: Report) -> str:
    """The verdict, the totals, the worst findings, and the first one's timeline."""
    worst = sorted(report.findings, key=lambda found: found.severity.rank)
    rows = "".join(map(_row, worst[:MOST]))
    table = f"<table><thead><tr>{_HEAD}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    left = len(worst) - MOST
    more = f"<p>{left:,} more findings: <code>report.to_frame()</code></p>" if left > 0 else ""
    totals = _shown(summary_line(report.summary))
    line = "".join(map(_timeline, worst[:1]))
    return f"<div><p><b>{_shown(str(report.verdict))}</b>: {totals}</p>{table}{more}{line}</div>"


_HEAD = "".join(f"<th>{name}</th>" for name in ("severity", "rule", "job", "place", "message"))


def _row(finding: Finding) -> str:
    place = ":".join(str(part) for part in (finding.file, finding.line) if part is not None)
    rule = f"{finding.code} {finding.name}"
    cells = (str(finding.severity), rule, finding.job, place or finding.pointer, finding.message)
    return "<tr>" + "".join(f"<td>{_shown(cell)}</td>" for cell in cells) + "</tr>"


def _timeline(finding: Finding) -> str:
    """The history that a finding is about: one bar a status, by duration."""
    history = finding.response.history if finding.response is not None else None
    entries = [entry for entry in history or () if entry.start is not None]
    if not entries:
        return ""
    seconds = [max((one.end or one.start or 0) - (one.start or 0), 0) / SECOND for one in entries]
    most = max(seconds) or 1
    rows = (
        f"<tr><td>{_shown(one.written)}</td><td>{lasted:g} s</td>"
        f'<td style="text-align:left"><div style="width:{1 + 200 * lasted / most:.0f}px;'
        f'height:0.8em;background:#7a869a"></div></td></tr>'
        for one, lasted in zip(entries, seconds, strict=True)
    )
    return f"<p>{_shown(finding.job)}</p><table>{''.join(rows)}</table>"


def _shown(text: str) -> str:
    return escape(plain(text))
