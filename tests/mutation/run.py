"""Mutation testing of what makes a verdict: ``python -m tests.mutation.run``.

Plants one fault at a time into ``spec``, ``history/chain``, ``machine``, ``rules`` and
``checking``, and runs the tests that reach it. A mutant that no test notices survives. What
survives as code of a live function is tried again as an import, so that what is computed
once at import is made with the fault, too.

The outcome of each mutant is a line of the file of results; a run goes on where the last
one stopped. ``--only checking/epoch.py`` takes the mutants of one module.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pickle
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import pytest

from tests.mutation.campaign import Campaign, Planted, Reached, first_failure, forked, spread
from tests.mutation.mutants import mutants
from tests.mutation.planting import Importer

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "trainstate"
MODULES = ("history/chain.py", "spec/*.py", "machine/*.py", "rules/*.py", "checking/*.py")
# Wording, notation of examples, enumerations and other machines make no verdict on a recording.
LEFT_OUT = {
    *("rules/example.py", "rules/drift.py", "checking/drift.py", "checking/baseline.py"),
    *("machine/engine.py", "machine/align.py", "spec/statuses.py"),
    *("rules/index.py", "rules/shown.py"),
}
TESTS = (
    *("tests/rules", "tests/unit", "tests/oracle", "tests/corpus"),
    *(f"tests/properties/{name}" for name in ("test_p1_*", "test_p2_*", "test_p3_*", "test_p4_*")),
    *(f"tests/properties/{name}" for name in ("test_p5_*", "test_p6_*", "test_p7_*", "test_p11_*")),
)
# Their work is done in other processes, where there is no mutant.
ELSEWHERE = {"test_pytest_plugin.py", "test_workers.py", "test_engine_of_another_shape.py"}
PRELOADED = (
    "boto3",
    "botocore.session",
    "click.testing",
    "hypothesis",
    "msgspec",
    "transitions",
    "rich",
)
UNDECIDED = {"survived", "not reached", "not planted"}


def planted(only: str | None) -> Iterator[Planted]:
    """Every mutant, module after module."""
    for pattern in [only] if only else MODULES:
        files = sorted(PACKAGE.glob(pattern))
        if not files:
            raise SystemExit(f"No module of trainstate matches {pattern}.")
        for file in files:
            name = file.relative_to(PACKAGE).as_posix()
            if name not in LEFT_OUT and "ts8" not in file.name:
                for mutant in mutants(file.read_text(encoding="utf-8")):
                    yield Planted(name=name, file=file, mutant=mutant)


def tests(patterns: Sequence[str]) -> list[str]:
    """The files of the tests."""
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return [
        str(file)
        for path in found
        for file in ([path] if path.is_file() else sorted(path.glob("test_*.py")))
        if file.name not in ELSEWHERE
    ]


FLAGS = [
    *(
        "-o",
        "addopts=",
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-p",
        "no:faulthandler",
    ),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of what was preloaded
]


class Results:
    """The outcomes so far, kept in a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self.reached = file.with_suffix(".reached")

    def read(self) -> dict[str, str]:
        """The last outcome of each mutant."""
        if not self.file.exists():
            return {}
        rows = map(json.loads, self.file.read_text(encoding="utf-8").splitlines())
        return {row["mutant"]: row["outcome"] for row in rows}

    def tell(self, mutant: Planted, outcome: str, reached: Reached) -> None:
        """Adds an outcome."""
        with self.file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"mutant": str(mutant), "outcome": outcome}) + "\n")
        if not self.reached.exists():
            self.reached.write_bytes(pickle.dumps((dict(reached.tests), reached.seconds)))

    def measured(self) -> Reached:
        """What was measured of the tests; nothing where a file has changed since."""
        files = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
        newest = max(file.stat().st_mtime for file in files)
        if not self.reached.exists() or self.reached.stat().st_mtime < newest:
            self.reached.unlink(missing_ok=True)
            return Reached()
        lines, seconds = pickle.loads(self.reached.read_bytes())
        return Reached(tests=lines, seconds=seconds)


def hot(
    left: list[Planted], results: Results, files: list[str], *, most: float, until: float
) -> None:
    """Tries mutants as code of live functions, in a process of their own."""
    modules = sorted({one.file for one in left})
    campaign = Campaign(left, modules, PACKAGE, most, until, results.tell, results.measured())
    child = os.fork()
    if child == 0:
        os._exit(int(pytest.main([*FLAGS, *files], plugins=[campaign])))
    os.waitpid(child, 0)


class _Chosen:
    """A pytest plugin that runs the named tests in their order, until one fails."""

    def __init__(self, names: list[str], seconds: dict[str, float]) -> None:
        self.names, self.seconds = names, seconds
        self.failed: str | None = None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        self.failed = first_failure([items[name] for name in self.names], self.seconds)
        return True


def cold(one: Planted, reached: Reached, most: float) -> str:
    """The outcome of a mutant that is imported as such, in a fork that has imported nothing."""
    names = reached.chosen(one, most) or reached.ordered(reached.seconds, most)

    def work() -> str:
        Importer(one.module, one.file, one.mutant).install()
        chosen = _Chosen(names, reached.seconds)
        files = sorted({str(ROOT / name.partition("::")[0]) for name in names})
        status = pytest.main([*FLAGS, *files], plugins=[chosen])
        return chosen.failed or ("survived" if status == 0 else "collection")

    status, said = forked(work)
    if status != 0 or said is None:
        return "killed: timeout or crash"
    return said if said == "survived" else f"killed: {said}"


def again(results: Results, left: Iterable[Planted], *, most: float, until: float) -> None:
    """Tries what is undecided once more, as an import."""
    reached = results.measured()
    for one in left:
        if time.monotonic() > until:
            return
        outcome = cold(one, reached, most)
        results.tell(one, "survived twice" if outcome == "survived" else outcome, reached)


def summary(results: Results, chosen: list[Planted]) -> Iterator[str]:
    """The score, of each module and of all, and every survivor."""
    known = results.read()
    tried = [(one, known[str(one)]) for one in chosen if str(one) in known]
    survivors = [(one, outcome) for one, outcome in tried if not outcome.startswith("killed")]
    all_of, left_of = Counter(o.name for o, _ in tried), Counter(o.name for o, _ in survivors)
    yield from (f"{all_of[name] - left_of[name]:4} of {all_of[name]:4}  {name}" for name in all_of)
    yield from (f"{outcome}: {one}" for one, outcome in survivors)
    killed = len(tried) - len(survivors)
    yield f"{killed} of {len(tried)} mutants were killed ({killed / max(1, len(tried)):.1%});"
    yield f"{len(chosen) - len(tried)} of {len(chosen)} were not tried"


def main() -> None:
    """Run until all mutants are decided or the time is over; print the score and survivors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="so many mutants, evenly spread")
    parser.add_argument("--only", help="a module, as a path below the package")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="patterns of files of tests")
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--most", type=float, default=20, help="CPU seconds of tests a mutant")
    parser.add_argument("--results", type=Path, default=ROOT / "build/mutation/results.jsonl")
    asked = parser.parse_args()
    os.environ |= {"HYPOTHESIS_PROFILE": "mutation", "TRAINSTATE_P11": "mutation"}
    until = time.monotonic() + asked.minutes * 60
    results = Results(asked.results)
    every = list(planted(asked.only))
    chosen = list(spread(every, asked.sample or len(every)))
    for name in PRELOADED:
        importlib.import_module(name)
    known = results.read()
    if left := [one for one in chosen if str(one) not in known]:
        random.Random(1).shuffle(left)  # a run that is cut off is a fair sample
        hot(left, results, tests(asked.tests), most=asked.most, until=until)
    known = results.read()
    undecided = [one for one in chosen if known.get(str(one)) in UNDECIDED]
    if undecided and "trainstate" not in sys.modules:
        again(results, undecided, most=asked.most, until=until)
    for line in summary(results, chosen):
        click.echo(line)


if __name__ == "__main__":
    main()
