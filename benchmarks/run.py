"""Prints the table of goals: each measure as a ratio that was taken in turn, with its spread.

    python benchmarks/run.py [--quick] [--only PART ...] [--output FILE]

Absolute rates move with the machine; only ratios of one run count, each with its corpus's
hit rates, because how often lines repeat decides what is fast. A part whose packages are
not installed is told as skipped. ``--quick`` is for trying the command, not for figures.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import TextIO

from attrs import frozen

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from corpora import SIZES, Made, ndjson, parquet  # type: ignore[import-not-found]
from decode import decode  # type: ignore[import-not-found]
from goals import HEAD, Row, interleaved, spread  # type: ignore[import-not-found]
from naive import PARSER, naive  # type: ignore[import-not-found]
from renderings import LINES, MOST, NAMES, written  # type: ignore[import-not-found]

from trainstate.checking.stream import Checker, judge
from trainstate.cli.progress import rarely_collected
from trainstate.history.readers import read_records

PACKAGES = (
    *("msgspec", "attrs", "transitions", "orjson", "numpy", "pyarrow", "boto3", "polars"),
    *("duckdb", "automata-lib", "python-statemachine", "pm4py", "pyspark"),
)
PEERS = "pip install -r benchmarks/requirements-peers.txt"
DENSITIES = ((20, 1.5), (4, 1.9))
HEAVY = ("numpy", "pyarrow", "hypothesis", "boto3")


@frozen(kw_only=True)
class Asked:
    """How much is measured, and in which folder."""

    folder: str
    responses: int
    rounds: int

    def jobs(self, polls: int) -> int:
        """How many jobs make so many responses."""
        return max(1, self.responses // polls)


def reading(asked: Asked) -> Iterator[Row]:
    """Checks of lines beside the bare decoding, and the naive loop."""
    for polls, goal in DENSITIES:
        made = ndjson(asked.folder, asked.jobs(polls), polls)
        path = made.path
        works = [
            partial(decode, path),
            partial(checked, path),
            partial(naive, path),
        ]
        bare, ours, loop = interleaved(works, asked.rounds)
        yield Row(
            measure="check / reference decode",
            found=spread(ours, bare),
            most=goal,
            corpus=made.shown,
        )
        yield Row(
            measure=f"naive loop of eight rules ({PARSER}) / check",
            found=spread(loop, ours),
            least=2.5,
            corpus=made.shown,
        )
        rate = [made.responses / seconds for seconds in ours]
        yield Row(measure="responses a second of one core", found=spread(rate), corpus=made.shown)


def renderings(asked: Asked) -> Iterator[Row]:
    """The same responses as strangers write them, beside the bare decode of their plain lines."""
    for polls, _ in DENSITIES:
        made = ndjson(asked.folder, asked.jobs(polls), polls)
        responses = [json.loads(line) for line in Path(made.path).read_text().splitlines()]
        for name in NAMES:
            folder = Path(tempfile.mkdtemp(dir=asked.folder))
            path = str(written(name, responses, folder))
            bare, ours = interleaved(
                [partial(decode, made.path), partial(checked, path)], asked.rounds
            )
            least = made.jobs if name == "one poll a job" else made.responses
            each = [seconds * made.responses / least for seconds in ours]
            yield Row(
                measure=f"check, {name} / reference decode of plain lines",
                found=spread(each, bare),
                most=MOST[polls] if name in tuple(LINES)[:7] else None,
                corpus=made.shown,
            )


def checked(path: str) -> int:
    """A check of a path in this process; gives the number of responses."""
    checker = Checker()
    with rarely_collected():
        judge(read_records([path], checker.spec), checker)
    return checker.summary.responses


def memory(asked: Asked) -> Iterator[Row]:
    """Peak memory of a process that checks, and what more polls of the same jobs add."""
    for polls, _ in DENSITIES:
        made = ndjson(asked.folder, asked.jobs(polls), polls)
        yield Row(
            measure=f"peak memory, {made.jobs:,} jobs",
            found=spread([peak(made)], unit=" MB"),
            most=40 + made.jobs / 1000,
            corpus=made.shown,
        )
    jobs = asked.jobs(80)
    few, many = (peak(ndjson(asked.folder, jobs, polls)) for polls in (16, 80))
    yield Row(
        measure="peak memory, five times the polls / the same jobs",
        found=spread([many], [few]),
        most=1.05,
        corpus=f"{jobs:,} jobs, 80 polls each and 16",
    )


def peak(made: Made) -> float:
    """Megabytes of memory at most in a process that checks a corpus."""
    script = str(Path(__file__).parent / "one_check.py")
    done = subprocess.run(
        [sys.executable, script, made.path], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[3]) / 1e6


def commanded(path: str, workers: int = 1) -> None:
    """A check as users start it."""
    command = [sys.executable, "-m", "trainstate", "check", path, "-o", path + ".out"]
    subprocess.run([*command, "--workers", str(workers), "--exit-zero"], check=True)


def workers(asked: Asked) -> Iterator[Row]:
    """One process beside two, by the clock on the wall."""
    for polls, _ in DENSITIES:
        made = ndjson(asked.folder, asked.jobs(polls), polls)
        works = [partial(commanded, made.path, count) for count in (1, 2)]
        one, two = interleaved(works, asked.rounds, perf_counter)
        yield Row(
            measure="one worker / two workers",
            found=spread(one, two),
            least=1.8,
            corpus=made.shown,
        )


def rows_of_parquet(asked: Asked) -> Iterator[Row]:
    """Parquet beside NDJSON of the same responses."""
    from trainstate.backends import reading as _  # noqa: F401 - its import is not measured

    for polls, _goal in DENSITIES:
        jobs = asked.jobs(polls)
        lines, rows = ndjson(asked.folder, jobs, polls), parquet(asked.folder, jobs, polls)
        both = [partial(checked, made.path) for made in (lines, rows)]
        ours, theirs = interleaved(both, asked.rounds, perf_counter)
        yield Row(
            measure="Parquet / NDJSON, one process, by the clock",
            found=spread(theirs, ours),
            most=1.0,
            corpus=rows.shown,
        )
        ours, theirs = interleaved(both, asked.rounds)
        yield Row(
            measure="Parquet / NDJSON, processor time",
            found=spread(theirs, ours),
            corpus=rows.shown,
        )
        (two,) = interleaved([partial(commanded, rows.path, 2)], asked.rounds, perf_counter)
        yield Row(
            measure="Parquet, responses a second, two workers, start and all",
            found=spread([rows.responses / seconds for seconds in two]),
            least=1_000_000,
            corpus=rows.shown,
        )


def queries(asked: Asked) -> Iterator[Row]:
    """DuckDB and polars on the three rules that they can express."""
    from sql import measured  # type: ignore[import-not-found]

    for name, ratio, found in measured(asked.jobs(20), 20, asked.rounds):
        if not name.startswith("check, all rules"):
            yield Row(measure=f"{name} / check, all rules", found=ratio, corpus=found)


def edges(asked: Asked) -> Iterator[Row]:
    """State machines and automata on legal histories."""
    from peers import EDGE_JUDGES, timings, walks  # type: ignore[import-not-found]

    histories = walks(2_000)
    taken, missing = timings(EDGE_JUDGES, histories, asked.rounds)
    shown = f"{len(histories):,} legal walks"
    ours = {name: seconds for name, seconds in taken.items() if name.startswith("trainstate")}
    for name, seconds in taken.items():
        for own, base in ours.items():
            if name not in ours and "first time" not in own:
                goal = 100 if name.startswith("transitions") else None
                measure = f"{name} / {own.removeprefix('trainstate, ')}"
                yield Row(measure=measure, found=spread(seconds, base), least=goal, corpus=shown)
    for name, lacking in missing.items():
        yield Row(measure=name, skipped=f"{lacking} is not installed: {PEERS}")


def alignments(asked: Asked) -> Iterator[Row]:
    """Optimal alignments of distinct histories beside those of pm4py."""
    from peers import ALIGNERS, damaged, timings

    histories = damaged(300)
    taken, missing = timings(ALIGNERS, histories, asked.rounds)
    if missing:
        raise ImportError(name=missing["pm4py"])
    yield Row(
        measure="pm4py's optimal alignments / ours",
        found=spread(taken["pm4py"], taken["trainstate"]),
        least=500,
        corpus=f"{len(histories)} distinct histories, most of them illegal",
    )


def embedding(asked: Asked) -> Iterator[Row]:
    """A tracker's observation of a response beside the call of boto3 that brought it."""
    from embedding import (  # type: ignore[import-not-found]
        GOALS,
        STATUSES,
        Transport,
        body,
        one_round,
    )

    transport = Transport()
    bodies = [body(count) for count in range(1, len(STATUSES) + 1)]
    one_round(transport, bodies, 0)
    found = [one_round(transport, bodies, number) for number in range(1, 4 * asked.rounds + 1)]
    calls = [row["call"] for row in found]
    for what, goal in GOALS.items():
        yield Row(
            measure=f"Tracker.observe, history {what} / a call of boto3",
            found=spread([row[what] for row in found], calls, unit=" %", by=100),
            most=goal,
            corpus=f"a body of {len(bodies[-1]):,} bytes with nine entries",
        )


def progress(asked: Asked) -> Iterator[Row]:
    """What a progress bar adds to a check."""
    from progress import cost  # type: ignore[import-not-found]

    made = ndjson(asked.folder, asked.jobs(20), 20)
    found = cost(made.path, 2 * asked.rounds)
    yield Row(measure="a progress bar", found=found, most=1, corpus=made.shown)


def imports(asked: Asked) -> Iterator[Row]:
    """An import over an empty interpreter, and that it loads nothing heavy."""
    from import_time import processor_ms  # type: ignore[import-not-found]

    rounds = range(3 * asked.rounds)
    extra = [processor_ms("import trainstate") - processor_ms("pass") for _ in rounds]
    yield Row(
        measure="import trainstate over an empty interpreter",
        found=spread(extra, unit=" ms"),
        most=60,
    )
    code = f"import trainstate, sys; print(len({HEAVY!r} & sys.modules.keys()))"
    code = code.replace(repr(HEAVY), repr(set(HEAVY)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    yield Row(
        measure=f"of {', '.join(HEAVY)}, how many it loads",
        found=spread([float(done.stdout)]),
        most=0,
    )


def spark(asked: Asked) -> Iterator[Row]:
    """Spark on two cores beside our own two workers, by what more responses take."""
    from capacity import compared  # type: ignore[import-not-found]

    wall, computed, sizes = compared(asked.jobs(20), 20)
    shown = f"{sizes[0]:,} to {sizes[-1]:,} responses, 20 a job"
    measure = "our two workers / Spark local[2], steady state"
    yield Row(measure=f"{measure}, by the clock", found=spread([wall]), least=0.6, corpus=shown)
    yield Row(measure=f"{measure}, processor time", found=spread([computed]), corpus=shown)


def server(asked: Asked) -> Iterator[Row]:
    """Polls a second of `trainstate serve`."""
    script = str(Path(__file__).parent / "server_load.py")
    jobs = str(min(1000, asked.jobs(20)))
    done = subprocess.run(
        [sys.executable, script, "--jobs", jobs, "--rounds", "3"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ImportError(done.stderr.strip().rpartition("\n")[2])
    yield Row(measure="trainstate serve", found=done.stdout.partition("\n")[0])


def growth(asked: Asked) -> Iterator[Row]:
    """Time and memory over sizes and densities."""
    from growth import rows  # type: ignore[import-not-found]

    for responses, jobs, polls, seconds, bare, most in rows(asked.responses):
        corpus = f"{responses:,} responses of {jobs:,} jobs, {polls} a job"
        yield Row(
            measure=f"check / reference decode, peak memory {most:,.0f} MiB",
            found=spread([seconds], [bare]),
            corpus=corpus,
        )


Part = Callable[[Asked], Iterator[Row]]
PARTS: dict[str, tuple[Part, str]] = {
    "reading": (reading, ""),
    "renderings": (renderings, ""),
    "memory": (memory, ""),
    "workers": (workers, ""),
    "parquet": (rows_of_parquet, "pip install '.[parquet]'"),
    "sql": (queries, PEERS),
    "edges": (edges, PEERS),
    "alignments": (alignments, PEERS),
    "embedding": (embedding, "pip install '.[aws]'"),
    "progress": (progress, ""),
    "import": (imports, ""),
    "server": (server, "pip install '.[server]'"),
    "spark": (spark, "pip install '.[spark]', and Java 17 or later"),
    "growth": (growth, ""),
}
SLOW = ("spark", "growth")
"""Parts that run only when they are asked for by name."""


def found(name: str, asked: Asked) -> Iterator[Row]:
    """The rows of a part, or that it was skipped."""
    part, remedy = PARTS[name]
    try:
        yield from part(asked)
    except ImportError as error:
        lacking = f"{error.name} is not installed" if error.name else str(error)
        yield Row(measure=name, skipped=f"{lacking}: {remedy}")


def versions() -> str:
    """The versions of what is measured."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def main() -> None:
    """Measures, and prints each row as soon as it is there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--responses", type=int, default=20_000, help="of each corpus")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="small corpora, two rounds")
    parser.add_argument("--only", action="append", choices=[*PARTS], metavar="PART", default=[])
    parser.add_argument("--output", metavar="FILE", help="write the table to FILE, too")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    with ExitStack() as stack:
        outputs: list[TextIO] = [sys.stdout]
        if given.output:
            outputs.append(stack.enter_context(Path(given.output).open("w")))
        asked = Asked(
            folder=stack.enter_context(tempfile.TemporaryDirectory()),
            responses=2_000 if given.quick else given.responses,
            rounds=2 if given.quick else given.rounds,
        )
        _printed(outputs, f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()},")
        _printed(outputs, f"Python {platform.python_version()}, {versions()}\n")
        _printed(outputs, HEAD)
        for name in given.only or [name for name in PARTS if name not in SLOW]:
            for row in found(name, asked):
                _printed(outputs, str(row))
        for size in SIZES:
            _printed(outputs, f"- {size}")


def _printed(outputs: list[TextIO], text: str) -> None:
    for output in outputs:
        print(text, file=output, flush=True)


if __name__ == "__main__":
    main()
