"""Prints the table of goals: each measure as an interleaved ratio in one run, with its spread.

Usage: python benchmarks/run.py [--jobs N] [--rounds R]. Absolute rates move with the
machine; only ratios that were taken side by side count, each with its corpus's hit rates.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from decode import decode  # type: ignore[import-not-found]
from naive import PARSER, naive  # type: ignore[import-not-found]

from trainstate.check.stream import Checker, judge
from trainstate.history.readers import read_paths
from trainstate.spec.load import builtin_spec
from trainstate.testing.corpus import Corpus, generated

SPEC = builtin_spec()
PACKAGES = ("msgspec", "attrs", "orjson")


def main() -> None:
    """Generates the corpora, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}")
    print(", ".join(f"{name} {_version(name)}" for name in PACKAGES))
    print("\n| measure | goal | measured (lowest - highest) | corpus |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for polls, goal in ((20, 1.5), (4, 1.9)):
            path, shown = _corpus(Path(folder), asked.jobs * 20 // polls, polls)
            _reading(path, shown, goal, asked.rounds)
            _memory(path, shown)
            _workers(path, shown)
    _import(asked.rounds)


def _corpus(folder: Path, jobs: int, polls: int) -> tuple[str, str]:
    """A corpus of that size, and its hit rates."""
    path, same, total = folder / f"{polls}.ndjson", 0, 0
    last: dict[str, str] = {}
    with path.open("w") as out:
        for text, _ in generated(Corpus(jobs=jobs, polls=polls, seed=1)):
            out.write(text + "\n")
            name, total = text[:60], total + 1
            same += last.get(name) == text
            last[name] = text
    checker = Checker()
    repeats = checker.repeats()
    judge(read_paths([path], SPEC, repeats=repeats), checker)
    size = path.stat().st_size / total / 1000
    rates = f"{same / total:.0%} repeat, {repeats.total / total:.0%} taken by the fast path"
    return str(path), f"{total:,} responses of {size:.1f} KB, {polls} a job, {rates}"


def _check(path: str, *, fast: bool = True) -> None:
    checker = Checker()
    judge(read_paths([path], SPEC, repeats=checker.repeats() if fast else None), checker)


def _reading(path: str, shown: str, goal: float, rounds: int) -> None:
    taken = _interleaved(
        [
            lambda: decode(path),
            lambda: _check(path),
            lambda: naive(path),
            lambda: _check(path, fast=False),
        ],
        rounds,
    )
    _row("check / reference decode", f"<= {goal}", taken[1], taken[0], shown)
    _row(f"naive loop ({PARSER}) / check", ">= 2.5", taken[2], taken[1], shown)
    _row("plain path / fast path", "", taken[3], taken[1], shown)
    rate = 1 / (median(taken[1]) / int(shown.split(maxsplit=1)[0].replace(",", "")))
    print(f"| check, responses a second of one core | | {rate:,.0f} | {shown} |")


def _memory(path: str, shown: str) -> None:
    """Peak memory of a process that checks the corpus."""
    code = (
        "import resource, sys; from trainstate.check.stream import Checker;"
        "from trainstate.history.readers import read_paths; c = Checker();"
        "[c.feed(r) for r in read_paths([sys.argv[1]], c.spec, repeats=c.repeats())]; c.close();"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, len(c.states))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    peak, jobs = map(int, done.stdout.split())
    print(f"| peak memory, {jobs:,} jobs | <= {40 + jobs // 1000} MB | {peak} MB | {shown} |")


def _workers(path: str, shown: str) -> None:
    seconds = []
    for workers in ("1", "2"):
        begun = perf_counter()
        command = [sys.executable, "-m", "trainstate", "check", path, "-o", path + ".out"]
        subprocess.run([*command, "--workers", workers], check=False)
        seconds.append(perf_counter() - begun)
    print(f"| one worker / two workers | >= 1.8 | {seconds[0] / seconds[1]:.2f} | {shown} |")


def _import(rounds: int) -> None:
    programs = ["pass", "import trainstate"]
    taken = _interleaved(
        [partial(_ran, program) for program in programs], rounds, clock=perf_counter
    )
    extra = (median(taken[1]) - median(taken[0])) * 1000
    print(f"| import trainstate over an empty interpreter | <= 60 ms | {extra:.0f} ms | |")


def _ran(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], check=True)


def _interleaved(
    works: list[Callable[[], Any]], rounds: int, clock: Callable[[], float] = process_time
) -> list[list[float]]:
    """The seconds of each work in each round; the works take turns."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, seconds in zip(works, taken, strict=True):
            begun = clock()
            work()
            seconds.append(clock() - begun)
    return taken


def _row(what: str, goal: str, above: list[float], below: list[float], shown: str) -> None:
    ratios = [one / other for one, other in zip(above, below, strict=True)]
    measured = f"{median(ratios):.2f} ({min(ratios):.2f} - {max(ratios):.2f})"
    print(f"| {what} | {goal} | {measured} | {shown} |")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


if __name__ == "__main__":
    main()
