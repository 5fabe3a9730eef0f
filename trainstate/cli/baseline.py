"""Findings that do not count: those in a baseline, and rules ignored in some places."""

import os
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from attrs import define, evolve, field, frozen

from trainstate.checking.baseline import (
    Baseline,
    Fingerprint,
    baseline_json,
    fingerprint,
    read_baseline,
)
from trainstate.checking.report import Finding, Summary
from trainstate.cli.output import open_output
from trainstate.errors import InputError, UsageError
from trainstate.rules.index import select_rules
from trainstate.rules.model import Severity

Patterns = tuple[tuple[str, frozenset[str]], ...]


@frozen(kw_only=True)
class Ignores:
    """Rule codes by pattern of a file's path, or of a job's name or ARN.

    A star matches any characters, including folder separators.
    """

    files: Patterns = ()
    jobs: Patterns = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.jobs)

    def take(self, finding: Finding) -> bool:
        """Whether a finding is ignored where it was found."""
        file, job = finding.file or "", finding.job
        whole = os.path.abspath(file)  # noqa: PTH100 - recorded names need not be paths
        return _matched(finding.code, self.files, (file, whole)) or _matched(
            finding.code, self.jobs, (job, job.rpartition("/")[2])
        )


NOTHING = Ignores()


def patterns(texts: Iterable[str]) -> Patterns:
    """The ignores given as PATTERN=RULES; raises UsageError for another form."""
    return tuple(map(_pattern, texts))


def _pattern(text: str) -> tuple[str, frozenset[str]]:
    pattern, _, listed = text.rpartition("=")
    selected = [name.strip() for name in listed.split(",") if name.strip()]
    if not pattern or not selected:
        raise UsageError(f"Expected PATTERN=RULES, as in 'old/*=TS403,TS5', but got {text!r}.")
    return pattern, frozenset(rule.code for rule in select_rules(select=selected))


def _matched(code: str, ignored: Patterns, names: Iterable[str]) -> bool:
    return any(
        code in codes
        and any(fnmatchcase(name, glob) for name in names for glob in (pattern, f"*/{pattern}"))
        for pattern, codes in ignored
    )


COMPARE, WRITE, PRUNE = MODES = ("compare", "write", "prune")
"""What to do with the baseline: leave it, write the findings, drop what is gone."""


@define
class KnownFindings:
    """The baseline of one check; without a path nothing is known."""

    path: str | None = None
    mode: str = COMPARE
    baseline: Baseline = field(factory=Baseline)
    seen: set[Fingerprint] = field(factory=set)
    ignores: Ignores = NOTHING

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is known or ignored, and so neither shown nor counted."""
        if self.ignores and self.ignores.take(finding):
            return True
        if self.path is None:
            return False
        self.seen.add(fingerprint(finding))
        return finding in self.baseline

    def counted(self, summary: Summary, shown: Iterable[Finding]) -> Summary:
        """Totals without known and ignored findings; the verdicts cover all findings."""
        if self.path is None and not self.ignores:
            return summary
        found = Counter(finding.severity for finding in shown)
        return evolve(
            summary,
            errors=found[Severity.ERROR],
            warnings=found[Severity.WARNING],
            infos=found[Severity.INFO],
        )

    def close(self) -> str | None:
        """Writes the baseline on request; returns one line about it, None without one."""
        if self.path is None:
            return None
        gone = self.baseline.known - self.seen
        if self.mode == WRITE:
            self._write(frozenset(self.seen))
            return f"baseline {self.path}: {len(self.seen)} findings written"
        known = len(self.baseline.known & self.seen)
        if self.mode == PRUNE:
            self._write(self.baseline.known - gone)
            return f"baseline {self.path}: {known} findings known, {len(gone)} dropped"
        hint = "; drop them with --baseline-mode prune" if gone else ""
        return f"baseline {self.path}: {known} findings known, {len(gone)} gone{hint}"

    def _write(self, known: frozenset[Fingerprint]) -> None:
        with open_output(self.path) as output:
            output.line(baseline_json(Baseline(known)))


def known_findings(path: str | None, mode: str, ignored: Ignores = NOTHING) -> KnownFindings:
    """The baseline at a path.

    Raises InputError if it is missing or unreadable, and UsageError for a mode without a
    path.
    """
    if path is None and mode != COMPARE:
        raise UsageError(f"--baseline-mode {mode} needs a file; name it with --baseline FILE.")
    if path is None or mode == WRITE:
        return KnownFindings(path, mode, ignores=ignored)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"The baseline {path!r} cannot be read: {reason}; write one with --baseline-mode write."
        ) from None
    return KnownFindings(path, mode, read_baseline(text, file=path), ignores=ignored)
