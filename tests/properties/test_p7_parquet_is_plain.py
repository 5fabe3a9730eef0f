"""P7: rows of Parquet are judged as the same rows in NDJSON are, findings and order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")

from tests.backends.rows import SPEC, Row, alike, ndjson, parquet, report, table_of
from tests.walks import observations
from trainstate.backends.writing import fits, schema_of
from trainstate.rules.example import poll
from trainstate.rules.example import written as example
from trainstate.testing import faulty, jobs, polls
from trainstate.testing.corpus import Corpus, responses, whole
from trainstate.testing.faults import operators
from trainstate.testing.observations import written

MODIFIED = SPEC.layout.modified
NAMES = sorted(operators())
# `datetime` is a column of times; the others are texts and numbers.
TIMES = ("datetime", "datetime", "iso", "iso-local", "epoch", "epoch-ms")
SELECTORS = st.sampled_from([(), (), ("TS3",), ("TS6",), ("TS602", "TS611"), ("TS4", "TS610")])
GROUPS = st.sampled_from([1, 2, 5, None])


@st.composite
def repeated(draw: st.DrawFn, sequence: list[Any]) -> list[Row]:
    """Responses as rows, some of them several times, now and then modified later."""
    times = draw(st.sampled_from(TIMES))
    found: list[Row] = []
    for response in sequence:
        if not isinstance(response, dict):
            continue
        later = [0, *draw(st.lists(st.integers(-1, 3), max_size=3))]
        found += [written(_moved(response, seconds), times) for seconds in later]
    return alike(found)


def _moved(response: Row, seconds: int) -> Row:
    value = response.get(MODIFIED)
    if not isinstance(value, datetime):
        return response
    return {**response, MODIFIED: value + timedelta(seconds=seconds)}


@st.composite
def interleaved(draw: st.DrawFn) -> list[Row]:
    """The rows of several jobs in turn."""
    return draw(repeated(draw(jobs(most=6, times="datetime"))))


@st.composite
def broken(draw: st.DrawFn) -> list[Row]:
    """The rows of a job with a planted fault, repeated around it."""
    found = draw(faulty(polls(most=5, times="datetime"), rule=draw(st.sampled_from(NAMES))))
    return draw(repeated(list(found.responses)))


@given(interleaved(), SELECTORS, GROUPS)
@settings(deadline=None)
def test_legal_rows_are_judged_as_lines(
    rows: list[Row], select: tuple[str, ...], group: int | None
) -> None:
    """Both forms give one report on legal jobs whose responses repeat."""
    same(rows, select, group)


@given(broken(), SELECTORS, GROUPS)
@settings(deadline=None)
def test_faulty_rows_are_judged_as_lines(
    rows: list[Row], select: tuple[str, ...], group: int | None
) -> None:
    """Both forms give one report on jobs with a planted fault."""
    same(rows, select, group)


@given(observations(), GROUPS)
@settings(deadline=None)
def test_random_rows_are_judged_as_lines(rows: list[Row], group: int | None) -> None:
    """Both forms give one report on polls, summaries and events that were falsified."""
    same(alike(rows), (), group)


def same(rows: list[Row], select: tuple[str, ...], group: int | None) -> None:
    table = table_of(rows)
    if not table.num_columns or table.num_rows != len(rows):
        return
    data = parquet(table, group=group)
    expected = report(ndjson(rows), select=select)

    assert said(expected) == said(report(data, select=select))


def said(judged: Any) -> Any:
    """A refusal names the format that was read."""
    return judged.replace("ndjson", "parquet") if isinstance(judged, str) else judged


def test_a_member_without_a_column_is_absent() -> None:
    """A job that needs a VPC lacks one, though the table has no column for it."""
    file_system = {"FileSystemId": "fs-0a1b2c3d", "FileSystemAccessMode": "ro"}
    source = file_system | {"FileSystemType": "EFS", "DirectoryPath": "/data"}
    channel = {"ChannelName": "train", "DataSource": {"FileSystemDataSource": source}}
    rows = [example(poll("InProgress/Starting: Starting", {"/InputDataConfig": [channel]}))]

    same(rows, (), None)
    judged = report(ndjson(rows))
    assert not isinstance(judged, str)
    assert "TS515" in {finding.code for finding in judged.findings}


def test_a_corpus_with_faults_is_judged_alike() -> None:
    """Both forms give one report on many interleaved jobs, of which a third has a fault."""
    schema = schema_of([whole(SPEC)], SPEC)
    corpus = Corpus(
        jobs=120, polls=10, seed=7, faults=0.34, fits=lambda rows: fits(rows, schema, SPEC)
    )
    rows = [row for row, _ in responses(corpus)]
    data = parquet(table_of(rows), group=500)

    assert report(ndjson(rows)) == report(data)
