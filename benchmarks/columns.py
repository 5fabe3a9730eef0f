"""Parquet beside NDJSON of the same responses: processor time, in turn, with its spread.

Usage: python benchmarks/columns.py [--jobs N] [--rounds R]. Needs the extras testing and
parquet. The corpus's hit rates stand beside the figures: repetition decides.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from subprocess import run
from sys import executable
from time import process_time
from typing import Any

import pyarrow.parquet as pq

from trainstate.backends.digests import digests
from trainstate.check.stream import Checker, judge
from trainstate.cli.progress import rarely_collected
from trainstate.history.readers import read_paths

BATCH = 8_192


def main() -> None:
    """Generates, measures, prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {platform.python_version()},")
    print(", ".join(f"{name} {version(name)}" for name in ("pyarrow", "numpy", "msgspec")))
    with tempfile.TemporaryDirectory() as folder:
        for polls in (20, 4):
            _polled(Path(folder), asked.jobs * 20 // polls, polls, asked.rounds)


def _polled(folder: Path, jobs: int, polls: int, rounds: int) -> None:
    lines, rows = (_corpus(folder, jobs, polls, form) for form in ("ndjson", "parquet"))
    responses, taken = _checked(rows)
    works: dict[str, Callable[[], Any]] = {
        "check NDJSON": lambda: _checked(lines),
        "check Parquet": lambda: _checked(rows),
        "decode Parquet alone": lambda: _decoded(rows),
        "decode and number the rows": lambda: _decoded(rows, numbered=True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            begun = process_time()
            work()
            seconds[name].append(process_time() - begun)
    print(f"\n{responses:,} responses, {polls} a job, {taken / responses:.0%} taken;")
    print(f"NDJSON {lines.stat().st_size:,} bytes, Parquet {rows.stat().st_size:,} bytes")
    print("| measure | us a response | responses/s a core | by check NDJSON |")
    print("| --- | --- | --- | --- |")
    base = seconds["check NDJSON"]
    for name, found in seconds.items():
        ratios = [one / other for one, other in zip(found, base, strict=True)]
        each = median(found) / responses
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} - {max(ratios):.2f})"
        print(f"| {name} | {each * 1e6:.1f} | {1 / each:,.0f} | {spread} |")


def _corpus(folder: Path, jobs: int, polls: int, form: str) -> Path:
    path = folder / f"{polls}.{form}"
    command = [executable, "-m", "trainstate", "generate", "--format", form, "-o", str(path)]
    run([*command, "--jobs", str(jobs), "--polls", str(polls), "--seed", "1"], check=True)
    return path


def _checked(path: Path) -> tuple[int, int]:
    checker = Checker()
    repeats = checker.repeats()
    with rarely_collected():
        judge(read_paths([path], checker.spec, repeats=repeats), checker)
    return checker.summary.responses, repeats.total


def _decoded(path: Path, *, numbered: bool = False) -> None:
    schema = pq.ParquetFile(path).schema
    columns = (schema.column(at) for at in range(len(schema)))
    texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
    for batch in pq.ParquetFile(path, read_dictionary=texts).iter_batches(batch_size=BATCH):
        if numbered:
            digests(list(zip(batch.schema.names, batch.columns, strict=True)), len(batch))


if __name__ == "__main__":
    main()
