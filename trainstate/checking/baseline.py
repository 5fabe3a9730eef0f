"""Baselines: findings that are already known, so that only new ones count."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from attrs import frozen

from trainstate.checking.report import Finding
from trainstate.errors import InputError

SCHEMA = 1
"""The version of the baseline format."""


@frozen(order=True)
class Fingerprint:
    """What identifies a finding across runs: job, code, pointer, hash of the message.

    For an unreadable record ``job`` is its file. The line is left out, so that a recording can
    grow.
    """

    job: str
    code: str
    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}/{self.message}/{self.job}/{self.pointer}"


@frozen
class Baseline:
    """The fingerprints of known findings."""

    known: frozenset[Fingerprint] = frozenset()

    def __contains__(self, finding: Finding) -> bool:
        return fingerprint(finding) in self.known


def fingerprint(finding: Finding) -> Fingerprint:
    """The fingerprint of a finding."""
    digest = sha256(finding.message.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return Fingerprint(finding.job or finding.file or "", finding.code, finding.pointer, digest)


def baseline_json(baseline: Baseline) -> str:
    """A baseline as JSON text: sorted, one finding a line, so that diffs are small."""
    lines = [
        json.dumps([row.job, row.code, row.pointer, row.message]) for row in sorted(baseline.known)
    ]
    listed = ",\n  ".join(lines)
    return f'{{"schema": {SCHEMA}, "tool": "trainstate", "findings": [\n  {listed}\n]}}'


def read_baseline(text: str, *, file: str) -> Baseline:
    """Parses a baseline; raises InputError with the file's name and the remedy."""
    try:
        value = json.loads(text)
        rows = value["findings"] if value["schema"] == SCHEMA else [None]
        return Baseline(frozenset(map(_fingerprint, rows)))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            f"{file!r} is no baseline of version {SCHEMA}; write a new one with"
            " --baseline-mode write."
        ) from None


def _fingerprint(row: Any) -> Fingerprint:
    if len(row) != 4 or not all(isinstance(part, str) for part in row):
        raise ValueError(row)
    return Fingerprint(*row)
