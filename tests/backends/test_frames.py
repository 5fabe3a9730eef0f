"""Frames of other libraries are checked as the same rows as dictionaries are."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
pl = pytest.importorskip("polars", reason="the extra `polars` is not installed")

import trainstate as ts  # noqa: E402
from tests.backends.rows import SPEC, Row, alike, bare, table_of  # noqa: E402
from tests.lives import COMPLETED, FAILED, STOPPED, life  # noqa: E402
from trainstate.history.instants import parse  # noqa: E402

HISTORY, MODIFIED = SPEC.layout.history, SPEC.layout.modified


def dated(row: Any) -> Any:
    """A response with its epoch seconds as datetimes."""
    if isinstance(row, dict):
        return {
            name: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=parse(value)[0])
            if name.endswith("Time") and isinstance(value, float)
            else dated(value)
            for name, value in row.items()
        }
    return [dated(item) for item in row] if isinstance(row, list) else row


@pytest.fixture
def rows() -> list[Row]:
    """The polls of three jobs in turn; the last poll of the second has forgotten an entry's end."""
    lives = [
        life(*COMPLETED, name="job-1"),
        life(*STOPPED, name="job-2"),
        life(*FAILED, name="job-3"),
    ]
    found = [dated(one) for turn in zip(*lives, strict=False) for one in turn]
    del found[-2][HISTORY][1]["EndTime"]
    return alike(found)


def pandas_frame(rows: list[Row]) -> Any:
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(rows)


def duckdb_relation(rows: list[Row]) -> Any:
    duckdb = pytest.importorskip("duckdb")
    table = table_of(rows)
    return duckdb.from_arrow(table) if hasattr(duckdb, "from_arrow") else duckdb.sql("FROM table")


class Stream:
    """A table of some library that does nothing but stream Arrow."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


class Table(Stream):
    """A table of some library that streams Arrow and can be iterated."""

    schema: Any = None

    def __iter__(self) -> Any:
        return iter(())


FRAMES: dict[str, Callable[[list[Row]], Any]] = {
    "pandas": pandas_frame,
    "polars": lambda rows: pl.DataFrame(table_of(rows)),
    "lazy polars": lambda rows: pl.DataFrame(table_of(rows)).lazy(),
    "pyarrow": table_of,
    "record batch": lambda rows: table_of(rows).combine_chunks().to_batches()[0],
    "DuckDB": duckdb_relation,
    "stream": lambda rows: Stream(table_of(rows)),
    "table": lambda rows: Table(table_of(rows)),
}


def told(report: ts.Report) -> list[Any]:
    """What a report says, without what only files have."""
    return [
        report.summary,
        [(one.code, one.job, one.index, one.pointer, one.message) for one in report],
        [evolved.job for evolved in report.jobs],
        [(one.verdict, one.complete, one.assumed, one.responses) for one in report.jobs],
    ]


@pytest.mark.parametrize("library", FRAMES)
def test_a_frame_says_what_its_rows_say(library: str, rows: list[Row]) -> None:
    """The findings are those of the rows as dictionaries; the place is the number of the row."""
    report = ts.check(FRAMES[library](rows))

    assert told(ts.check([bare(row) for row in rows])) == told(report)
    assert {("TS306", len(rows) - 1)} == {(one.code, one.line) for one in report}


@pytest.mark.parametrize("rename", ["snake", "lower"])
def test_columns_may_be_in_another_notation(rename: str, rows: list[Row]) -> None:
    """Columns in snake case, and in lower case as Athena gives them, are the same members."""
    frame = pl.DataFrame([_renamed(row, rename) for row in rows], infer_schema_length=None)

    assert told(ts.check(rows)) == told(ts.check(frame))


def _renamed(value: Any, way: str) -> Any:
    if isinstance(value, dict):
        return {_name(name, way): _renamed(item, way) for name, item in value.items()}
    return [_renamed(item, way) for item in value] if isinstance(value, list) else value


def _name(name: str, way: str) -> str:
    if way == "lower":
        return name.lower()
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def test_an_arrow_file_is_read(rows: list[Row], tmp_path: Path) -> None:
    """A file of Arrow IPC, as Feather is, has the findings of its rows."""
    path = tmp_path / "rows.arrow"
    pl.DataFrame(table_of(rows)).write_ipc(path)

    assert told(ts.check(rows)) == told(ts.check(path))


def test_a_stream_of_arrow_is_read(rows: list[Row], tmp_path: Path) -> None:
    """Arrow IPC has a form for streams, too, which pyarrow and Hugging Face write in files."""
    path = tmp_path / "rows.arrow"
    pl.DataFrame(table_of(rows)).write_ipc_stream(path)

    assert told(ts.check(rows)) == told(ts.check(path))
    with path.open("rb") as stream:
        assert told(ts.check(rows)) == told(ts.check(stream.read()))


def test_a_nested_column_may_be_a_text_of_json(rows: list[Row]) -> None:
    """Of a flat table the history is a text, and so is what else is nested."""
    nested = [name for name in rows[0] if isinstance(rows[0][name], dict | list)]
    frame = pl.DataFrame(
        [{**row, **{name: _text(row[name]) for name in nested if name in row}} for row in rows],
        infer_schema_length=None,
    )

    assert told(ts.check(rows)) == told(ts.check(frame))


def _text(value: Any) -> str:
    return json.dumps(value, default=datetime.isoformat)


def test_a_job_in_two_tables_is_judged_whole(rows: list[Row]) -> None:
    """A job that was counted in one table is judged where another source shows it again."""
    frame = pl.DataFrame(table_of(rows[:6]))
    older = {**rows[3], MODIFIED: rows[3][MODIFIED] - timedelta(days=1)}

    assert told(ts.check([*rows[:6], older])) == told(ts.check([frame, older]))
    assert told(ts.check([*rows[:6], *rows[6:]])) == told(
        ts.check([frame, pl.DataFrame(table_of(rows[6:]))])
    )


@pytest.mark.parametrize("name", [MODIFIED, HISTORY, "StoppingCondition", "TrainingJobArn"])
def test_a_column_of_another_type_is_found(name: str, rows: list[Row]) -> None:
    """A column of numbers where there is none is no traceback, and no job passes with it."""
    frame = pl.DataFrame(table_of(rows)).with_columns(pl.lit(7).alias(name))

    report = ts.check(frame)

    assert len(rows) == report.summary.responses
    assert report.findings
    assert told(ts.check(frame.to_dicts())) == told(report)


@pytest.mark.parametrize("name", [MODIFIED, HISTORY, "StoppingCondition", "TrainingJobArn"])
def test_a_missing_column_is_a_missing_member(name: str, rows: list[Row]) -> None:
    """The rows are judged by what they have."""
    kept = [{key: value for key, value in row.items() if key != name} for row in rows]

    assert told(ts.check(kept)) == told(ts.check(pl.DataFrame(table_of(kept))))


def test_a_table_of_other_things_is_refused() -> None:
    """A frame without a member of a response, and one without rows, are refused in a sentence."""
    for frame in (pl.DataFrame({"a": [1]}), pl.DataFrame(), pl.DataFrame({"TrainingJobArn": []})):
        with pytest.raises(ts.InputError, match="holds no response"):
            ts.check(frame)


def test_columns_of_one_name_are_refused(rows: list[Row]) -> None:
    """A frame of pandas can have two columns of one name: no one knows which is meant."""
    frame = pandas_frame(rows)
    twice = frame.iloc[:, [0, 1, 1]]

    with pytest.raises(ts.InputError, match="cannot be read as a table"):
        ts.check(twice)


@pytest.mark.parametrize("columns", [False, True])
def test_what_pandas_has_for_an_absent_value_is_absent(columns: bool, rows: list[Row]) -> None:
    """NA is equal to nothing and has no truth; a search for NaT in a range never ended."""
    pandas = pytest.importorskip("pandas")
    names = {name: None for row in rows for name in row}
    missing = {name: pandas.NaT if name.endswith("Time") else pandas.NA for name in names}
    whole = [missing | row for row in rows]
    values = {name: [row[name] for row in whole] for name in names} if columns else whole

    assert told(ts.check(rows)) == told(ts.check(values))


def test_a_time_in_an_entry_that_is_nat_is_no_time(rows: list[Row]) -> None:
    """Inside members nothing is left out, and it is read to the end."""
    pandas = pytest.importorskip("pandas")
    rows[0][HISTORY][0]["StartTime"] = pandas.NaT

    assert "TS004" in {one.code for one in ts.check(rows[0])}


def test_a_cell_may_have_what_python_prints(rows: list[Row]) -> None:
    """A frame from a CSV of pandas has structures so, as the CSV has."""
    texts = [
        {name: repr(cell) if isinstance(cell, dict | list) else cell for name, cell in row.items()}
        for row in rows
    ]

    assert told(ts.check(rows)) == told(ts.check(pandas_frame(texts)))


def test_values_of_mixed_types_are_found(rows: list[Row]) -> None:
    """A column of objects can hold anything: the rows are judged one by one."""
    frame = pandas_frame(rows)
    frame["StoppingCondition"] = [7, *frame["StoppingCondition"][1:]]

    report = ts.check(frame)

    assert "TS003" in {one.code for one in report}


@pytest.mark.parametrize("unit", ["ms", "ns"])
def test_units_of_times_may_differ(unit: str, rows: list[Row]) -> None:
    """A column has a unit of its own, and a zone of its own."""
    times = pl.Datetime(unit, "Asia/Tokyo")
    frame = pl.DataFrame(table_of(rows)).with_columns(pl.col(MODIFIED).cast(times))

    assert told(ts.check(rows)) == told(ts.check(frame))


@pytest.mark.parametrize("write", [pl.DataFrame.write_ipc, pl.DataFrame.write_ipc_stream])
def test_a_cut_file_is_refused(write: Any, rows: list[Row]) -> None:
    """What is left of a file of Arrow is no file."""
    sink = io.BytesIO()
    write(pl.DataFrame(table_of(rows)), sink)

    with pytest.raises(ts.InputError, match="is not a readable Arrow file"):
        ts.check(sink.getvalue()[:200])


def _pool(seconds: int, other: str | None = None) -> Any:
    shown = {"Status": "Reused", "ResourceRetainedBillableTimeInSeconds": seconds}
    kept = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    return {
        "WarmPoolStatus": shown | {"ReusedByJob": other or "job-9"},
        "ResourceConfig": kept | {"KeepAlivePeriodInSeconds": 600},
    }


def _rule(minute: int) -> Any:
    moment = datetime(2023, 11, 14, 22, 13 + minute, tzinfo=UTC)
    item = {"RuleConfigurationName": "loss", "RuleEvaluationStatus": "InProgress"}
    return {"DebugRuleEvaluationStatuses": [item | {"LastModifiedTime": moment}]}


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        (_pool(10), _pool(20), []),
        (_pool(200), _pool(1), ["TS608"]),
        (_pool(10), _pool(10, "job-8"), ["TS612"]),
        (_rule(15), _rule(16), []),
        (_rule(16), _rule(15), ["TS607"]),
    ],
)
def test_what_is_beside_the_statuses_of_machines_is_compared(
    first: Any, second: Any, codes: list[str], rows: list[Row]
) -> None:
    """Seconds that fall, another job and times that go back, in the rows of one job."""
    done = dated(life(*COMPLETED, name="job-4"))[-1]
    later = {"LastModifiedTime": done["LastModifiedTime"] + timedelta(hours=1)}
    polls = [
        done | first | later,
        done | second | {name: at + timedelta(hours=1) for name, at in later.items()},
    ]
    report = ts.check(pl.DataFrame(table_of([*rows, *polls])))
    found = [one.code for one in report.at_least(ts.Severity.WARNING) if "job-4" in one.job]

    assert codes == found
    assert told(ts.check([bare(row) for row in (*rows, *polls)])) == told(report)


@pytest.mark.parametrize("absent", [1, 2])
def test_a_list_that_a_whole_chunk_lacks_is_read(absent: int) -> None:
    """polars fails on lists of structures whose first chunk has more than one null."""
    metrics = [{"MetricName": "loss", "Value": 0.5, "Timestamp": datetime(2026, 1, 2, tzinfo=UTC)}]
    kind = pl.List(
        pl.Struct(
            {"MetricName": pl.String, "Value": pl.Float64, "Timestamp": pl.Datetime("us", "UTC")}
        )
    )
    named = {"TrainingJobName": "job", "TrainingJobStatus": "InProgress"}
    chunks = [
        pl.DataFrame(
            [{**named, "FinalMetricDataList": shown}] * absent,
            schema_overrides={"FinalMetricDataList": kind},
        )
        for shown in (None, metrics)
    ]

    report = ts.check(pl.concat(chunks, rechunk=False))

    assert 2 * absent == report.summary.responses
