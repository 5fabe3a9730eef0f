"""The options `--per-file-ignores` and `--per-job-ignores`: rules that are silent in places."""

from __future__ import annotations

import os
from collections.abc import Iterable
from fnmatch import fnmatchcase

from attrs import frozen

from trainstate.checking.report import Finding
from trainstate.errors import UsageError
from trainstate.rules.index import select_rules

Patterns = tuple[tuple[str, frozenset[str]], ...]


@frozen(kw_only=True)
class Ignores:
    """Codes of rules by pattern of a file's path or of a job's name or ARN.

    A star stands for any characters, those too that separate folders.
    """

    files: Patterns = ()
    jobs: Patterns = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.jobs)

    def take(self, finding: Finding) -> bool:
        """Holds if a finding is ignored where it was found."""
        file, job = finding.file or "", finding.job
        whole = os.path.abspath(file)  # noqa: PTH100 - recorded names need not be paths
        return _matched(finding.code, self.files, (file, whole)) or _matched(
            finding.code, self.jobs, (job, job.rpartition("/")[2])
        )


NOTHING = Ignores()


def ignores(*, files: Iterable[str], jobs: Iterable[str]) -> Ignores:
    """The ignores that options give as PATTERN=RULES; raises UsageError for another form."""
    return Ignores(files=tuple(map(_pattern, files)), jobs=tuple(map(_pattern, jobs)))


def _pattern(text: str) -> tuple[str, frozenset[str]]:
    pattern, _, listed = text.rpartition("=")
    selected = [name.strip() for name in listed.split(",") if name.strip()]
    if not pattern or not selected:
        raise UsageError(f"Expected PATTERN=RULES, as in 'old/*=TS403,TS5', but got {text!r}.")
    return pattern, frozenset(rule.code for rule in select_rules(select=selected))


def _matched(code: str, patterns: Patterns, names: Iterable[str]) -> bool:
    return any(
        code in codes and any(fnmatchcase(name, glob) for name in names for glob in _globs(pattern))
        for pattern, codes in patterns
    )


def _globs(pattern: str) -> tuple[str, str]:
    return pattern, f"*/{pattern}"
