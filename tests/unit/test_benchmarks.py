"""The table of goals is printed by one command, with what is missing told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def table(*arguments: str, path: Path | None = None) -> list[str]:
    """The lines that the command prints; modules in ``path`` come before those installed."""
    environment = {"PATH": "", "PYTHONPATH": "" if path is None else str(path)}
    done = subprocess.run(
        [sys.executable, "benchmarks/run.py", "--quick", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_row_tells_whether_its_goal_is_met(tmp_path: Path) -> None:
    """Each row has a measure, a goal, what was measured, and the verdict; a file gets them, too."""
    output = tmp_path / "table.md"

    lines = table("--only", "import", "--output", str(output))
    rows = [line for line in lines if line.startswith("| import trainstate")]

    assert output.read_text().splitlines() == lines
    assert len(rows) == 1
    assert "| ≤ 60 ms |" in rows[0]
    assert rows[0].count("|") == 6


def test_a_part_without_its_package_is_skipped(tmp_path: Path) -> None:
    """Where a peer is not installed the row says so, and what to install."""
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    for name in ("duckdb", "polars"):
        absent = f"raise ModuleNotFoundError('no', name={name!r})"
        (tmp_path / f"{name}.py").write_text(absent)

    rows = [line for line in table("--only", "sql", path=tmp_path) if line.startswith("| sql")]

    assert len(rows) == 1
    assert "duckdb is not installed: pip install -r" in rows[0]
    assert "| skipped |" in rows[0]


@pytest.mark.parametrize(
    ("most", "least", "expected"),
    [(1.0, None, "**missed**"), (2.0, None, "met"), (None, 2.0, "**missed**"), (None, 1.0, "met")],
)
def test_a_goal_is_met_by_the_median(
    most: float | None, least: float | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the lowest nor the highest round decides."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from goals import Row, spread  # type: ignore[import-not-found]  # noqa: PLC0415 - a script

    found = spread([0.5, 1.5, 9.0])

    assert expected == Row(measure="a", found=found, most=most, least=least).verdict
