"""P7 for whole tables: where the screen says nothing, the rules say nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
pl = pytest.importorskip("polars", reason="the extra `polars` is not installed")

import trainstate as ts  # noqa: E402
from tests.backends.rows import SPEC, Row, alike, ndjson, report, table_of  # noqa: E402
from tests.walks import observations  # noqa: E402
from trainstate.backends.columns import Columns, Table  # noqa: E402
from trainstate.backends.screen import Screen  # noqa: E402
from trainstate.checking.stream import Checker  # noqa: E402
from trainstate.testing import faulty, jobs, polls  # noqa: E402
from trainstate.testing.corpus import Corpus, responses  # noqa: E402
from trainstate.testing.faults import operators  # noqa: E402

NAMES = sorted(operators())
LEGAL = jobs(most=6, times="datetime")


def frame_of(rows: list[Row]) -> Any:
    """Rows that can stand in one table, as a frame of polars."""
    return pl.DataFrame(table_of(rows))


def passed(frame: Any) -> set[str]:
    """The names of the jobs of which the screen says nothing."""
    checker, schema = Checker(), frame.schema
    columns = Columns.of(schema.names(), SPEC)
    screen = Screen.of(schema, columns, checker) if columns.read else None
    if screen is None:
        return set()
    for batch in Table(frame=frame.lazy(), columns=columns, count=frame.height).batches():
        screen.take(batch)
    return set(screen.passed()["_key"].to_list()) if frame.height else set()


def holds(rows: list[Row]) -> int:
    """Asserts the property for rows; gives the number of jobs that passed."""
    frame = frame_of(rows)
    if not frame.width or frame.height != len(rows):
        return 0
    quiet = passed(frame)
    said = report(ndjson(rows))
    if isinstance(said, str):
        return 0
    shown = ts.check(frame)
    found = {(one.code, one.job) for one in said.findings}

    assert not {one for one in found if one[1].rpartition("/")[2].casefold() in quiet}
    assert said.jobs == shown.jobs
    assert said.summary == shown.summary
    assert [(one.code, one.job, one.line, one.index, one.pointer) for one in said] == [
        (one.code, one.job, one.line, one.index, one.pointer) for one in shown
    ]
    return len(quiet)


@given(LEGAL)
@settings(deadline=None)
def test_legal_tables(rows: list[Row]) -> None:
    """Legal jobs in turn."""
    event(f"passed: {min(holds(alike(rows)), 1)}")


@given(st.data(), st.sampled_from(NAMES))
@settings(deadline=None)
def test_faulty_tables(data: st.DataObject, name: str) -> None:
    """Jobs with a planted fault."""
    found = data.draw(faulty(polls(most=5, times="datetime"), rule=name))

    holds(alike(one for one in found.responses if isinstance(one, dict)))


@given(observations())
@settings(deadline=None)
def test_random_tables(rows: list[Row]) -> None:
    """Falsified polls, summaries and events."""
    holds(alike(rows))


@given(LEGAL, st.data())
@settings(deadline=None)
def test_tables_with_a_value_of_another_row(rows: list[Row], data: st.DataObject) -> None:
    """Legal jobs of which some values are moved, lost or taken from another row."""
    rows = [dict(row) for row in rows]
    for _ in range(data.draw(st.integers(1, 3))):
        row, other = data.draw(st.sampled_from(rows)), data.draw(st.sampled_from(rows))
        name = data.draw(st.sampled_from(sorted({*row, *other})))
        value = data.draw(st.sampled_from([None, *_near(row.get(name)), other.get(name)]))
        row[name] = value
    rows = [{name: value for name, value in row.items() if value is not None} for row in rows]

    event(f"passed: {min(holds(alike(rows)), 1)}")


def _near(value: Any) -> list[Any]:
    """Values that lie near a value of a column."""
    make = next((make for kind, make in NEAR.items() if isinstance(value, kind)), None)
    return make(value) if make else []


def _nearby(value: Row) -> list[Row]:
    """Structures with one member, and with a member that is near."""
    alone = [{name: item} for name, item in value.items()]
    return alone + [
        {**value, name: changed} for name, item in value.items() for changed in _near(item)
    ]


STEPS = [timedelta(seconds=seconds) for seconds in (-3600, -1, -0.4, 0.001, 0.4, 1, 60, 90_000)]
NEAR: dict[type, Any] = {
    datetime: lambda value: [value + step for step in STEPS],
    bool: lambda value: [not value],
    int: lambda value: [value - 1, value + 1, 0, -1, value + 100],
    str: lambda value: ["", " ", value + "x", value.lower()],
    list: lambda value: [value[1:], value[:-1], value[::-1], value + value[-1:], []],
    dict: _nearby,
}


@given(LEGAL, st.data())
@settings(deadline=None)
def test_tables_with_a_changed_entry(rows: list[Row], data: st.DataObject) -> None:
    """Legal jobs of which a value in an entry of a history is another one."""
    rows = [dict(row) for row in rows]
    row = data.draw(st.sampled_from(rows))
    history = [dict(entry) for entry in row[SPEC.layout.history]]
    entry = data.draw(st.sampled_from(history))
    name = data.draw(st.sampled_from(sorted(entry)))
    entry[name] = data.draw(st.sampled_from([None, *_near(entry[name])]))
    row[SPEC.layout.history] = history

    event(f"passed: {min(holds(alike(rows)), 1)}")


def test_most_jobs_of_a_corpus_pass() -> None:
    """Of generated jobs as recordings have them the screen leaves few to the rules."""
    rows = [row for row, _ in responses(Corpus(jobs=60, polls=8, seed=3))]

    assert 40 <= holds(alike(rows))
