"""Plans a check of a thousand million responses: rates measured here, tried on Spark runs.

Usage: python benchmarks/capacity.py [--jobs N] [--polls K] [--cores C]. Needs the extras
testing, parquet and spark. It generates three corpora of growing size, measures what one
process and Spark compute for a response (in processor time, which neighbours on the
machine do not change), predicts the larger runs from the smaller ones, and prints what
10^9 responses take. The formula is in docs/how-to/million-jobs.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.request import urlopen

from attrs import frozen

sys.path.insert(0, str(Path(__file__).parent))

from processes import processor_seconds  # type: ignore[import-not-found]

from trainstate.backends import spark

TARGET = 1_000_000_000
HEAD = 1.25
"""How much more than the mean one plans with: stragglers, retries, garbage collection."""


@frozen(kw_only=True)
class Measured:
    """What one run of Spark took."""

    responses: int
    seconds: float
    computed: float
    shuffled: int
    stored: int


def main() -> None:
    """Generates, measures, predicts, prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--polls", type=int, default=20)
    parser.add_argument("--cores", type=int, default=64)
    asked = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {platform.python_version()},")
    print(", ".join(f"{name} {version(name)}" for name in ("pyarrow", "pyspark", "msgspec")))
    with tempfile.TemporaryDirectory() as folder:
        for size in (asked.jobs, 4 * asked.jobs):
            for form in ("ndjson", "parquet"):
                _one_process(_corpus(Path(folder), size, asked.polls, form))
    runs, workers = _in_turn(asked.jobs, asked.polls)
    _spark(runs, asked.cores)
    wall, computed = _ratios(runs, workers)
    print(f"Our own two workers / Spark, steady state: {wall:.2f} by the clock,")
    print(f"{computed:.2f} by processor time (goal >= 0.6)")


def compared(jobs: int, polls: int) -> tuple[float, float, list[int]]:
    """Our own two workers / Spark, by the clock and by processor time, and the runs' sizes."""
    runs, workers = _in_turn(jobs, polls)
    return *_ratios(runs, workers), [run.responses for run in runs]


def _in_turn(jobs: int, polls: int) -> tuple[list[Measured], list[tuple[float, float]]]:
    """Runs of Spark and of our own two workers on three corpora, each twice the one before."""
    session = spark.session(master="local[2]")
    session.sparkContext.setLogLevel("ERROR")
    runs, workers = [], []
    with tempfile.TemporaryDirectory() as folder:
        paths = [_corpus(Path(folder), jobs * size, polls, "parquet") for size in (1, 2, 4)]
        _run(session, paths[0])  # the first run starts workers and compiles
        for path in paths:  # in turn, so that what else the machine does falls on both
            runs.append(_run(session, path))
            workers.append(_workers(path))
    session.stop()
    return runs, workers


def _corpus(folder: Path, jobs: int, polls: int, form: str) -> str:
    path = str(folder / f"{jobs}.{form}")
    command = [sys.executable, "-m", "trainstate", "generate", "--format", form, "-o", path]
    options = ["--jobs", str(jobs), "--polls", str(polls), "--seed", str(jobs), "--faults", "0.01"]
    subprocess.run([*command, *options], check=True)
    return path


def _one_process(path: str) -> None:
    """Prints the rate of one core, and the memory that it took."""
    script = str(Path(__file__).parent / "one_check.py")
    done = subprocess.run(
        [sys.executable, script, path], capture_output=True, text=True, check=True
    )
    responses, jobs, seconds, peak = map(float, done.stdout.split())
    print(
        f"one process, {Path(path).suffix[1:]}: {responses:,.0f} responses of {jobs:,.0f} jobs,"
        f" {responses / seconds:,.0f} responses/s a core, peak memory {peak / 2**20:,.0f} MB"
    )


def _workers(path: str) -> tuple[float, float]:
    """The seconds, and the processor time, of our own two workers."""
    command = [sys.executable, "-m", "trainstate", "check", path, "--workers", "2"]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run([*command, "--exit-zero", "-o", f"{path}.out"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    computed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return perf_counter() - begun, computed


def _run(session: Any, path: str) -> Measured:
    before, begun = processor_seconds(), perf_counter()
    found = spark.check(spark.read(session, path))
    responses = found.verdicts.groupBy().sum("responses").collect()[0][0]
    seconds, computed = perf_counter() - begun, processor_seconds() - before
    shuffled = _shuffled(session)
    found.unpersist()
    return Measured(
        responses=responses,
        seconds=seconds,
        computed=computed,
        shuffled=shuffled,
        stored=Path(path).stat().st_size,
    )


def _shuffled(session: Any) -> int:
    """The bytes that the gathering of jobs has moved: the largest stage of the session."""
    context = session.sparkContext
    url = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/stages"
    with urlopen(url) as answer:
        return max(stage["shuffleWriteBytes"] for stage in json.load(answer))


def _ratios(runs: list[Measured], workers: list[tuple[float, float]]) -> tuple[float, float]:
    """Our own two workers / Spark, by what more responses take: wall clock, processor time."""
    first, last = runs[0], runs[-1]
    ours = [more - less for more, less in zip(workers[-1], workers[0], strict=True)]
    return ours[0] / (last.seconds - first.seconds), ours[1] / (last.computed - first.computed)


def _spark(runs: list[Measured], cores: int) -> None:
    print(
        "\n| responses | measured core-seconds | predicted | ratio | wall s | shuffle B/response |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    small, middle, _ = runs
    slope = (middle.computed - small.computed) / (middle.responses - small.responses)
    fixed = small.computed - slope * small.responses
    for run in runs:
        expected = fixed + slope * run.responses
        print(
            f"| {run.responses:,} | {run.computed:.1f} | {expected:.1f} |"
            f" {run.computed / expected:.2f} | {run.seconds:.1f} |"
            f" {run.shuffled / run.responses:,.0f} |"
        )
    last = runs[-1]
    core_hours = (fixed + slope * TARGET) / 3600 * HEAD
    moved, stored = last.shuffled / last.responses, last.stored / last.responses
    print(f"\n{TARGET:,} responses: {core_hours:,.0f} core-hours with {HEAD - 1:.0%} spare,")
    print(f"{core_hours / cores:,.1f} hours on {cores} cores; {moved * TARGET / 1e9:,.0f} GB are")
    print(f"shuffled, {stored * TARGET / 1e9:,.0f} GB of Parquet read.")


if __name__ == "__main__":
    main()
