"""Parquet files: the same findings as NDJSON of the same rows, and clear words where it fails."""

from __future__ import annotations

import gzip
import io
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

pa = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
pytest.importorskip("polars")
pq = pytest.importorskip("pyarrow.parquet")

import trainstate as ts  # noqa: E402
from tests.backends.rows import SPEC, Row, alike, ndjson, parquet, report, table_of  # noqa: E402
from tests.lives import COMPLETED, FAILED, STOPPED, life, poll  # noqa: E402
from trainstate.cli.main import main  # noqa: E402
from trainstate.history.instants import parse  # noqa: E402

HISTORY, MODIFIED = SPEC.layout.history, SPEC.layout.modified
UNITS = ("s", "ms", "us", "ns")


def dated(row: Any) -> Any:
    """A response with its epoch seconds as datetimes."""
    if isinstance(row, dict):
        return {
            name: _moment(value)
            if name.endswith("Time") and isinstance(value, float)
            else dated(value)
            for name, value in row.items()
        }
    return [dated(item) for item in row] if isinstance(row, list) else row


def _moment(value: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=parse(value)[0])


@pytest.fixture
def rows() -> list[Row]:
    """The polls of three jobs in turn; the last poll of the second has forgotten an entry's end."""
    lives = [
        life(*COMPLETED, name="job-1"),
        life(*STOPPED, name="job-2"),
        life(*FAILED, name="job-3"),
    ]
    found = [dated(one) for turn in zip(*lives, strict=False) for one in turn]
    assert 12 == len(found)
    del found[-2][HISTORY][1]["EndTime"]
    return alike(found)


def check(*arguments: str, stdin: bytes | None = None) -> Result:
    """The result of `trainstate check` with these arguments."""
    return CliRunner().invoke(main, ["check", *arguments], input=stdin)


def test_rows_are_judged_as_lines_are(rows: list[Row]) -> None:
    """A table has the findings of its rows as NDJSON, with the row's number as line."""
    said = report(parquet(table_of(rows), group=4))

    assert said == report(ndjson(rows))
    assert not isinstance(said, str)
    assert {("TS306", len(rows) - 1)} == {(one.code, one.line) for one in said.findings}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "-07:00"])
def test_times_of_any_unit_and_zone_are_the_same_instants(
    rows: list[Row], unit: str, zone: str
) -> None:
    """A column of times says what the same times as text say."""
    table = with_times(table_of(rows), pa.timestamp(unit, tz=zone))

    assert report(parquet(table, version="2.6")) == report(ndjson(rows))


@pytest.mark.parametrize("unit", UNITS)
def test_times_without_a_zone_are_naive(rows: list[Row], unit: str) -> None:
    """A column of times without a zone is read as UTC, and reported as texts like that are."""
    table = with_times(table_of(rows), pa.timestamp(unit))
    naive = [_naive(row) for row in rows]

    said = report(parquet(table, version="2.6"))

    assert said == report(ndjson(naive))
    assert not isinstance(said, str)
    assert "TS005" in {one.code for one in said.findings}


def _naive(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _naive(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_naive(item) for item in value]
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def with_times(table: Any, kind: Any) -> Any:
    """A table whose columns of times have another type, inside structures as well."""
    schema = pa.schema([(part.name, _timed(part.type, kind)) for part in table.schema])
    return table.cast(schema)


def _timed(one: Any, kind: Any) -> Any:
    if pa.types.is_timestamp(one):
        return kind
    if pa.types.is_struct(one):
        return pa.struct([(part.name, _timed(part.type, kind)) for part in one])
    return pa.list_(_timed(one.value_type, kind)) if pa.types.is_list(one) else one


@pytest.mark.parametrize("times", ["text", "seconds", "milliseconds"])
def test_times_may_be_texts_and_numbers(rows: list[Row], times: str) -> None:
    """Columns of ISO texts, epoch seconds and epoch milliseconds are read as times."""
    write = {
        "text": lambda moment: moment.isoformat(),
        "seconds": lambda moment: moment.timestamp(),
        "milliseconds": lambda moment: round(moment.timestamp() * 1000),
    }[times]
    shown = [_written(row, write) for row in rows]

    assert report(parquet(table_of(shown))) == report(ndjson(rows))


def _written(value: Any, write: Any) -> Any:
    if isinstance(value, dict):
        return {name: _written(item, write) for name, item in value.items()}
    if isinstance(value, list):
        return [_written(item, write) for item in value]
    return write(value) if isinstance(value, datetime) else value


def test_a_time_beyond_all_datetimes_is_a_bad_one(rows: list[Row]) -> None:
    """A column can hold years that no datetime has: they are reported, not raised."""
    table = table_of(rows)
    at = table.schema.get_field_index(MODIFIED)
    kind = pa.timestamp("s", tz="UTC")
    late = pa.array([10**15] + [0] * (len(rows) - 1), type=pa.int64()).cast(kind)
    said = report(parquet(table.set_column(at, pa.field(MODIFIED, kind), late), version="2.6"))

    assert not isinstance(said, str)
    assert ("TS004", 1) in {(one.code, one.line) for one in said.findings}


@pytest.mark.parametrize("large", [False, True])
def test_encodings_of_a_column_make_no_difference(rows: list[Row], large: bool) -> None:
    """Dictionaries, large lists, large texts and bytes of text hold the same values."""
    table = table_of(rows)
    history = table.schema.field(HISTORY).type
    text = pa.large_string() if large else pa.binary()
    schema = pa.schema(
        [
            (
                part.name,
                pa.large_list(history.value_type) if part.name == HISTORY and large else part.type,
            )
            for part in table.schema
        ]
    )
    changed = table.cast(schema)
    for name in ("TrainingJobStatus", "SecondaryStatus", "TrainingJobArn"):
        at = changed.schema.get_field_index(name)
        column = changed.column(at)
        column = column.dictionary_encode() if name == "SecondaryStatus" else column.cast(text)
        changed = changed.set_column(at, name, column)

    assert report(parquet(changed)) == report(ndjson(rows))


def test_maps_and_structures_are_both_mappings(rows: list[Row]) -> None:
    """Hyperparameters are the same whether their keys are data or columns."""
    shown = [{**row, "HyperParameters": {"epochs": str(at % 2)}} for at, row in enumerate(rows)]
    table = table_of(shown)
    at = table.schema.get_field_index("HyperParameters")
    kind = pa.struct([("epochs", pa.string()), ("rate", pa.string())])
    column = pa.array([row["HyperParameters"] for row in shown], type=kind)

    expected = report(ndjson(shown))

    assert not isinstance(expected, str)
    assert "TS606" in {one.code for one in expected.findings}
    assert expected == report(parquet(table))
    assert expected == report(parquet(table.set_column(at, "HyperParameters", column)))


def test_members_that_are_null_are_absent(rows: list[Row]) -> None:
    """Nulls in columns, in entries and instead of the history are what absent members are."""
    del rows[0][HISTORY]
    del rows[1][HISTORY][0]["StatusMessage"]
    rows[2][HISTORY] = []
    del rows[3][MODIFIED]

    assert report(parquet(table_of(rows))) == report(ndjson(rows))


def test_columns_may_be_missing_and_others_stand_there(rows: list[Row]) -> None:
    """A table needs no column that the API has, and may have others, which are not read."""
    kept = {"TrainingJobName", "TrainingJobArn", "TrainingJobStatus", HISTORY}
    shown = [
        {**{name: value for name, value in row.items() if name in kept}, "ingested": "today"}
        for row in rows
    ]

    assert report(parquet(table_of(shown))) == report(ndjson(shown))


@pytest.mark.parametrize("other", [None, "eu-west-1"])
def test_a_summary_is_a_row_with_nothing_else(other: str | None) -> None:
    """What a listing shows is a summary, unless the row has any other member."""
    names = ("TrainingJobName", "TrainingJobArn", "CreationTime", MODIFIED, "TrainingJobStatus")
    row = dated(poll("Starting"))
    shown: list[Row] = [{name: row[name] for name in names} for _ in range(3)]
    shown[1]["region"] = other
    table = table_of(shown)
    if other is None:
        table = table.append_column("region", pa.array([None] * 3, type=pa.string()))

    said = report(parquet(table))

    assert said == report(ndjson(shown))
    assert not isinstance(said, str)
    assert bool(other) == ("TS002" in {one.code for one in said.findings if one.line == 2})


def test_snake_case_is_read(rows: list[Row]) -> None:
    """Columns and members in snake case are the service's members."""
    snake = alike(_snake(row) for row in rows)

    assert report(parquet(table_of(snake))) == report(ndjson(snake))


def _snake(value: Any) -> Any:
    if isinstance(value, dict):
        return {_snake_name(name): _snake(item) for name, item in value.items()}
    return [_snake(item) for item in value] if isinstance(value, list) else value


def _snake_name(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def test_events_and_search_results_are_unwrapped(rows: list[Row]) -> None:
    """A row may be an event, or a result of a search, as a line may."""
    event = {"detail-type": "SageMaker Training Job State Change", "source": "aws.sagemaker"}
    for shown in (
        [{**event, "detail": row} for row in rows],
        [{"TrainingJob": row} for row in rows],
    ):
        assert report(parquet(table_of(shown))) == report(ndjson(shown))


def test_a_file_is_read_from_anywhere(rows: list[Row], tmp_path: Path) -> None:
    """A path, a folder, standard input, a packed file and Python's check say the same."""
    data = parquet(table_of(rows))
    (tmp_path / "day=1").mkdir()
    path = tmp_path / "day=1" / "part-0.parquet"
    path.write_bytes(data)
    (tmp_path / "day=1" / "_SUCCESS").touch()
    (tmp_path / "packed.gz").write_bytes(gzip.compress(data))
    expected = [(one.code, one.line) for one in ts.check(path)]

    for arguments in ([str(path)], [str(path.parent)], ["-"], [str(tmp_path / "packed.gz")]):
        found = check(*arguments, "--format", "jsonl", stdin=data if arguments == ["-"] else None)
        assert 1 == found.exit_code
        assert len(expected) == found.output.count('"type": "finding"')
    assert [("TS306", len(rows) - 1)] == expected


def test_the_footers_of_other_files_are_passed_over(rows: list[Row], tmp_path: Path) -> None:
    """A folder's `_metadata` has no rows of its own; named, it is refused."""
    found: list[Any] = []
    pq.write_to_dataset(table_of(rows), tmp_path, metadata_collector=found)
    schema = table_of(rows).schema
    pq.write_metadata(schema, tmp_path / "_metadata", metadata_collector=found)
    pq.write_metadata(schema, tmp_path / "_common_metadata")

    alone = check(str(tmp_path / "_metadata"))

    assert len(rows) == ts.check(tmp_path).summary.responses
    assert 2 == alone.exit_code
    assert "footers of other Parquet files" in alone.output


@pytest.mark.parametrize("group", [None, 3, 5])
def test_a_large_file_is_read_in_slices(
    group: int | None, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where slices end makes no difference, whatever the groups of rows are."""
    monkeypatch.setattr("trainstate.backends.reading._SLICE", 2)
    monkeypatch.setattr("trainstate.backends.reading.BATCH", 2)

    assert report(ndjson(rows)) == report(parquet(table_of(rows), group=group))


@pytest.mark.parametrize("size", [2, 16_384])
def test_a_damaged_row_group_is_one_finding(
    size: int, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of a damaged group are unreadable, those of the other groups are judged."""
    monkeypatch.setattr("trainstate.backends.reading._SLICE", size)
    table = table_of(rows)
    data = bytearray(parquet(table, group=4, compression="gzip", use_dictionary=False))
    group = pq.ParquetFile(io.BytesIO(bytes(data))).metadata.row_group(1)
    start = group.column(0).data_page_offset
    data[start : start + 24] = b"\xff" * 24

    said = report(bytes(data))

    assert not isinstance(said, str)
    assert len(rows) - 4 == said.summary.responses
    assert [("TS001", 5)] == [(one.code, one.line) for one in said.findings if one.code == "TS001"]
    assert "rows 5 to 8 cannot be read" in next(
        one.message for one in said.findings if one.code == "TS001"
    )


@pytest.mark.parametrize("cut", [6, 200, -1])
def test_a_broken_file_is_misuse(rows: list[Row], cut: int, tmp_path: Path) -> None:
    """A file that was cut off is refused in one sentence; in a folder it is a finding."""
    path = tmp_path / "cut.parquet"
    path.write_bytes(parquet(table_of(rows))[:cut])
    (tmp_path / "good.ndjson").write_bytes(ndjson(rows))

    alone, beside = check(str(path)), check(str(tmp_path), "--format", "jsonl")

    assert 2 == alone.exit_code
    assert "is not a readable Parquet file" in alone.output
    assert 1 == len(alone.output.splitlines())
    assert "unreadable-record" in beside.output


@pytest.mark.parametrize(
    ("version", "needed"), [(None, "polars; "), ("1.36.1", "polars 1.37 or newer; ")]
)
def test_without_the_library_there_is_a_remedy(
    rows: list[Row],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str | None,
    needed: str,
) -> None:
    """One sentence says what to install; so it does of versions that read other rows than are."""
    path = tmp_path / "rows.parquet"
    path.write_bytes(parquet(table_of(rows)))
    for name in [name for name in sys.modules if name.startswith("trainstate.backends")]:
        monkeypatch.delitem(sys.modules, name)
    if version is None:
        monkeypatch.setitem(sys.modules, "polars", None)
    else:
        monkeypatch.setattr("polars.__version__", version)

    found = check(str(path))

    assert 2 == found.exit_code
    assert f"needs {needed}in a checkout" in found.output
    assert "pip install '.[polars]'" in found.output


@pytest.mark.parametrize("named", [True, False])
def test_tables_of_other_things_are_no_recordings(named: bool, tmp_path: Path) -> None:
    """A table without any member of a response is refused by name, and left out of a folder."""
    (tmp_path / "other.parquet").write_bytes(parquet(pa.table({"a": [1, 2], "name": ["x", "y"]})))
    (tmp_path / "good.json").write_bytes(ndjson([dated(poll("Starting"))]))

    found = check(str(tmp_path / "other.parquet") if named else str(tmp_path))

    assert (2 if named else 0) == found.exit_code


def test_an_empty_table_holds_no_response(rows: list[Row]) -> None:
    """A table without rows is refused, as an input without records is."""
    said = report(parquet(table_of(rows).slice(0, 0)))

    assert isinstance(said, str)
    assert "holds no response" in said


def test_numbers_of_any_type_are_numbers(rows: list[Row]) -> None:
    """Seconds as decimals, small integers and floats are what the API calls an integer."""
    done = [{**row, "TrainingTimeInSeconds": 120, "BillableTimeInSeconds": 130} for row in rows]
    expected = report(ndjson(done))
    table = table_of(done)
    assert not isinstance(expected, str)
    assert "TS505" in {one.code for one in expected.findings}
    for kind in (pa.int16(), pa.uint32(), pa.float64(), pa.decimal128(19), pa.decimal128(30, 2)):
        changed = table
        for name in ("TrainingTimeInSeconds", "BillableTimeInSeconds"):
            at = changed.schema.get_field_index(name)
            changed = changed.set_column(at, name, changed.column(at).cast(kind))
        said = report(parquet(changed))
        assert not isinstance(said, str)
        assert [(one.code, one.line) for one in expected] == [(one.code, one.line) for one in said]


def test_several_processes_say_what_one_says(tmp_path: Path) -> None:
    """With two workers the report on a file is the same, byte for byte."""
    path = tmp_path / "corpus.parquet"
    arguments = ["--jobs", "60", "--polls", "8", "--faults", "0.4", "--format", "parquet"]
    CliRunner().invoke(main, ["generate", *arguments, "-o", str(path)], catch_exceptions=False)

    one, two = (check(str(path), "--format", "json", "--workers", count) for count in "12")

    assert one.output == two.output
    assert "unreadable-record" not in one.output
