"""The report as workflow commands, which GitHub shows as annotations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trainstate.checking.report import Report
from trainstate.history.readers.walk import STDIN
from trainstate.render.plain import plain
from trainstate.rules.model import Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def annotation_lines(report: Report) -> Iterator[str]:
    """One workflow command a finding and an unread input.

    Recorded text cannot end it or begin another.
    """
    for finding in report.findings:
        text = f"{finding.job}: {finding.message}" if finding.job else finding.message
        title = f"{finding.code} {finding.name}"
        place = {"file": finding.file, "line": finding.line, "title": title}
        yield _command(_LEVELS[finding.severity], place, text)
    for source in report.unread:
        yield _command("error", {"file": source.file, "title": "not read"}, source.detail)


def _command(level: str, properties: Mapping[str, Any], text: str) -> str:
    # Standard input is no file that GitHub could show: the annotation stands for itself.
    listed = ",".join(
        f"{name}={plain(value).translate(_PROPERTY)}"
        for name, value in properties.items()
        if value is not None and (name == "title" or properties["file"] not in (None, STDIN))
    )
    return f"::{level} {listed}::{plain(text).translate(_DATA)}"
