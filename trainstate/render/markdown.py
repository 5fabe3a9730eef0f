"""A report in short as Markdown, for the summary of a job in continuous integration."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.checking.report import Finding, Report
from trainstate.render.plain import plain
from trainstate.render.rule import rule_address
from trainstate.render.text import summary_line
from trainstate.rules.index import find_rule
from trainstate.rules.model import Severity


def summary_markdown(report: Report) -> Iterator[str]:
    """The verdict, the totals, and a row for each rule that spoke: how often, and where first.

    What follows from another finding is not listed. Recorded text stands in code spans, where
    it makes no link and no picture.
    """
    yield f"### trainstate check: {report.verdict}"
    yield ""
    yield summary_line(report.summary)
    by_rule: dict[tuple[Severity, str], list[Finding]] = {}
    for finding in report:
        if finding.implied_by is None:
            by_rule.setdefault((finding.severity, finding.name), []).append(finding)
    if by_rule:
        yield ""
        yield "| severity | rule | findings | the first |"
        yield "| --- | --- | ---: | --- |"
    for (severity, name), found in sorted(by_rule.items(), key=lambda row: row[0][0].rank):
        rule = find_rule(name)
        link = f"[{rule.code} {name}]({rule_address(rule)})"
        yield f"| {severity} | {link} | {len(found)} | {_code(str(found[0]))} |"
    for source in report.unread:
        yield ""
        yield f"Not read: {_code(f'{source.file}: {source.detail}')}"


def _code(text: str) -> str:
    """A text as a code span of a table's cell: nothing in it ends the span or the cell."""
    return f"`{plain(text).replace('`', chr(39)).replace('|', '/')}`"
