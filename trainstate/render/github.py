"""The report for GitHub: annotations as workflow commands, and a Markdown summary."""

from collections.abc import Iterator, Mapping
from typing import Any

from trainstate.checking.report import Finding, Report
from trainstate.history.readers.walk import STDIN
from trainstate.render.plain import plain
from trainstate.render.rule import rule_address
from trainstate.render.text import summary_line
from trainstate.rules.index import find_rule
from trainstate.rules.model import Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def annotation_lines(report: Report) -> Iterator[str]:
    """One workflow command for each finding and unread input.

    Recorded text cannot end it or start another.
    """
    for finding in report.findings:
        text = f"{finding.job}: {finding.message}" if finding.job else finding.message
        title = f"{finding.code} {finding.name}"
        place = {"file": finding.file, "line": finding.line, "title": title}
        yield _command(_LEVELS[finding.severity], place, text)
    for source in report.unread:
        yield _command("error", {"file": source.file, "title": "not read"}, source.detail)


def _command(level: str, properties: Mapping[str, Any], text: str) -> str:
    # GitHub cannot show standard input: the annotation has no file.
    listed = ",".join(
        f"{name}={plain(value).translate(_PROPERTY)}"
        for name, value in properties.items()
        if value is not None and (name == "title" or properties["file"] not in (None, STDIN))
    )
    return f"::{level} {listed}::{plain(text).translate(_DATA)}"


def summary_markdown(report: Report) -> Iterator[str]:
    """The verdict, the totals, and one row a rule with findings: how often, and where first.

    Findings that follow from another are not listed. Recorded text stands in code spans, so it
    makes no link and no picture.
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
    """A text as a code span in a table cell: nothing in it ends the span or the cell."""
    return f"`{plain(text).replace('`', chr(39)).replace('|', '/')}`"
