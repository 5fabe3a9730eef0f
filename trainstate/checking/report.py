"""The result of a check: findings, a verdict for each job, and one overall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from importlib import import_module
from typing import Any

from attrs import field, frozen

from trainstate.history.model import Response
from trainstate.history.readers.lines import Line, whole
from trainstate.history.readers.settings import SourceReport
from trainstate.machine.align import Alignment
from trainstate.rules.model import Severity
from trainstate.spec.model import Evidence


class Verdict(StrEnum):
    """Whether a run of the model explains the recording; never a bool.

    *UNKNOWN* means that a status is not in the specification, or the data is too partial to decide.
    """

    CONSISTENT = "CONSISTENT"
    UNKNOWN = "UNKNOWN"
    INCONSISTENT = "INCONSISTENT"

    @property
    def rank(self) -> int:
        """0 for CONSISTENT; larger is worse."""
        return list(Verdict).index(self)


@frozen(kw_only=True)
class Finding:
    """One result of a rule, with everything that tools need, so that no text must be parsed.

    ``job`` is the ARN, the name, or the place of a nameless history. ``line`` counts from 1,
    ``index`` counts the job's responses from 0. ``pointer`` is a JSON pointer into the response.
    ``witness`` is the shortest legal history that shows what was expected; ``alignment`` the fewest
    edits that make an illegal history legal. ``implied_by`` is the code of the finding that this
    one follows from, or None.
    """

    code: str
    name: str
    severity: Severity
    message: str
    help: str
    sources: tuple[str, ...]
    job: str = ""
    file: str | None = None
    line: int | None = None
    index: int | None = None
    pointer: str = ""
    facts: Mapping[str, Any] = field(factory=dict)
    witness: tuple[str, ...] = ()
    unknown: bool = False
    implied_by: str | None = field(default=None, eq=False)
    alignment: Alignment | None = field(default=None, eq=False, repr=False)
    record: Line | Response | None = field(default=None, eq=False, repr=False)

    @property
    def response(self) -> Response | None:
        """The response that the finding is about; None if it is about a job or no response."""
        found = None if self.record is None else whole(self.record)
        return found if isinstance(found, Response) else None

    def number(self, *, severity: Severity | None = None) -> int:
        """A hash of code, pointer, message and severity, the same in every process.

        ``severity`` stands for the finding's own.
        """
        text = f"{self.code}\0{self.pointer}\0{self.message}\0{severity or self.severity}"
        digest = blake2b(text.encode("utf-8", "backslashreplace"), digest_size=7)
        return int.from_bytes(digest.digest(), "big")

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        where = place or self.job
        return f"{where}: {self.code} {self.name}: {self.message}"


@frozen(kw_only=True)
class JobReport:
    """The verdict on one job, and its basis.

    ``created`` is in UTC, None if unseen; ``basis`` is *history* or *reachability*; ``assumed`` is
    the weakest evidence that the verdict uses; ``machine`` is the name of the job's machine, empty
    for the requested one.
    """

    job: str
    created: datetime | None
    verdict: Verdict
    complete: bool
    basis: str
    assumed: Evidence
    responses: int
    machine: str = ""


@frozen(kw_only=True)
class Summary:
    """The totals of a report.

    ``unread`` counts named inputs that could not be read, ``passed_over`` files in folders that are
    no recordings.
    """

    responses: int = 0
    jobs: int = 0
    consistent: int = 0
    inconsistent: int = 0
    unknown: int = 0
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    unread: int = 0
    passed_over: int = 0


@frozen(kw_only=True, repr=False)
class Report:
    """Everything that a check found. Iterating yields the findings in order of arrival."""

    findings: tuple[Finding, ...]
    jobs: tuple[JobReport, ...]
    summary: Summary
    spec_version: str
    unread: tuple[SourceReport, ...] = ()

    def __repr__(self) -> str:
        total = self.summary
        return (
            f"<Report {self.verdict}: responses={total.responses}, jobs={total.jobs},"
            f" errors={total.errors}, warnings={total.warnings}, infos={total.infos}>"
        )

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all jobs; UNKNOWN at best if an input or record could not be read.

        A record that surely was no response counts only if there is no job. Without any record the
        verdict is CONSISTENT.
        """
        if self.summary.inconsistent:
            return Verdict.INCONSISTENT
        lost = (one for one in self.findings if one.index is None)
        mild = Severity.INFO if self.summary.jobs else None
        unreadable = self.unread or any(one.severity is not mild for one in lost)
        return Verdict.UNKNOWN if self.summary.unknown or unreadable else Verdict.CONSISTENT

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of this severity or worse."""
        return tuple(found for found in self.findings if found.severity.rank <= severity.rank)

    def to_json(self) -> str:
        """The report as JSON, as ``trainstate check --format json`` writes it."""
        return str(_rendered("trainstate.render.json").report_json(self))

    def to_frame(self, what: str = "findings") -> Any:
        """The *findings* or *jobs* as a polars frame, a row each; needs the extra `polars`.

        ``facts`` is JSON text. Raises UsageError for any other word, and if polars is not
        installed.
        """
        return _rendered("trainstate.render.frame").report_frame(self, what)

    def _repr_html_(self) -> str:
        """The report in notebooks: the verdict, the totals, the first findings."""
        return str(_rendered("trainstate.render.notebook").report_view(self))


def _rendered(module: str) -> Any:
    """Imports a renderer on demand, as renderers stand right of this module."""
    return import_module(module)
