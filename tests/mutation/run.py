"""Mutation testing of what makes a verdict: ``python -m tests.mutation.run --sample 80``.

Plants one fault at a time into a copy of the package and runs the fast tests on it. A
mutant that no test notices survives, and is printed. The sample is drawn evenly over
all mutants with a fixed seed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
MODULES = (
    "history/chain.py",
    *("spec/graph.py", "spec/load.py", "spec/model.py", "spec/overlay.py"),
    *("machine/belief.py", "machine/guards.py", "machine/record.py", "machine/step.py"),
    "rules/*.py",
    *("check/epoch.py", "check/members.py", "check/order.py", "check/report.py"),
    *("check/run.py", "check/sightings.py", "check/stream.py", "check/timeline.py"),
)
# Notation of examples, drift and wording make no verdict on a recording.
LEFT_OUT = {"example.py", "drift.py", "wording.py", "index.py"}
TESTS = (
    *("tests/rules/test_cases.py", "tests/rules/test_rules.py"),
    *("tests/unit/test_order.py", "tests/unit/test_record.py", "tests/unit/test_time_rules.py"),
    *("tests/unit/test_overlay.py", "tests/unit/test_reading.py", "tests/unit/test_verdicts.py"),
    *("tests/oracle/test_brute_force.py", "tests/properties/test_p1_spec_is_well_formed.py"),
)


def sampled(number: int, seed: int) -> list[tuple[str, Mutant]]:
    """So many mutants, each with its module's path below the package."""
    package = ROOT / "trainstate"
    files = [file for pattern in MODULES for file in sorted(package.glob(pattern))]
    found = [
        (file.relative_to(package).as_posix(), mutant)
        for file in files
        if file.name not in LEFT_OUT and "ts8" not in file.name
        for mutant in mutants(file.read_text(encoding="utf-8"))
    ]
    click.echo(f"{len(found)} mutants in all")
    return random.Random(seed).sample(found, min(number, len(found)))


def outcome(copied: Path, name: str, mutant: Mutant, seconds: float) -> str:
    """*killed*, *survived* or *timeout* (which is killed, too) of one mutant."""
    file = copied / "trainstate" / name
    original = file.read_text(encoding="utf-8")
    file.write_text(mutant.source, encoding="utf-8")
    try:
        return _tested(copied, seconds)
    finally:
        file.write_text(original, encoding="utf-8")


def _tested(copied: Path, seconds: float) -> str:
    tests = [test for test in TESTS if (copied / test).exists()]
    flags = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command = [sys.executable, "-m", "pytest", *flags, *tests]
    environment = os.environ | {"PYTHONPATH": str(copied), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=copied, env=environment, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return "timeout"
    return "survived" if done.returncode == 0 else "killed"


def _copy(folder: Path) -> Path:
    unwanted = shutil.ignore_patterns("__pycache__", "snapshots", ".*")
    for name in ("trainstate", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def main() -> None:
    """Draw the sample, run it until the time is over, and print score and survivors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=10)
    chosen = parser.parse_args()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        copied = _copy(Path(folder))
        if _tested(copied, 300) != "survived":
            sys.exit("the tests fail without any mutant")
        end = time.monotonic() + chosen.minutes * 60
        for name, mutant in sampled(chosen.sample, chosen.seed):
            if time.monotonic() > end:
                break
            found = outcome(copied, name, mutant, 60)
            counts[found] += 1
            if found != "killed":
                click.echo(f"{found}: {name}:{mutant.line}: {mutant.change}")
    tried = counts.total()
    click.echo(f"{tried - counts['survived']} of {tried} mutants were killed; {dict(counts)}")


if __name__ == "__main__":
    main()
