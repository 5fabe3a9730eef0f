"""The report for GitLab: a Code Quality report, which merge requests show beside the lines."""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from trainstate.checking.baseline import fingerprint
from trainstate.checking.report import Report
from trainstate.history.readers.walk import STDIN
from trainstate.render.plain import json_text, plain
from trainstate.rules.model import Severity

_LEVELS = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def report_gitlab(report: Report) -> str:
    """One entry a finding and an unread input."""
    return json_text([*_entries(report)], indent=1)


def _entries(report: Report) -> Iterator[dict[str, Any]]:
    # GitLab drops all but one of the entries with one fingerprint: those that are alike, of
    # jobs that had the same name one after another, are numbered.
    seen: Counter[object] = Counter()
    for finding in report.findings:
        same = fingerprint(finding)
        seen[same] += 1
        yield {
            "check_name": f"{finding.code} {finding.name}",
            "description": plain(f"{finding.job}: {finding.message}".removeprefix(": ")),
            "severity": _LEVELS[finding.severity],
            **_place(finding.file or STDIN, finding.line or 1, f"{same} {seen[same]}"),
        }
    for source in report.unread:
        yield {
            "check_name": "not read",
            "description": plain(source.detail),
            "severity": _LEVELS[Severity.ERROR],
            **_place(source.file, 1, source.file),
        }


def _place(file: str, line: int, same: str) -> dict[str, Any]:
    return {
        "fingerprint": sha256(same.encode("utf-8", "backslashreplace")).hexdigest(),
        "location": {"path": plain(file).removeprefix("./"), "lines": {"begin": max(line, 1)}},
    }
