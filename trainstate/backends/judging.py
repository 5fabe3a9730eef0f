"""Jobs of a partition to rows of findings and verdicts, as Arrow streams them.

A partition comes sorted by job, then by arrival: one checker at a time is enough, so that
what is held grows neither with the jobs nor with the responses of a partition.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from attrs import define, field, frozen

from trainstate.backends.keying import BODY, FILE, FORM, KEY, LINE, MORE, PART, POINTER
from trainstate.backends.values import mappings
from trainstate.check.order import Order
from trainstate.check.report import Finding, JobReport
from trainstate.check.stream import Checker
from trainstate.history.model import Origin, Response, Unreadable
from trainstate.history.readers.envelope import Form, Part, part_records, records
from trainstate.history.readers.json_text import NotJson, decode
from trainstate.history.readers.settings import Limits
from trainstate.history.readers.tally import Tally
from trainstate.render.json import finding_object, job_object
from trainstate.rules.index import select_rules
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec

FINDING_FIELDS = (
    *("code", "name", "severity", "job", "file", "line", "index", "pointer", "message", "help"),
    *("sources", "facts", "witness", "ordinal"),
)
JOB_FIELDS = (
    *("job", "created", "verdict", "complete", "basis", "assumed", "responses", "file", "line"),
)
_TEXT, _NUMBER = pa.string(), pa.int64()
_KINDS = {
    "line": _NUMBER,
    "index": _NUMBER,
    "ordinal": _NUMBER,
    "responses": _NUMBER,
    "complete": pa.bool_(),
    "sources": pa.list_(_TEXT),
    "witness": pa.list_(_TEXT),
}
SCHEMA = pa.schema(
    [(name, _KINDS.get(name, _TEXT)) for name in dict.fromkeys(FINDING_FIELDS + JOB_FIELDS)]
)
"""The rows that come out: a row with a code is a finding, one with a verdict a job."""

_BLOCK = 1000


@frozen(kw_only=True)
class Asked:
    """The options of a check, such that another process can be told."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    accept: Evidence = Evidence.DEPRECATED
    order: Order | None = None
    tolerances: Tolerances = field(factory=Tolerances)
    spec: Spec | None = None

    def facts(self) -> Spec:
        """The specification, before evidence narrows it."""
        return self.spec or builtin_spec()

    def checker(self) -> Checker:
        """A checker as asked for; raises the errors of wrong names."""
        return Checker(
            spec=self.facts(),
            rules=select_rules(select=self.select, ignore=self.ignore),
            accept=self.accept,
            order=self.order,
            tolerances=self.tolerances,
        )


def judged(batches: Iterable[Any], asked: Asked) -> Iterator[Any]:
    """The rows of findings and verdicts about a partition's rows, as record batches."""
    judge = _Judge(asked=asked)
    for batch in batches:
        for row in mappings(batch):
            judge.take(row)
        yield from judge.ready(_BLOCK)
    judge.turn(None)
    yield from judge.ready(1)


@define(kw_only=True)
class _Judge:
    """The job at hand, and the rows that were made of it and of those before."""

    asked: Asked
    key: str | None = None
    checker: Checker | None = None
    made: list[dict[str, Any]] = field(factory=list)
    places: list[tuple[str | None, int | None]] = field(factory=list)
    tally: Tally = field(init=False)
    ordinal: int = 0

    @tally.default
    def _counts(self) -> Tally:
        return Tally(spec=self.asked.facts(), limits=Limits(), file=None, reader="spark")

    def take(self, row: dict[str, Any]) -> None:
        """Judges the records of a row."""
        key, file, line = row.pop(KEY), row.pop(FILE, None), row.pop(LINE, None)
        row.pop(PART, None)
        if self.checker is None or key != self.key:
            self.turn(key)
        for record in self._records(row, Origin(file=file, line=line, reader="spark")):
            self._feed(record)

    def turn(self, key: str | None) -> None:
        """Ends the job at hand and begins another."""
        if self.checker is not None:
            found, jobs = self.checker.close()
            self.made += [self._finding(finding) for finding in found]
            self.made += [_job(job, place) for job, place in zip(jobs, self.places, strict=True)]
        self.key, self.places, self.ordinal = key, [], 0
        self.checker = None if key is None else self.asked.checker()

    def ready(self, least: int) -> Iterator[Any]:
        """A batch of the rows that were made, if there are enough."""
        if len(self.made) >= least:
            yield pa.RecordBatch.from_pylist(self.made, schema=SCHEMA)
            self.made = []

    def _feed(self, record: Response | Unreadable) -> None:
        checker = self.checker
        if checker is None:
            return
        self.made += [self._finding(finding) for finding in checker.feed(record)]
        new = len(checker.states) - len(self.places)
        self.places += [(record.origin.file, record.origin.line)] * new

    def _records(self, row: dict[str, Any], origin: Origin) -> Iterator[Response | Unreadable]:
        if row.pop(MORE, False):
            row[MORE] = True  # a member that no specification has: no summary, then
        if BODY not in row:
            yield from records(row, origin, self.tally)
            return
        body = row[BODY]
        try:
            value = decode(body)
        except NotJson as error:
            yield self.tally.unreadable(str(error), origin, body)
            return
        if FORM in row:
            part = Part(Form(row[FORM]), value, row[POINTER])
            yield from part_records(part, origin, self.tally)
        else:
            yield from records(value, origin, self.tally)

    def _finding(self, finding: Finding) -> dict[str, Any]:
        shown = finding_object(finding)
        self.ordinal += 1
        return {**shown, "facts": json.dumps(shown["facts"], default=str), "ordinal": self.ordinal}


def _job(job: JobReport, place: tuple[str | None, int | None]) -> dict[str, Any]:
    return {**job_object(job), "file": place[0], "line": place[1]}


__all__ = ["SCHEMA", "Asked", "judged"]
