"""The report as workflow commands, which GitHub shows as annotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trainstate.checking.report import Finding
from trainstate.render.plain import plain
from trainstate.rules.model import Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def annotation_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """One workflow command a finding; recorded text cannot end it or begin another."""
    for finding in findings:
        place = {"file": finding.file, "line": finding.line}
        named = {"title": f"{finding.code} {finding.name}"}
        properties = ",".join(
            f"{name}={plain(value).translate(_PROPERTY)}"
            for name, value in (place | named).items()
            if value is not None
        )
        text = f"{finding.job}: {finding.message}" if finding.job else finding.message
        yield f"::{_LEVELS[finding.severity]} {properties}::{plain(text).translate(_DATA)}"
