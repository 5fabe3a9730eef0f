"""What a training script prints, and what the service extracts: logs and metrics."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from trainstate.machine.record import moment
from trainstate.simulator.job import Job
from trainstate.simulator.plan import TRAINING
from trainstate.simulator.random_scenario import seeded

_LONGEST = 1_000


def visible(job: Job, now: int) -> list[tuple[int, str]]:
    """The lines that a job printed until an instant, and until its training ended."""
    ends = [e.end for e in job.record.history if e.status == TRAINING and e.end is not None]
    until = min([now, *ends[-1:]])
    return [line for line in job.lines if line[0] <= until]


def measured(job: Job, now: int) -> dict[str, list[tuple[int, float]]]:
    """The values of a job's metrics until an instant, with their instants.

    They are what the metric's expression finds in the script's lines. A metric that is found in
    none has one random value, from the end of training on.
    """
    definitions = job.record.fields["AlgorithmSpecification"].get("MetricDefinitions") or ()
    return {
        definition["Name"]: list(_found(definition["Regex"], visible(job, now)))
        or list(_drawn(job, definition["Name"], now))
        for definition in definitions
    }


def final_metrics(job: Job) -> list[Mapping[str, Any]]:
    """The last value of each metric of an ended job, as DescribeTrainingJob has it."""
    ended = job.record.ended
    values = measured(job, ended) if ended is not None else {}
    return [
        {"MetricName": name, "Value": found[-1][1], "Timestamp": moment(found[-1][0])}
        for name, found in values.items()
        if found
    ]


def _found(expression: str, lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, float]]:
    pattern = _pattern(expression)
    for at, line in lines:
        match = pattern.search(line[:_LONGEST]) if pattern else None
        if match and pattern and pattern.groups:
            try:
                yield at, float(match[1])
            except (TypeError, ValueError):
                continue


@lru_cache(maxsize=512)
def _pattern(expression: str) -> re.Pattern[str] | None:
    try:
        return re.compile(expression)
    except (re.error, RecursionError):
        return None


def _drawn(job: Job, metric: str, now: int) -> Iterator[tuple[int, float]]:
    ends = [e.end for e in job.record.history if e.status == TRAINING and e.end is not None]
    if ends and ends[-1] <= now:
        yield ends[-1], round(seeded(None, job.record.name, metric).random(), 6)
