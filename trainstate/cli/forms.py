"""The forms of `--format`, each written by a module that is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from trainstate.checking.report import Finding, Report
from trainstate.checking.stream import Checker
from trainstate.rules.model import Severity

FORMS = (
    "text",
    "concise",
    "grouped",
    "json",
    "jsonl",
    "csv",
    "parquet",
    "sarif",
    "junit",
    "github",
    "html",
)
"""The values of ``--format``; text, concise and jsonl are written while the input is read."""
FOR_EYES = ("text", "concise", "grouped")
"""The forms that end with the totals in words."""


def streamed_line(form: str, finding: Finding) -> str | None:
    """A finding in a form that is written line by line; None in any other form."""
    if form != "jsonl":
        return None
    from trainstate.render.jsonl import finding_json

    return finding_json(finding)


def whole_report(
    form: str,
    report: Report,
    checker: Checker,
    *,
    shown: Severity,
    fail_on: Severity,
    jobs_detail: bool,
) -> Iterator[str]:
    """What is written at the end, in pieces; for jsonl all but the findings.

    SARIF, JUnit and GitHub leave out what is milder than ``shown``: each of their
    results asks for somebody's attention.
    """
    if form == "json":
        from trainstate.render.json import report_json

        yield report_json(report, jobs_detail=jobs_detail)
    elif form == "jsonl":
        from trainstate.render.jsonl import end_lines

        yield from end_lines(report, jobs_detail=jobs_detail)
    elif form == "csv":
        from trainstate.render.frame import report_csv

        yield from report_csv(report)
    elif form == "html":
        from trainstate.render.html.page import report_html

        yield report_html(report, checker)
    else:
        louder = evolve(report, findings=report.at_least(shown))
        yield from _for_services(form, louder, checker, fail_on)


def _for_services(form: str, report: Report, checker: Checker, fail_on: Severity) -> Iterator[str]:
    if form == "sarif":
        from trainstate.render.sarif import report_sarif

        yield report_sarif(report, checker.rules, checker.spec)
    elif form == "junit":
        from trainstate.render.junit import report_junit

        yield report_junit(report, fail_on=fail_on)
    else:
        from trainstate.render.github import annotation_lines

        yield from annotation_lines(report)
