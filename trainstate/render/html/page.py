"""The page: style, data, libraries and script in one file, under a strict security policy.

The data are compact JSON values: text made harmless, times in milliseconds.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import attrs
from attrs import define, field

from trainstate.checking.jobs import JobState
from trainstate.checking.report import Finding, Report, Verdict
from trainstate.checking.stream import Checker
from trainstate.history.instants import SECOND, iso
from trainstate.render.align import alignment_line
from trainstate.render.html.picture import picture, seconds_waited
from trainstate.render.html.timeline import History, Life, bare_timeline, timeline
from trainstate.render.plain import json_text, plain
from trainstate.rules.model import Rule, Severity
from trainstate.spec.model import Spec
from trainstate.spec.outcome import Outcome
from trainstate.track.outcome import outcome_of
from trainstate.version import installed_version

# Layout of the machine, drawing, plots; then the report's own scripts, in the order of use.
SCRIPTS = (
    "dagre.min.js",
    "d3.min.js",
    "plot.umd.min.js",
    "pictures.js",
    "list.js",
    "jobs.js",
    "report.js",
)
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def report_html(report: Report, checker: Checker, *, command: str = "", files: int = 0) -> str:
    """The report as one HTML document; its head has the command and the number of files.

    Nothing is loaded from anywhere: the policy allows only the scripts whose hashes it
    names. Styles are allowed inline, because the plots bring their own.
    """
    scripts = [_asset(name) for name in SCRIPTS]
    made = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "command": plain(command, longest=1000),
        "files": files,
    }
    data = {"made": made, **report_data(report, checker)}
    return "".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            "<title>trainstate report</title>\n",
            f"<style>{_asset('report.css')}</style>\n</head>\n<body>\n",
            _asset("report.html"),
            f'<script id="data" type="application/json">{_embedded(data)}',
            "</script>\n",
            *(f"<script>{script}</script>\n" for script in scripts),
            "</body>\n</html>",
        )
    )


def _embedded(value: Any) -> str:
    """JSON that ends no script element and begins no comment: ASCII, three characters escaped."""
    text = json_text(value, allow_nan=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def _policy(scripts: list[str]) -> str:
    digests = (b64encode(sha256(script.encode("utf-8")).digest()) for script in scripts)
    hashes = " ".join(f"'sha256-{digest.decode('ascii')}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _asset(name: str) -> str:
    return files("trainstate.render.html").joinpath("assets", name).read_text(encoding="utf-8")


MOST_FINDINGS = 50_000
"""Findings that are listed; of more the mildest are left out, and the page says how many."""
MOST_TIMELINES = 12_000
"""Flagged jobs that get a timeline, and as many others, the first ones."""

_SEVERITIES = tuple(Severity)
_VERDICTS = tuple(Verdict)


def report_data(report: Report, checker: Checker) -> dict[str, Any]:
    """Everything that the page shows of a report."""
    numbers = _Numbers()
    for job in report.jobs:
        numbers.job(job.job)
    lives = [(state, state.history) for state in checker.states]
    listed = _listed(report.findings)
    findings = [_finding(finding, numbers) for finding in listed]
    used = Counter(finding.code for finding in report.findings)
    flagged = Counter(finding.job for finding in report.findings)
    return {
        "tool": {"version": installed_version(), "spec": report.spec_version},
        "verdict": str(report.verdict),
        "verdicts": [str(verdict) for verdict in _VERDICTS],
        "severities": [str(severity) for severity in _SEVERITIES],
        "summary": attrs.asdict(report.summary),
        "rules": {
            rule.code: {**_rule(rule, checker.spec), "count": used[rule.code]}
            for rule in checker.rules
            if used[rule.code]
        },
        "jobs": [
            [
                numbers.job(job.job),
                None if state.created is None else iso(state.created),
                _VERDICTS.index(job.verdict),
                int(job.complete),
                job.responses,
                *_measures(state, history, checker.spec),
                flagged[job.job],
            ]
            for job, (state, history) in zip(report.jobs, lives, strict=False)
        ],
        "outcomes": list(Outcome),
        "files": [plain(file) for file in numbers.files],
        "named": [plain(name, longest=1000) for name in numbers.jobs],
        "findings": findings,
        "unread": [[plain(source.file), plain(source.detail)] for source in report.unread],
        "left_out": len(report.findings) - len(listed),
        "timelines": _timelines(listed, lives, checker.spec, numbers),
        "texts": list(numbers.texts),
        **picture(lives, checker.spec),
    }


@define
class _Numbers:
    """Names that occur often, each given a number once."""

    jobs: dict[str, int] = field(factory=dict)
    files: dict[str, int] = field(factory=dict)
    texts: dict[str, int] = field(factory=dict)

    def job(self, name: str) -> int:
        return self.jobs.setdefault(name, len(self.jobs))

    def file(self, name: str | None) -> int | None:
        return None if name is None else self.files.setdefault(name, len(self.files))

    def text(self, text: str) -> int:
        return self.texts.setdefault(plain(text), len(self.texts))


def _listed(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that the page lists, in their order; of too many the mildest are left out."""
    if len(findings) <= MOST_FINDINGS:
        return findings
    ranked = sorted(range(len(findings)), key=lambda place: findings[place].severity.rank)
    return tuple(findings[place] for place in sorted(ranked[:MOST_FINDINGS]))


def _finding(finding: Finding, numbers: _Numbers) -> list[Any]:
    edits = finding.alignment
    return [
        finding.code,
        _SEVERITIES.index(finding.severity),
        numbers.job(finding.job),
        numbers.file(finding.file),
        finding.line,
        finding.index,
        numbers.text(finding.pointer),
        numbers.text(finding.message),
        numbers.text(alignment_line(edits) if edits is not None and edits.cost else ""),
        numbers.text(" → ".join(finding.witness)),
    ]


def _rule(rule: Rule, spec: Spec) -> dict[str, Any]:
    known = spec.source_by_id
    sources = [known[source_id] for source_id in rule.sources if source_id in known]
    return {
        "name": rule.name,
        "severity": _SEVERITIES.index(rule.severity),
        "title": rule.title,
        "why": " ".join(rule.why.split()),
        "help": rule.help,
        "sources": [[source.title, source.url] for source in sources],
    }


def _timelines(
    findings: Iterable[Finding], lives: Iterable[Life], spec: Spec, numbers: _Numbers
) -> dict[str, Any]:
    """A timeline of each flagged job, by the job's number."""
    flagged: dict[str, list[tuple[int, Finding]]] = {}
    for number, finding in enumerate(findings):
        if finding.job in flagged or len(flagged) < MOST_TIMELINES:
            flagged.setdefault(finding.job, []).append((number, finding))
    named: dict[str, list[Life]] = {}
    drawn: dict[str, Any] = {}
    for state, history in lives:
        name = state.report.job
        if name in flagged:
            named.setdefault(name, []).append((state, history))
        elif len(drawn) < MOST_TIMELINES:
            drawn[str(numbers.job(name))] = bare_timeline(history, number_of=numbers.text)
    marked = {
        str(numbers.job(job)): timeline(named.get(job, ()), found, spec, number_of=numbers.text)
        for job, found in flagged.items()
        if job
    }
    return marked | drawn


def _measures(state: JobState, history: History, spec: Spec) -> list[Any]:
    """A job's outcome by number, and its whole, waiting and billable seconds, None if unseen."""
    ends = [entry.end or entry.start for entry in history]
    last = max((end for end in ends if end is not None), default=None)
    first = state.created if state.created is not None or not history else history[0].start
    whole = None if last is None or first is None else max(0, last - first) / SECOND
    measured = (whole, seconds_waited(history, spec), state.billable)
    outcome = list(Outcome).index(outcome_of(spec, *state.last_pair))
    return [outcome, *(None if n is None else round(n, 1) for n in measured)]
