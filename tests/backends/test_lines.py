"""Rows told without what nobody looks at, and made whole again."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

pa = pytest.importorskip("pyarrow", reason="the extra trainstate[parquet] is not installed")

from tests.backends.rows import SPEC, parquet, report, table_of  # noqa: E402
from tests.backends.test_parquet import dated  # noqa: E402
from tests.lives import COMPLETED, life, poll  # noqa: E402
from trainstate.backends.ahead import ahead  # noqa: E402
from trainstate.backends.lines import Lines  # noqa: E402
from trainstate.backends.rowshelf import RowShelf  # noqa: E402
from trainstate.backends.values import mappings  # noqa: E402

UNSEEN = frozenset({"HyperParameters", "RoleArn", "InputDataConfig"})
ROW = dated({**poll("Starting", "Training"), "HyperParameters": {"a": "~1"}})


def told(rows: list[Any]) -> tuple[list[bytes], RowShelf]:
    """The lines of rows, and the shelf that can make them whole."""
    batch = table_of(rows).combine_chunks().to_batches()[0]
    lines, shelf, at = Lines(spec=SPEC, unseen=UNSEEN), RowShelf(file="rows"), np.arange(len(rows))
    numbered = lines.numbered(batch)
    shelf.marks = lines.marks(batch.schema)
    packed = lines.packed(numbered, at)
    if packed is not None:
        shelf.unseen.lay(packed)
    return [start + b"null}" for start in lines.told(numbered, at)], shelf


def as_json(row: Any) -> Any:
    """A row as JSON has it, without LastModifiedTime, which a line gets last."""
    shown = {name: value for name, value in row.items() if name != SPEC.layout.modified}
    return msgspec.json.decode(msgspec.json.encode(shown))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"HyperParameters": None},
        {"HyperParameters": None, "RoleArn": None, "InputDataConfig": None},
        {"RoleArn": "~2", "HyperParameters": {"": "~3"}},
        {"HyperParameters": {f"key-{at}": '"' for at in range(300)}},
    ],
    ids=["as it is", "none of one", "none", "like a stand-in", "many"],
)
def test_a_line_is_made_whole_again(change: dict[str, Any]) -> None:
    """What stands for members is exchanged for them, whatever they hold."""
    rows = [ROW, {**ROW, **change}, ROW]
    batch = table_of(rows).combine_chunks().to_batches()[0]

    lines, shelf = told(rows)
    found = [msgspec.json.decode(shelf.take(shelf.put(line, 0))) for line in lines]

    assert [as_json(row) for row in mappings(batch)] == [as_json(row) for row in found]


def test_lines_differ_where_rows_do() -> None:
    """A change in a member into which nobody looks changes the line, and nothing else does."""
    same, other, again = told([ROW, {**ROW, "HyperParameters": {"a": "~2"}}, ROW])[0]

    assert same == again
    assert same != other


def test_what_nobody_looks_at_makes_no_line_longer() -> None:
    """A line is as long as what decides."""
    large = {**ROW, "HyperParameters": {f"key-{at}": "v" * 100 for at in range(100)}}

    assert max(map(len, told([large])[0])) < 1_500


def test_many_lines_are_kept() -> None:
    """A line can be taken while it waits to be written, and after that."""
    shelf = RowShelf(file="rows")
    places = {at: shelf.put(b'{"at":%d,"x":"%s"}' % (at, b"x" * 1000), 0) for at in range(2_000)}

    assert all(msgspec.json.decode(shelf.take(place))["at"] == at for at, place in places.items())


def test_a_change_of_what_nobody_looks_at_is_found_after_a_step() -> None:
    """Hyperparameters that change with a step of the history are found, in rows as in lines."""
    rows = [dated(row) for row in life(*COMPLETED)]
    for row in rows:
        row["HyperParameters"] = {"a": "1"}
    rows[-1] = {**rows[-1], "HyperParameters": {"a": "2"}}
    data = parquet(table_of(rows))

    found = report(data, fast=True)

    assert not isinstance(found, str)
    assert "changed-fixed-member" in {finding.name for finding in found.findings}
    assert found == report(data)


def test_reading_ahead_gives_the_same_items() -> None:
    """Items come in their order, and an error where it was."""

    def items() -> Any:
        yield from (1, 2)
        raise OSError("the disk is gone")

    found: list[Any] = []
    with pytest.raises(OSError, match="the disk is gone"):
        found.extend(item for item in _noted(ahead(items()), found))

    assert [1, 2] == found


def _noted(items: Any, found: list[Any]) -> Any:
    for item in items:
        found.append(item)
        if item is None:
            yield item


def test_reading_ahead_can_be_left() -> None:
    """Who asks for no more need not read to the end."""
    reading = ahead(iter(range(1000)))

    assert 0 == next(reading)
    reading.close()  # type: ignore[attr-defined]
