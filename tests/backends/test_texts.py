"""Texts of columns are what JSON of their values is, in any slice of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow", reason="the extra trainstate[parquet] is not installed")

from tests.backends.test_repeats import CELLS  # noqa: E402
from trainstate.backends.texts import Untold, objects, texts  # noqa: E402
from trainstate.backends.values import mappings  # noqa: E402

MOMENTS = st.datetimes(
    datetime(1960, 1, 1),  # noqa: DTZ001 - the zone comes with the column
    datetime(2100, 1, 1),  # noqa: DTZ001
)
AWKWARD = st.sampled_from(["", 'a"b', "a\\b", "a\nb", "é", "\u2028", "a", '"', "\x7f"])
KINDS: dict[str, tuple[Any, Any]] = {
    **CELLS,
    "awkward": (pa.string(), st.none() | AWKWARD),
    "large": (pa.large_string(), st.none() | AWKWARD),
    "time": (pa.timestamp("us", "UTC"), st.none() | MOMENTS.map(lambda at: at.replace(tzinfo=UTC))),
    "naive": (pa.timestamp("us"), st.none() | MOMENTS),
    "short": (pa.int16(), st.none() | st.integers(-3, 3)),
    "deep": (
        pa.list_(pa.struct([("a", pa.string()), ("b", pa.timestamp("ms"))])),
        st.none()
        | st.lists(
            st.none() | st.fixed_dictionaries({"a": st.none() | AWKWARD, "b": st.none()}),
            max_size=3,
        ),
    ),
    "awkward map": (
        pa.map_(pa.string(), pa.string()),
        st.none() | st.dictionaries(AWKWARD, st.none() | AWKWARD, max_size=2),
    ),
    "nothing": (pa.null(), st.none()),
}


@st.composite
def batches(draw: st.DrawFn) -> Any:
    """Rows of a few columns of any type, cut out of longer ones."""
    names = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4, unique=True))
    count, cut = draw(st.integers(1, 6)), draw(st.integers(0, 2))
    columns = []
    for name in names:
        kind, cells = KINDS[name]
        held = draw(st.lists(cells, min_size=count + cut, max_size=count + cut))
        column = pa.array(held, type=kind)
        if pa.types.is_string(kind) and draw(st.booleans()):
            column = column.dictionary_encode()
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=names).slice(cut)


@given(batches())
def test_texts_are_json_of_the_values(batch: Any) -> None:
    """A row's text says what msgspec writes of the mapping that the row is."""
    told = objects(list(zip(batch.schema.names, batch.columns, strict=True)), len(batch))

    expected = [msgspec.json.decode(msgspec.json.encode(row)) for row in mappings(batch)]

    assert expected == [msgspec.json.decode(text) for text in told.to_pylist()]


@given(batches())
def test_a_column_has_a_text_for_each_value(batch: Any) -> None:
    """Null has none, and every other value has one."""
    for column in batch.columns:
        told = texts(column)

        assert column.is_null().to_pylist() == told.is_null().to_pylist()


@pytest.mark.parametrize(
    "column",
    [pa.array([1], pa.duration("s")), pa.array([[(1, "a")]], pa.map_(pa.int64(), pa.string()))],
    ids=["duration", "map of numbers"],
)
def test_what_has_no_one_text_is_refused(column: Any) -> None:
    """A type that JSON does not have, or keys that are no texts."""
    with pytest.raises(Untold):
        texts(column)


def test_no_columns_make_empty_objects() -> None:
    """Rows that show nothing are objects all the same."""
    assert ["{}", "{}"] == objects([], 2).to_pylist()
