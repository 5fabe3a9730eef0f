"""Parquet behind URLs, and in folders whose names tell members."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pl = pytest.importorskip("polars", reason="the extra `polars` is not installed")
pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
fsspec = pytest.importorskip("fsspec", reason="the extra `remote` is not installed")

import trainstate as ts  # noqa: E402
from tests.backends.rows import SPEC, Row, alike, ndjson, parquet, table_of  # noqa: E402
from tests.backends.test_frames import dated, told  # noqa: E402
from tests.lives import COMPLETED, FAILED, STOPPED, life  # noqa: E402

PRIMARY, SPOT = SPEC.layout.primary, "EnableManagedSpotTraining"


@pytest.fixture
def rows() -> list[Row]:
    """The polls of three jobs, of which the last has an entry without its end."""
    lives = [life(*COMPLETED), life(*STOPPED, name="job-2"), life(*FAILED, name="job-3")]
    found = alike(dated(one) | {SPOT: False} for polls in lives for one in polls)
    del found[-2]["SecondaryStatusTransitions"][1]["EndTime"]
    return found


@pytest.fixture
def bucket() -> Iterator[Any]:
    """A store that is not the file system."""
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/bucket", recursive=True)


def test_parquet_behind_a_url_says_what_the_file_says(
    rows: list[Row], bucket: Any, tmp_path: Path
) -> None:
    """The findings, and the numbers of the rows, are those of the same file here."""
    (tmp_path / "jobs.parquet").write_bytes(parquet(table_of(rows)))
    bucket.pipe("/bucket/jobs.parquet", parquet(table_of(rows)))

    here, there = ts.check(tmp_path / "jobs.parquet"), ts.check("memory://bucket/jobs.parquet")

    assert told(here) == told(there)
    assert [one.line for one in here] == [one.line for one in there]
    assert {"memory://bucket/jobs.parquet"} == {one.file for one in there}


def test_a_cut_file_behind_a_url_is_refused(rows: list[Row], bucket: Any) -> None:
    """What is left of a file is no file."""
    bucket.pipe("/bucket/jobs.parquet", parquet(table_of(rows))[:-9])

    with pytest.raises(ts.InputError, match="is not a readable Parquet file"):
        ts.check("memory://bucket/jobs.parquet")


def _laid(rows: list[Row], folder: Path, *, lower: bool) -> tuple[Path, Path]:
    """The rows in folders by primary status and spot, as Spark lays them; and as lines."""
    lake, lines = folder / "lake", folder / "lines"
    for number, row in enumerate(rows):
        names = (PRIMARY.lower(), SPOT.lower()) if lower else (PRIMARY, SPOT)
        values = (row[PRIMARY], str(row[SPOT]).lower())
        below = "/".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
        table = table_of([{name: row[name] for name in row if name not in (PRIMARY, SPOT)}])
        if lower:
            table = table.rename_columns([name.lower() for name in table.column_names])
        for place, data in ((lake, parquet(table)), (lines, ndjson([row]))):
            path = place / "year=2026" / below / f"part-{number:05}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    (lake / "_SUCCESS").touch()
    return lake, lines


@pytest.mark.parametrize("lower", [False, True])
def test_folders_tell_members(lower: bool, rows: list[Row], bucket: Any, tmp_path: Path) -> None:
    """A member that only the folder names is one of its rows, here and behind a URL."""
    lake, lines = _laid(rows, tmp_path, lower=lower)
    bucket.put(str(lake), "/bucket/lake", recursive=True)
    expected = ts.check(lines)

    for place in (lake, "memory://bucket/lake", f"{lake}/**/part*"):
        assert told(expected)[1:] == told(ts.check(place))[1:]


def test_a_column_is_stronger_than_a_folder(rows: list[Row], tmp_path: Path) -> None:
    """A folder tells nothing of what the file has, nothing where it has no value, or no member."""
    name = f"{PRIMARY}=Failed"
    folder = tmp_path / name / f"{SPOT}=__HIVE_DEFAULT_PARTITION__" / "x="
    folder.mkdir(parents=True)
    kept = [{name: value for name, value in row.items() if name != SPOT} for row in rows]
    (folder / "part.parquet").write_bytes(parquet(table_of(kept)))

    assert told(ts.check(ndjson(kept))) == told(ts.check(tmp_path))
