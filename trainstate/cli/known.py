"""The option `--baseline`: findings that are known already do not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from attrs import define, evolve, field

from trainstate.checking.baseline import Baseline, Identity, baseline_json, identity, read_baseline
from trainstate.checking.report import Finding, Summary
from trainstate.cli.ignores import NOTHING, Ignores
from trainstate.cli.output import open_output
from trainstate.errors import InputError, UsageError
from trainstate.rules.model import Severity

COMPARE, WRITE, PRUNE = MODES = ("compare", "write", "prune")
"""What to do with the baseline: leave it, write what was found, drop what is gone."""


@define
class KnownFindings:
    """The baseline of one check; without a path nothing is known."""

    path: str | None = None
    mode: str = COMPARE
    baseline: Baseline = field(factory=Baseline)
    seen: set[Identity] = field(factory=set)
    ignores: Ignores = NOTHING

    def takes(self, finding: Finding) -> bool:
        """Holds if a finding is known or ignored, so that it is neither shown nor counted."""
        if self.ignores and self.ignores.take(finding):
            return True
        if self.path is None:
            return False
        self.seen.add(identity(finding))
        return finding in self.baseline

    def counted(self, summary: Summary, shown: Iterable[Finding]) -> Summary:
        """The totals without known and ignored findings; the verdicts are of all of them."""
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
        """Writes the baseline where that was asked for; one line about it, None without one."""
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

    def _write(self, known: frozenset[Identity]) -> None:
        with open_output(self.path) as output:
            output.line(baseline_json(Baseline(known)))


def known_findings(path: str | None, mode: str, ignored: Ignores = NOTHING) -> KnownFindings:
    """The baseline at a path.

    Raises InputError where it is missing or cannot be read, and UsageError for a mode
    without a path.
    """
    if path is None and mode != COMPARE:
        raise UsageError(f"--baseline-mode {mode} has no file; name it with --baseline FILE.")
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
