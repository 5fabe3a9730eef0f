"""Rows that repeat are found in columns, and nothing else is taken for one."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow", reason="the extra trainstate[parquet] is not installed")

from tests.backends.rows import SPEC, parquet, report, table_of  # noqa: E402
from tests.backends.test_parquet import dated  # noqa: E402
from tests.lives import COMPLETED, life, poll  # noqa: E402
from trainstate.backends.digests import Undigested, digests  # noqa: E402
from trainstate.check.stream import Checker, judge  # noqa: E402
from trainstate.history.readers.settings import Limits  # noqa: E402
from trainstate.history.readers.source import Asked, Input  # noqa: E402

CELLS: dict[str, tuple[Any, Any]] = {
    "text": (pa.string(), st.none() | st.sampled_from(["", "a", "b"])),
    "number": (pa.int64(), st.none() | st.integers(-2, 2)),
    "real": (pa.float64(), st.none() | st.sampled_from([0.0, 1.0, 1.5])),
    "flag": (pa.bool_(), st.none() | st.booleans()),
    "list": (
        pa.list_(pa.string()),
        st.none() | st.lists(st.none() | st.sampled_from(["", "a"]), max_size=3),
    ),
    "map": (
        pa.map_(pa.string(), pa.string()),
        st.none() | st.dictionaries(st.sampled_from("ab"), st.sampled_from(["", "a"]), max_size=2),
    ),
    "struct": (
        pa.struct([("a", pa.string()), ("b", pa.list_(pa.int32()))]),
        st.none()
        | st.fixed_dictionaries({"a": st.sampled_from([None, "a"]), "b": st.lists(st.just(1))}),
    ),
}


def taken(rows: list[Any]) -> int:
    """How many rows of a table the fast path takes."""
    checker = Checker()
    repeats = checker.repeats()
    asked = Asked(spec=SPEC, limits=Limits(), repeats=repeats)
    data = io.BytesIO(parquet(table_of(rows)))
    judge(Input(asked=asked, name="rows", file="rows").read(data), checker)
    return repeats.total


def test_rows_that_repeat_are_taken() -> None:
    """Of a poll that comes ten times, modified later each time, all but the first are taken."""
    row = poll("Starting", "Training")
    rows = [dated({**row, "LastModifiedTime": row["LastModifiedTime"] + at}) for at in range(10)]

    assert 9 == taken(rows)


def test_each_job_has_rows_of_its_own() -> None:
    """Jobs in turn, of which each says the same again and again, are looked at once."""
    rows = [dated(poll("Starting", name=f"job-{at % 5}")) for at in range(50)]

    assert taken(rows) >= 45


def test_a_row_that_contradicts_itself_is_looked_at_each_time() -> None:
    """Nothing is kept of such a row by which it could be counted when it comes again."""
    row = dated({**poll("Starting"), "SecondaryStatus": "Training"})
    table = table_of([row, dated(poll("Starting")), row, row])

    found = report(parquet(table), fast=True)

    assert not isinstance(found, str)
    assert [4] == [job.responses for job in found.jobs]
    assert found == report(parquet(table))


def test_rows_of_a_life_are_looked_at() -> None:
    """A row that shows more than its job's last one is not taken."""
    assert 0 == taken([dated(row) for row in life(*COMPLETED)])


@pytest.mark.parametrize("member", ["RoleArn", "HyperParameters", "FailureReason"])
def test_a_change_between_repetitions_is_found(member: str) -> None:
    """One other value among many rows that repeat is looked at."""
    row = dated(poll("Starting", "Training"))
    other = {"x": "y"} if member == "HyperParameters" else "other"
    rows = [row] * 20 + [{**row, member: other}] + [row] * 20
    table = table_of(rows)

    found = report(parquet(table), fast=True)

    assert not isinstance(found, str)
    assert 21 in {finding.line for finding in found.findings}
    assert found == report(parquet(table))


@given(st.data(), st.sampled_from(sorted(CELLS)), st.booleans())
def test_numbers_are_equal_where_values_are(data: st.DataObject, name: str, coded: bool) -> None:
    """Two rows have one number if and only if they hold one value, in any slice of the column."""
    kind, cells = CELLS[name]
    cut = data.draw(st.integers(0, 2))
    held = [None] * cut + data.draw(st.lists(cells, min_size=2, max_size=8))
    column = pa.array(held, type=kind).slice(cut)
    if coded and name == "text":
        column = column.dictionary_encode()
    found = digests([(name, column)], len(column)).tolist()
    shown = [repr(value) for value in column.to_pylist()]

    for one, first in zip(found, shown, strict=True):
        for other, second in zip(found, shown, strict=True):
            assert (one == other) == (first == second)


def test_a_column_of_another_type_has_no_number() -> None:
    """What cannot be told apart in columns is looked at row by row."""
    with pytest.raises(Undigested):
        digests([("one", pa.array([1], type=pa.duration("s")))], 1)
