"""A partition's jobs to rows of findings and verdicts, as Arrow streams them.

A partition is sorted by job, then by arrival. A checker is replaced after some thousand jobs, so
memory grows with neither the jobs nor the responses of a partition.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from attrs import define, evolve, field, frozen

from trainstate.backends.keying import BODY, FILE, KEY, LINE, TAKEN
from trainstate.checking.options import CheckerOptions
from trainstate.checking.report import Finding, JobReport
from trainstate.checking.stream import Checker
from trainstate.history.machines import machine_of
from trainstate.history.model import Origin
from trainstate.history.readers.counts import Counts
from trainstate.history.readers.envelope import Payload, payload_records
from trainstate.history.readers.lines import Record
from trainstate.history.readers.ndjson import line_records
from trainstate.history.readers.settings import Limits
from trainstate.render.json import finding_object, job_object
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Spec

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
"""The output rows: one with a code is a finding, one with a verdict a job."""

_BLOCK, _MOST_JOBS = 1000, 10_000


@frozen(kw_only=True)
class JudgeOptions:
    """The options of a check, in a form that another process can receive.

    ``reader`` is that of the rows: *ndjson* for lines, *spark* for columns with their own types.
    """

    options: CheckerOptions = field(factory=CheckerOptions)
    reader: str = "spark"
    spec: Spec | None = None

    def facts(self) -> Spec:
        """The specification, before evidence narrows it."""
        return self.spec or builtin_spec()

    def checker(self) -> Checker:
        """The checker; raises the errors of wrong names."""
        return self.options.checker(self.facts())


def judged(batches: Iterable[Any], asked: JudgeOptions) -> Iterator[Any]:
    """Findings and verdicts of a partition's rows, as record batches."""
    judge = _Judge(asked=asked)
    for batch in batches:
        judge.take(batch)
        yield from judge.ready(_BLOCK)
    judge.turn()
    yield from judge.ready(1)


@define(kw_only=True)
class _Judge:
    """The present checker, its input, and the rows made by it and its predecessors.

    A checker judges some thousand jobs, so that what it learnt from one serves the others, and is
    replaced between two jobs.
    """

    asked: JudgeOptions
    checker: Checker = field(init=False)
    counts: Counts = field(init=False)
    made: list[dict[str, Any]] = field(factory=list)
    places: list[tuple[str | None, int | None]] = field(factory=list)
    ordinal: int = 0
    key: str | None = None

    def __attrs_post_init__(self) -> None:
        self._begin()

    def take(self, batch: Any) -> None:
        """Judges the rows of a batch."""
        for row in batch.to_pylist():
            if row[KEY] != self.key:
                self._meets(row[KEY])
            place = row[FILE], row[LINE]
            origin = Origin(file=place[0], line=place[1], reader=self.asked.reader)
            for record in self._records(row, origin):
                self.made += [self._finding(finding) for finding in self.checker.feed(record)]
            self.places += [place] * (len(self.checker.states) - len(self.places))

    def turn(self) -> None:
        """Closes the present checker and starts another."""
        found, jobs = self.checker.close()
        self.made += [self._finding(finding) for _, finding in found]
        self.made += [_job(job, place) for job, place in zip(jobs, self.places, strict=True)]
        self._begin()

    def ready(self, least: int) -> Iterator[Any]:
        """A batch of the finished rows, if there are enough."""
        if len(self.made) >= least:
            yield pa.RecordBatch.from_pylist(self.made, schema=SCHEMA)
            self.made = []

    def _begin(self) -> None:
        spec = self.asked.facts()
        self.checker, self.places = self.asked.checker(), []
        self.counts = Counts(spec=spec, limits=Limits(), file=None, reader=self.asked.reader)

    def _meets(self, key: str) -> None:
        """A new job: replaces the checker if it has had many."""
        self.key = key
        if len(self.places) >= _MOST_JOBS:
            self.turn()

    def _records(self, row: dict[str, Any], origin: Origin) -> Iterator[Record]:
        if not row[TAKEN]:
            counts = evolve(self.counts, file=origin.file)
            yield from line_records([(origin.line or 0, row[BODY], False)], counts)
            return
        payload: Payload = pickle.loads(row[BODY])  # noqa: S301 - of our own task
        named = isinstance(payload.value, Mapping)
        own = machine_of(payload.value, self.counts.spec) if named else None
        yield from payload_records(evolve(payload, spec=own), origin, self.counts)

    def _finding(self, finding: Finding) -> dict[str, Any]:
        shown = finding_object(finding)
        self.ordinal += 1
        return {**shown, "facts": json.dumps(shown["facts"], default=str), "ordinal": self.ordinal}


def _job(job: JobReport, place: tuple[str | None, int | None]) -> dict[str, Any]:
    return {**job_object(job), "file": place[0], "line": place[1]}


__all__ = ["SCHEMA", "JudgeOptions", "judged"]
