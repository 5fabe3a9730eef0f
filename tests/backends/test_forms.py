"""Rows in any form of a table, and in several at once, are judged as lines are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
pl = pytest.importorskip("polars", reason="the extra `polars` is not installed")
pandas = pytest.importorskip("pandas")

import trainstate as ts  # noqa: E402
from tests.backends.rows import SPEC, Row, alike, bare, ndjson, table_of  # noqa: E402
from tests.backends.test_frames import told  # noqa: E402
from trainstate.testing.corpus import Corpus, responses  # noqa: E402
from trainstate.testing.observations import written  # noqa: E402

MAPS = {member.name for member in SPEC.members if member.type == "map"}
SEEDS = range(3)


def rows_of(seed: int, *, faults: float = 0.4) -> list[Row]:
    """The polls of a few jobs, of which some have a fault."""
    corpus = Corpus(jobs=4, polls=5, seed=seed, faults=faults, fits=_are_rows)
    return alike(row for row, _ in responses(corpus))


def _are_rows(found: list[Any]) -> bool:
    return all(isinstance(row, dict) for row in found)


def lower(row: Row) -> Row:
    """A row as Athena has it: each name of the service in lower case."""
    return {name.lower(): value if name in MAPS else _lowered(value) for name, value in row.items()}


def _lowered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.lower(): _lowered(item) for name, item in value.items()}
    return [_lowered(item) for item in value] if isinstance(value, list) else value


def flat(row: Row) -> Row:
    """A row with the JSON of what is nested."""
    return {
        name: json.dumps(written(bare(value), "iso")) if isinstance(value, dict | list) else value
        for name, value in row.items()
    }


def polars_frame(rows: list[Row]) -> Any:
    return pl.DataFrame(rows, infer_schema_length=None, strict=False)


def paired(rows: list[Row]) -> Any:
    """A frame in which maps are lists of their keys and values, as older versions have them."""
    frame = pl.DataFrame(table_of(rows))
    pairs = {
        name: [
            None
            if row.get(name) is None
            else [{"key": k, "value": v} for k, v in row[name].items()]
            for row in rows
        ]
        for name in MAPS & set(frame.columns)
    }
    kind = pl.List(pl.Struct({"key": pl.String, "value": pl.String}))
    return frame.with_columns(pl.Series(name, held, dtype=kind) for name, held in pairs.items())


def mixed(rows: list[Row]) -> Any:
    """A frame of pandas with a column that no library of columns takes."""
    frame = table_of(rows).to_pandas()
    frame["Seen"] = pandas.Series([{}, "x"] * len(rows)).head(len(rows))
    return frame


FORMS: dict[str, Callable[[list[Row]], Any]] = {
    "pandas": pandas.DataFrame,
    "pandas of Arrow": lambda rows: table_of(rows).to_pandas(),
    "pandas, nullable": lambda rows: pandas.DataFrame(rows).convert_dtypes(),
    "pandas, flat": lambda rows: pandas.DataFrame(map(flat, rows)),
    "pandas, lower case": lambda rows: pandas.DataFrame(map(lower, rows)),
    "pandas, by name": lambda rows: pandas.DataFrame(rows).set_index("TrainingJobName"),
    "polars": polars_frame,
    "polars, lower case": lambda rows: polars_frame([lower(row) for row in rows]),
    "polars, flat": lambda rows: polars_frame([flat(lower(row)) for row in rows]),
    "polars, pairs": paired,
    "dictionaries": lambda rows: pl.DataFrame(table_of(rows)).to_dicts(),
    "records": lambda rows: json.loads(paired(rows).write_json()),
    "reader": lambda rows: table_of(rows).to_reader(max_chunksize=3),
}


@pytest.mark.parametrize("form", FORMS)
def test_any_form_says_what_lines_say(form: str) -> None:
    """Findings, places and verdicts are those of NDJSON of the same rows."""
    for seed in SEEDS:
        rows = rows_of(seed)

        assert told(ts.check(ndjson(rows))) == told(ts.check(FORMS[form](rows)))


@pytest.mark.parametrize("form", FORMS)
def test_a_job_in_two_forms_has_not_changed(form: str) -> None:
    """How a form writes numbers and names is no change of a job's configuration."""
    for seed in SEEDS:
        rows = rows_of(seed, faults=0)
        half = len(rows) // 2
        first, rest = rows[:half], ndjson(rows[half:])

        expected = ts.check([ndjson(first), rest]).summary

        assert expected == ts.check([FORMS[form](first), rest]).summary


def test_a_frame_of_mixed_types_says_what_its_rows_say() -> None:
    """Maps that are lists of pairs, arrays and fractions are read in a frame of objects, too."""
    rows = rows_of(1)
    lines = [{**row, "Seen": at % 2} for at, row in enumerate(rows)]

    assert told(ts.check(ndjson(lines))) == told(ts.check(mixed(rows)))


def test_a_text_stays_one_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pandas has nothing to hand its columns over with, they are read one by one."""
    rows = [row | {"FailureReason": '{"exit": 1}'} for row in rows_of(2)]
    monkeypatch.setattr(pl, "from_pandas", None)

    assert told(ts.check(ndjson(rows))) == told(ts.check(pandas.DataFrame(rows)))


def test_two_columns_of_one_member_are_refused(tmp_path: Path) -> None:
    """Nobody knows which of two notations holds; beside the service's own one others are none."""
    frame = pl.DataFrame(table_of(rows_of(3)))
    other = pl.lit("Failed").alias("training_job_status")
    twice = frame.rename(str.lower).with_columns(other)
    twice.write_parquet(tmp_path / "twice.parquet")
    reason = "the columns trainingjobstatus and training_job_status are one member"

    for given in (twice, tmp_path / "twice.parquet"):
        with pytest.raises(ts.InputError, match=reason):
            ts.check(given)
    assert told(ts.check(frame)) == told(ts.check(frame.with_columns(other)))


def test_a_query_that_fails_is_told() -> None:
    """A lazy frame fails when it is read, an array of Arrow is no table: one sentence each."""
    table = table_of(rows_of(3))
    wrong = pl.DataFrame(table).lazy().with_columns(pl.col("TrainingJobName").cast(pl.Int64))
    gone = pl.scan_parquet("gone.parquet")
    for given, reason in (
        (wrong, "<LazyFrame>: .*conversion from `str`"),
        (gone, "<LazyFrame>: cannot be read as a table: No such file"),
        (table.to_struct_array(), "but got a value of type StructScalar"),
    ):
        with pytest.raises(ts.InputError, match=reason):
            ts.check(given)
