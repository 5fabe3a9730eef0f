"""One check: findings and inputs, while the report is written in one of the formats.

A format's writer is imported on demand.
"""

import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import define, evolve, field

from trainstate.checking.implied import Folding, batches
from trainstate.checking.report import Finding, JobReport, Report
from trainstate.checking.stream import Checker
from trainstate.cli.baseline import COMPARE, KnownFindings
from trainstate.cli.check_options import CheckOptions
from trainstate.cli.inputs import refuse
from trainstate.cli.output import Output
from trainstate.cli.progress import watched
from trainstate.history.chain import History
from trainstate.history.readers import SourceReport
from trainstate.history.readers.remote import public
from trainstate.history.readers.settings import SKIPPED, UNREAD
from trainstate.render.plain import plain
from trainstate.render.text import (
    concise_line,
    counted,
    finding_lines,
    grouped_lines,
    job_lines,
    machines_of,
    source_lines,
    statistics_lines,
    summary_line,
)
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
    "gitlab",
    "html",
)
"""Values of ``--format``; text, concise and jsonl are written while the input is read."""
FOR_EYES = ("text", "concise", "grouped")
"""Formats that end with the totals in words."""


def streamed_line(form: str, finding: Finding) -> str | None:
    """A finding in a format that is written line by line; None in any other format."""
    if form != "jsonl":
        return None
    from trainstate.render.json import finding_json

    return finding_json(finding)


def whole_report(
    form: str,
    report: Report,
    checker: Checker,
    *,
    shown: Severity,
    fail_on: Severity,
    jobs_detail: bool,
    command: str = "",
    files: int = 0,
) -> Iterator[str]:
    """What is written at the end, in pieces; for jsonl everything but the findings.

    SARIF, JUnit, GitHub and GitLab leave out what is milder than ``shown``: each of their
    results asks for someone's attention. HTML names the ``command`` and how many ``files``
    were read.
    """
    if form == "json":
        from trainstate.render.json import report_json

        yield report_json(report, jobs_detail=jobs_detail)
    elif form == "jsonl":
        from trainstate.render.json import end_lines

        yield from end_lines(report, jobs_detail=jobs_detail)
    elif form == "csv":
        from trainstate.render.frame import report_csv

        yield from report_csv(report)
    elif form == "html":
        from trainstate.render.html.page import report_html

        yield report_html(report, checker, command=command, files=files)
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
    elif form == "gitlab":
        from trainstate.render.gitlab import report_gitlab

        yield report_gitlab(report)
    else:
        from trainstate.render.github import annotation_lines

        yield from annotation_lines(report)


@define(kw_only=True)
class CheckRun:
    """One check: its findings and the files read, while the report is written."""

    options: CheckOptions
    checker: Checker
    output: Output
    known: KnownFindings
    findings: list[Finding] = field(factory=list)
    sources: list[SourceReport] = field(factory=list)
    _drawn: dict[str, History | None] = field(factory=dict, init=False)

    def report(self) -> Report:
        """The report, written in the chosen format; text findings as soon as they are found."""
        folding = Folding()
        for found in self._found():
            batch = folding.fold([one for one in found if not self.known.takes(one)])
            self.findings += batch
            self._write_found(batch)
        report = self._whole()
        self._refuse(report)
        if self.options.form in FOR_EYES:
            self._write_end(report)
        else:
            self._write_whole(report)
        return report

    _jobs: tuple[JobReport, ...] = field(factory=tuple, init=False)

    def _whole(self) -> Report:
        unread = tuple(source for source in self.sources if source.reader == UNREAD)
        summary = self.known.counted(self.checker.summary, self.findings)
        passed_over = sum(source.reader == SKIPPED for source in self.sources)
        return Report(
            findings=tuple(self.findings),
            jobs=self._jobs,
            summary=evolve(summary, unread=len(unread), passed_over=passed_over),
            spec_version=self.checker.spec.version,
            unread=unread,
        )

    def _refuse(self, report: Report) -> None:
        """Raises InputError if nothing could be read, or a baseline would lose unread findings."""
        nothing = len(report.unread) == len(self.sources) and not report.summary.responses
        if nothing or (report.unread and self.known.mode != COMPARE):
            refuse(report.unread)

    def _found(self) -> Iterator[list[Finding]]:
        """Findings, those of one response together."""
        alone = "-" in self.options.paths or self.options.form == "html"
        shared = None if alone or self.options.workers == 1 else self._shared()
        yield from self._judged() if shared is None else shared

    def _shared(self) -> Iterable[list[Finding]] | None:
        """Findings of several processes; None if one process must do it alone."""
        from trainstate.cli.workers import joined, judge_shared

        parts = judge_shared(self.options, self.options.workers)
        if parts is None:
            return None
        found, self._jobs, self.checker.summary = joined(parts)
        self.sources += parts[0].sources
        return found

    def _judged(self) -> Iterator[list[Finding]]:
        for record in watched(self.options.records(self.sources.append)):
            if found := self.checker.feed(record):
                yield found
        at_end, self._jobs = self.checker.close()
        yield from batches(at_end)

    def _write_found(self, batch: list[Finding]) -> None:
        """Writes the findings of one response, if the format allows that while reading."""
        shown: set[str] = set()
        for finding in batch:
            if (line := streamed_line(self.options.form, finding)) is not None:
                self.output.line(line)
            elif self.options.form == "concise" and self.options.shows(finding):
                self.output.line(concise_line(finding, self.output.style))
            elif self.options.form == "text" and self.options.shows(finding):
                # Consequences appear once, with the first of several findings of a rule.
                hidden = not self.options.verbose and finding.code not in shown
                shown.add(finding.code)
                follow = [one for one in batch if hidden and one.implied_by == finding.code]
                self._write_finding(finding, follow)

    def _write_whole(self, report: Report) -> None:
        if self.options.form == "github":
            report = evolve(report, findings=tuple(filter(self.options.shows, report)))
        if self.options.form == "parquet":
            from trainstate.render.frame import report_parquet

            self.output.data(report_parquet(report))
            return
        pieces = whole_report(
            self.options.form,
            report,
            self.checker,
            shown=self.options.shown,
            fail_on=Severity(self.options.fail_on),
            jobs_detail=self.options.jobs_detail == "all",
            command=shlex.join(("trainstate", "check", *map(public, self.options.typed))),
            files=sum(source.reader not in (SKIPPED, UNREAD) for source in self.sources),
        )
        self.output.lines(pieces)
        # GitHub gives every step a file to append to, and shows it with the run.
        summary = os.environ.get("GITHUB_STEP_SUMMARY")
        if summary and self.options.form in ("github", "sarif"):
            self._write_summary(Path(summary), report)

    def _write_summary(self, path: Path, report: Report) -> None:
        from trainstate.render.github import summary_markdown

        louder = evolve(report, findings=report.at_least(self.options.shown))
        with path.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in (*summary_markdown(louder), ""))

    def _write_finding(self, finding: Finding, implied: list[Finding]) -> None:
        history = None if finding.response is None else finding.response.history
        machine = "" if finding.response is None else finding.response.machine
        lines = finding_lines(
            finding,
            self.checker.spec.of_machine(machine),
            style=self.output.style,
            timeline=history != self._drawn.get(finding.job, ()),
            implied=implied,
        )
        self._drawn[finding.job] = history
        self.output.lines(lines)
        self.output.line("")

    def _write_end(self, report: Report) -> None:
        if self.options.form == "grouped":
            shown = evolve(report, findings=tuple(filter(self.options.shows, report)))
            self.output.lines(grouped_lines(shown, self.output.style))
        if self.options.statistics:
            named = [(found.code, found.name) for found in report.at_least(self.options.shown)]
            self.output.lines(statistics_lines(named))
        if self.options.verbose:
            if self.options.settings is not None:
                self.output.line(f"settings {plain(self.options.settings)}")
            self.output.lines([*source_lines(self.sources), *job_lines(report.jobs)])
        hidden = report.summary.infos if self.options.shown is not Severity.INFO else 0
        hint = " (hidden; --verbose shows them)" if hidden else ""
        follow = [one for one in report.at_least(self.options.shown) if one.implied_by]
        if follow and not self.options.verbose:
            hint += f"; {len(follow)} of these follow from others (--verbose shows them)"
        if report.summary.passed_over and not self.options.verbose:
            passed = counted(report.summary.passed_over, "file")
            self.output.line(f"{passed} skipped, not recordings (--verbose says which and why)")
        machines = machines_of(report.jobs, self.checker.spec.name)
        self.output.line(summary_line(report.summary, machines, hint=hint))
