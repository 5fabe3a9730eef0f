"""Differences between the specification and a service's own model, as text and JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from trainstate.checking.report import Finding
from trainstate.render.json import FINDING, finding_object
from trainstate.render.plain import plain
from trainstate.rules.drift import Drift

_UNTOLD = ("job", "file", "line", "index", "witness")  # of what is about no recording


def drift_lines(drift: Drift, findings: Sequence[Finding]) -> Iterator[str]:
    """One line a difference with its remedy, then what was compared."""
    for finding in findings:
        yield f"{finding.severity}: {finding.code} {finding.name}: {plain(finding.message)}"
        yield f"  help: {finding.help}"
    statuses = sum(len(listed) for _, _, listed in drift.vocabularies)
    yield (
        f"{drift.version} and the {drift.spec.name} spec {drift.spec.version}:"
        f" {statuses} statuses, {len(drift.members)} members,"
        f" {len(findings)} difference{'' if len(findings) == 1 else 's'}"
    )


def drift_object(drift: Drift, findings: Sequence[Finding]) -> dict[str, Any]:
    """The same as JSON values."""
    return {
        "schema": 1,
        "compared": {
            "spec": f"{drift.spec.name} {drift.spec.version}",
            "with": drift.version,
            "members": len(drift.members),
        },
        "findings": [
            finding_object(finding, [name for name in FINDING if name not in _UNTOLD])
            for finding in findings
        ],
    }
