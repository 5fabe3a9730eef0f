"""`trainstate check`: the main job."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click
from attrs import define, field

from trainstate.checking.order import Order
from trainstate.checking.report import Finding, JobReport, Report
from trainstate.checking.stream import Checker
from trainstate.cli.completion import files, rule_lists
from trainstate.cli.forms import FORMS, streamed_line, whole_report
from trainstate.cli.known import COMPARE, MODES, WRITE, KnownFindings, known_findings
from trainstate.cli.output import Output, open_output
from trainstate.cli.progress import rarely_collected, watched
from trainstate.history.readers import FORMATS, Limits, SourceReport, read_records
from trainstate.history.readers.lines import Record
from trainstate.render.plain import plain
from trainstate.render.text import (
    finding_lines,
    job_lines,
    source_lines,
    statistics_lines,
    summary_line,
)
from trainstate.rules.index import select_rules
from trainstate.rules.model import Severity
from trainstate.spec.load import builtin_spec, load_spec
from trainstate.spec.model import Evidence, Spec

FOUND = 1
"""The exit status when there are findings at or above the fail level."""


@click.command(name="check", short_help="Judge recorded histories (the main job).")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=files)
@click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    shell_complete=files,
    help="Write the report to FILE instead of standard output.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="RULES",
    shell_complete=rule_lists,
    help="Only these rules: codes, prefixes or names.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULES",
    shell_complete=rule_lists,
    help="Not these rules: codes, prefixes or names.",
)
@click.option(
    "--accept",
    type=click.Choice([str(level) for level in Evidence]),
    default=str(Evidence.DEPRECATED),
    help="The weakest evidence that counts.  [default: deprecated, i.e. all]",
)
@click.option(
    "--fail-on",
    type=click.Choice([str(level) for level in Severity]),
    default=str(Severity.ERROR),
    show_default=True,
    help="The mildest severity that makes the exit status 1.",
)
@click.option(
    "--order",
    type=click.Choice([str(order) for order in Order]),
    help="What orders responses of equal LastModifiedTime.  [default: arrival, for events free]",
)
@click.option(
    "--input-format",
    type=click.Choice(FORMATS),
    default="auto",
    show_default=True,
    help="The form of the input; it is recognised by default.",
)
@click.option(
    "--spec",
    "spec_path",
    metavar="FILE",
    shell_complete=files,
    help="Another specification than the built-in one.",
)
@click.option(
    "--jobs-detail",
    type=click.Choice(["all", "none"]),
    default="all",
    help="List every job, or none.",
)
@click.option(
    "--max-ratio",
    type=click.FloatRange(1),
    metavar="N",
    help="How many times its size compressed input may expand to.  [default: 1000]",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Judge with N processes; the report is the same.",
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option(
    "--verbose", "-v", is_flag=True, help="Show infos, the verdict of each job and the files read."
)
@click.option(
    "--baseline",
    metavar="FILE",
    shell_complete=files,
    help="Findings in FILE are known: they do not count.",
)
@click.option(
    "--baseline-mode",
    type=click.Choice(MODES),
    default=COMPARE,
    show_default=True,
    help="Leave the baseline, write all findings to it, or drop what is gone from it.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Judge the recorded histories in PATHs against the model of a training job's life.

    A PATH is a file or a folder, or - for standard input: boto3, AWS CLI and raw API
    JSON, NDJSON, EventBridge events, list pages, SDK logs, notebooks, YAML, CSV, HAR,
    Parquet, compressed or not.

    Exit status: 0 nothing at or above the fail level, 1 findings, 2 misuse, input that
    cannot be read at all or output that cannot be written, 130 after Ctrl-C.
    """
    asked = _Asked(**options)
    checker = asked.checker()
    with open_output(asked.output) as output:
        known = known_findings(asked.baseline, asked.baseline_mode)
        run = _Run(asked=asked, checker=checker, output=output, known=known)
        with rarely_collected():
            report = run.report()
    about_known = known.close()
    if about_known is not None:
        click.echo(plain(about_known), err=True)
    failed = bool(report.at_least(Severity(asked.fail_on))) and asked.baseline_mode != WRITE
    ctx.exit(FOUND if failed and not asked.exit_zero else 0)


@define(kw_only=True)
class _Asked:
    """The options of one check, as the command line gives them."""

    paths: tuple[str, ...]
    form: str
    output: str | None
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    accept: str
    fail_on: str
    order: str | None
    input_format: str
    spec_path: str | None
    jobs_detail: str
    max_ratio: float | None
    workers: int
    statistics: bool
    verbose: bool
    exit_zero: bool
    baseline: str | None
    baseline_mode: str

    def checker(self) -> Checker:
        """A checker as asked for; raises the errors of wrong names and specs."""
        return Checker(
            spec=self.spec(),
            rules=select_rules(select=_listed(self.select), ignore=_listed(self.ignore)),
            accept=Evidence(self.accept),
            order=None if self.order is None else Order(self.order),
        )

    def records(
        self, on_source: Callable[[SourceReport], None], checker: Checker
    ) -> Iterator[Record]:
        """The records of the paths, for a checker."""
        return read_records(
            self.paths,
            self.spec(),
            input_format=self.input_format,
            limits=Limits() if self.max_ratio is None else Limits(ratio=self.max_ratio),
            on_source=on_source,
            checker=checker,
        )

    def spec(self) -> Spec:
        """The specification as it is written, before evidence narrows it."""
        return load_spec(self.spec_path) if self.spec_path else builtin_spec()

    @property
    def shown(self) -> Severity:
        """The mildest severity that the text shows: infos only when they are asked for."""
        asked = self.verbose or self.select or self.fail_on == Severity.INFO
        return Severity.INFO if asked else Severity.WARNING


@define(kw_only=True)
class _Run:
    """One check: what was found and which files were read, while the report is written."""

    asked: _Asked
    checker: Checker
    output: Output
    known: KnownFindings
    findings: list[Finding] = field(factory=list)
    sources: list[SourceReport] = field(factory=list)

    def report(self) -> Report:
        """The report, written as asked for; text findings as soon as they are found."""
        for finding in self._found():
            if not self.known.takes(finding):
                self.findings.append(finding)
                self._write_found(finding)
        report = Report(
            findings=tuple(self.findings),
            jobs=self._jobs,
            summary=self.known.counted(self.checker.summary, self.findings),
            spec_version=self.checker.spec.version,
        )
        if self.asked.form == "text":
            self._write_end(report)
        else:
            self._write_whole(report)
        return report

    _jobs: tuple[JobReport, ...] = field(factory=tuple, init=False)

    def _found(self) -> Iterator[Finding]:
        alone = "-" in self.asked.paths or self.asked.form == "html"
        shared = None if alone or self.asked.workers == 1 else self._shared()
        yield from self._judged() if shared is None else shared

    def _shared(self) -> Iterable[Finding] | None:
        """What several processes find; None where the recording is left to one."""
        from trainstate.cli.workers import joined, judge_shared

        parts = judge_shared(self.asked, self.asked.workers)
        if parts is None:
            return None
        found, self._jobs, self.checker.summary = joined(parts)
        self.sources += parts[0].sources
        return found

    def _judged(self) -> Iterator[Finding]:
        """What this process finds."""
        for record in watched(self.asked.records(self.sources.append, self.checker)):
            yield from self.checker.feed(record)
        at_end, self._jobs = self.checker.close()
        yield from (finding for _, finding in at_end)

    def _write_found(self, finding: Finding) -> None:
        line = streamed_line(self.asked.form, finding)
        if line is not None:
            self.output.line(line)
        elif self.asked.form == "text" and finding.severity.rank <= self.asked.shown.rank:
            self._write_finding(finding)

    def _write_whole(self, report: Report) -> None:
        if self.asked.form == "parquet":
            from trainstate.render.frame import report_parquet

            self.output.data(report_parquet(report))
            return
        pieces = whole_report(
            self.asked.form,
            report,
            self.checker,
            shown=self.asked.shown,
            fail_on=Severity(self.asked.fail_on),
            jobs_detail=self.asked.jobs_detail == "all",
        )
        for piece in pieces:
            self.output.line(piece)

    def _write_finding(self, finding: Finding) -> None:
        for line in finding_lines(finding, self.checker.spec, style=self.output.style):
            self.output.line(line)
        self.output.line("")

    def _write_end(self, report: Report) -> None:
        if self.asked.statistics:
            named = [(found.code, found.name) for found in report.at_least(self.asked.shown)]
            for line in statistics_lines(named):
                self.output.line(line)
        if self.asked.verbose:
            for line in (*source_lines(self.sources), *job_lines(report.jobs)):
                self.output.line(line)
        hidden = report.summary.infos if self.asked.shown is not Severity.INFO else 0
        hint = " (hidden; --verbose shows them)" if hidden else ""
        self.output.line(summary_line(report.summary) + hint)


def _listed(selectors: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for text in selectors for name in text.split(",") if name.strip())
