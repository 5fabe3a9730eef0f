"""Conformance cases: recordings with the verdict and findings that the model gives them.

The cases are data, ``cases/*.toml``, for implementations in any language. This module reads
them and compares a check of this shape with them.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from typing import Any

from attrs import field, fields, frozen

FOLDER = resources.files("trainstate.testing") / "cases"
"""The folder of the files, one a group."""

_JUDGED = ("error", "warning")


@frozen(kw_only=True, order=True)
class Expected:
    """A finding that a case expects: an error or a warning, and its place.

    ``index`` counts the job's responses from 0; None where a record was not read.
    ``pointer`` is a JSON pointer into the response.
    """

    code: str
    name: str
    severity: str = field(converter=str)
    index: int | None = None
    pointer: str = ""


@frozen(kw_only=True)
class Case:
    """A recording, and what any correct implementation says about it.

    The recording is either ``responses`` or the ``text`` of a file. ``options`` are
    keyword arguments of the check. ``complete`` holds if every job has ended.
    """

    group: str
    description: str
    verdict: str
    complete: bool
    findings: tuple[Expected, ...] = ()
    options: Mapping[str, Any] = field(factory=dict)
    responses: tuple[Mapping[str, Any], ...] = ()
    text: str | None = None

    @property
    def recording(self) -> str | list[Mapping[str, Any]]:
        """The input of the check: the text of a file, or a list of responses."""
        return list(self.responses) if self.text is None else self.text


def cases(*groups: str) -> tuple[Case, ...]:
    """The cases of these groups, or of all if none is named, in the order of the files.

    Raises FileNotFoundError for a missing group.
    """
    files = [FOLDER / f"{group}.toml" for group in groups] or sorted(
        (file for file in FOLDER.iterdir() if file.name.endswith(".toml")),
        key=lambda file: file.name,
    )
    return tuple(
        _case(file.name.removesuffix(".toml"), row)
        for file in files
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    )


def differences(case: Case, check: Callable[..., Any]) -> tuple[str, ...]:
    """How the check's report differs from what a case expects, in words; empty if equal.

    The report has the members ``verdict``, ``findings`` and ``jobs`` of ``trainstate.Report``.
    """
    report = check(case.recording, **case.options)
    complete = all(job.complete for job in report.jobs)
    pairs = (
        ("verdict", case.verdict, str(report.verdict)),
        ("complete", case.complete, complete),
    )
    wrong = [f"{what}: expected {one}, got {two}" for what, one, two in pairs if one != two]
    return (*wrong, *_finding_differences(case.findings, _judged(report)))


def _finding_differences(expected: Iterable[Expected], actual: Iterable[Expected]) -> Iterable[str]:
    left = list(actual)
    for finding in expected:
        if finding in left:
            left.remove(finding)
        else:
            yield f"missing: {finding}"
    yield from (f"not expected: {finding}" for finding in left)


def _judged(report: Any) -> list[Expected]:
    names = [member.name for member in fields(Expected)]
    return [
        Expected(**{name: getattr(found, name) for name in names})
        for found in report.findings
        if found.severity in _JUDGED
    ]


def _case(group: str, row: Mapping[str, Any]) -> Case:
    findings = tuple(Expected(**finding) for finding in row["findings"])
    responses = tuple(row.get("responses", ()))
    return Case(**{**row, "group": group, "findings": findings, "responses": responses})
