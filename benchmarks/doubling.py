"""How the time of each reader, rule and renderer grows when its input is doubled, twice.

    python benchmarks/doubling.py [readers] [rules] [renderers] [--limit 2.3] [--seconds 0.1]

The inputs are made to hurt: those of ``tests/properties/growing.py`` for readers; for a rule
each of its bad examples as n jobs, and as n polls of one job; for a renderer histories and
jobs in which everything is found. The exit status is 1 where a doubling takes longer than
the limit. A machine that is busy slows one run and not the other: what is over the limit is
measured again.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import trainstate
from tests.properties.growing import KINDS, history, lines, response
from trainstate.checking.report import Report
from trainstate.checking.stream import Checker
from trainstate.cli.running import FORMS, streamed_line, whole_report
from trainstate.errors import TrainstateError
from trainstate.history.readers import read_values
from trainstate.render.text import finding_lines
from trainstate.rules.example import written
from trainstate.rules.index import rules
from trainstate.rules.model import Severity

SPEC = trainstate.SPEC
TRIES = 4
Work = Callable[[], object]
Polled = Callable[[list[dict[str, Any]], int], Iterator[dict[str, Any]]]
Subject = tuple[str, Callable[[int], Work], int]
"""A name, what makes the work for a size, and the size to begin with."""


def readers() -> Iterator[Subject]:
    """A check of each kind of input: what is read is judged, too."""
    for kind in KINDS:
        yield f"reading {kind.name}", partial(_read, kind.made), kind.start


def judging() -> Iterator[Subject]:
    """A check of the bad examples of each rule."""
    for rule in rules():
        for place, example in enumerate(rule.bad):
            if example.polls and rule.scope not in ("drift", "operation"):
                polls = [written(poll) for poll in example.polls]
                for name, how in (("jobs", _as_jobs), ("polls", _as_polls)):
                    subject = f"{rule.code} {rule.name}, example {place}, as {name}"
                    yield subject, partial(_judged, how, polls, rule.code), 40


def renderers() -> Iterator[Subject]:
    """Each format of reports in which much is found, in one history and in many jobs."""
    illegal = ["Starting", "Uploading", "Completed"]
    made: dict[str, Callable[[int], bytes]] = {
        "an illegal history": lambda n: lines([response(**history(illegal * n))]),
        "unknown statuses": lambda n: lines([response(**history([f"X{k}" for k in range(n)]))]),
        "illegal jobs": lambda n: lines(response(k, **history(illegal)) for k in range(n)),
        "records that cannot be read": lambda n: (lines([response()]) + b'\n{"cut": "\n') * n,
        "forks": lambda n: lines(response(**history(["Starting"], gap=k)) for k in range(n)),
    }
    for form in FORMS:
        for name, data in made.items():
            yield f"{form} of {name}", partial(_rendered, form, data), 100


def _read(made: Callable[[int], bytes], size: int) -> Work:
    return _checked(made(size))


def _judged(how: Polled, polls: list[dict[str, Any]], code: str, size: int) -> Work:
    # The code as well: some rules are asked only by their name.
    return _checked(list(how(polls, size)), select=["TS", code])


def _checked(data: Any, **options: Any) -> Work:
    def work() -> None:
        with contextlib.suppress(TrainstateError):  # a refusal takes its time, too
            trainstate.check(data, **options)

    return work


def _as_jobs(polls: list[dict[str, Any]], n: int) -> Iterator[dict[str, Any]]:
    for number in range(n):
        for poll in polls:
            yield json.loads(json.dumps(poll).replace("training-job/", f"training-job/x{number}-"))


def _as_polls(polls: list[dict[str, Any]], n: int) -> Iterator[dict[str, Any]]:
    modified = SPEC.layout.modified
    for number in range(n):
        yield from ({**poll, modified: 2_000_000_000 + number} for poll in polls)


def _rendered(form: str, made: Callable[[int], bytes], size: int) -> Work:
    data, checker = made(size), Checker(spec=SPEC)
    found = [each for record in read_values(data, SPEC) for each in checker.feed(record)]
    at_end, jobs = checker.close()
    report = Report(
        findings=(*found, *(finding for _, finding in at_end)),
        jobs=jobs,
        summary=checker.summary,
        spec_version=SPEC.version,
    )

    def work() -> None:
        for finding in report.findings:
            if form == "text":
                list(finding_lines(finding, SPEC))
            else:
                streamed_line(form, finding)
        if form != "text":
            options: dict[str, Any] = {"shown": Severity.INFO, "fail_on": Severity.ERROR}
            for _ in whole_report(form, report, checker, jobs_detail=True, **options):
                pass

    return work


def seconds(work: Work) -> float:
    """The processor time of a piece of work, the smallest of three."""
    taken = []
    for _ in range(3):
        gc.collect()
        begun = process_time()
        work()
        taken.append(process_time() - begun)
    return min(taken)


def growth(make: Callable[[int], Work], start: int, least: float) -> tuple[int, list[float]]:
    """The size that takes long enough to be measured, and by how much each doubling is longer."""
    size, first = start, seconds(make(start))
    while first < least and size < 1 << 18:
        size *= 2
        first = seconds(make(size))
    times = [first, seconds(make(2 * size)), seconds(make(4 * size))]
    return size, [after / max(before, 1e-9) for before, after in pairwise(times)]


def until_within(
    tries: Iterator[tuple[int, list[float]]], limit: float
) -> Iterator[tuple[int, list[float]]]:
    """What was tried, up to the first that keeps the limit."""
    for size, ratios in tries:
        yield size, ratios
        if max(ratios) <= limit:
            return


SUBJECTS = {"readers": readers, "rules": judging, "renderers": renderers}


def main() -> None:
    """Prints a row a subject, those over the limit marked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("which", nargs="*", default=[*SUBJECTS], metavar="readers|rules|renderers")
    parser.add_argument("--only", default="", metavar="TEXT", help="subjects with TEXT in them")
    parser.add_argument("--limit", type=float, default=2.3)
    parser.add_argument("--seconds", type=float, default=0.1, help="the least time of a size n")
    asked = parser.parse_args()
    slow = []
    print("| subject | n | 2n / n | 4n / 2n |\n| --- | --- | --- | --- |")
    for name, make, start in (subject for which in asked.which for subject in SUBJECTS[which]()):
        if asked.only not in name:
            continue
        tries = (growth(make, start, asked.seconds) for _ in range(TRIES))
        size, ratios = min(until_within(tries, asked.limit), key=lambda found: max(found[1]))
        if max(ratios) > asked.limit:
            slow.append(name)
        mark = " **over**" if name in slow else ""
        print(f"| {name}{mark} | {size:,} | {' | '.join(f'{r:.2f}' for r in ratios)} |", flush=True)
    sys.exit(f"over {asked.limit}: {'; '.join(slow)}" if slow else 0)


if __name__ == "__main__":
    main()
