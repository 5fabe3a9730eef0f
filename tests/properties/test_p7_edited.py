"""P7 for edited jobs: whatever is edited, parts say what whole responses say.

The edits know no rule: a member goes, comes from another job or gets another value; times move;
entries are dropped and doubled; responses change their places.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.properties.test_p7_parts import report
from trainstate.checking import stream
from trainstate.spec.load import builtin_spec
from trainstate.testing.corpus import Corpus, generated

SPEC = builtin_spec()
LAYOUT = SPEC.layout
PRIMARIES = [*SPEC.primary_by_name, "Odd"]
SECONDARIES = [*SPEC.secondary_by_name, "Odd", None]
SECONDS = (-3600, -60, -1, -0.2, 0.001, 0.3, 1, 30, 260_000)
ODD: tuple[Any, ...] = (None, "", 0, -1, 1.5, True, "7", [], {}, 10**20)
STRUCTURES = ("StoppingCondition", "ResourceConfig", "RetryStrategy", "HyperParameters")

Job = list[dict[str, Any]]
Edit = Callable[[random.Random, dict[str, Any], dict[str, Any]], None]


def later(draw: random.Random, time: Any) -> Any:
    """A time moved by some seconds; another value as it is."""
    if not isinstance(time, str):
        return time
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return time
    return (moment + timedelta(seconds=draw.choice(SECONDS))).isoformat()


def without(draw: random.Random, shown: dict[str, Any], _: dict[str, Any]) -> None:
    del shown[draw.choice(list(shown))]


def query(draw: random.Random, shown: dict[str, Any], _: dict[str, Any]) -> None:
    for name in draw.sample(list(shown), min(len(shown), draw.randrange(4))):
        del shown[name]
    name = draw.choice(["Status", "StartTime", "EndTime", "StatusMessage"])
    history = shown.get(LAYOUT.history)
    for one in history if isinstance(history, list) else ():
        if isinstance(one, dict):
            one.pop(name, None)


def odd(draw: random.Random, shown: dict[str, Any], _: dict[str, Any]) -> None:
    shown[draw.choice(list(shown))] = draw.choice(ODD)


def foreign(draw: random.Random, shown: dict[str, Any], other: dict[str, Any]) -> None:
    name = draw.choice(list(other))
    shown[name] = other[name]


def moved(draw: random.Random, shown: dict[str, Any], _: dict[str, Any]) -> None:
    for name in [name for name in shown if name.endswith("Time")]:
        if draw.random() < 0.5:
            shown[name] = later(draw, shown[name])


def entry(draw: random.Random, shown: dict[str, Any], _: dict[str, Any]) -> None:
    history = shown.get(LAYOUT.history) or [{LAYOUT.entry_status: "Training"}]
    if not isinstance(history, list):  # an odd value
        return
    at = draw.randrange(len(history))
    name = draw.choice(list(history[at]))
    timed = name.endswith("Time")
    history[at][name] = later(draw, history[at][name]) if timed else draw.choice(SECONDARIES)
    if draw.random() < 0.3:
        history.insert(at, copy.deepcopy(draw.choice(history)))
    elif draw.random() < 0.3:
        del history[at]


def pair(draw: random.Random, shown: dict[str, Any], _: dict[str, Any]) -> None:
    if draw.random() < 0.5:
        shown[LAYOUT.primary] = draw.choice(PRIMARIES)
    else:
        shown[LAYOUT.secondary] = draw.choice(SECONDARIES)


def amounts(draw: random.Random, shown: dict[str, Any], _: dict[str, Any]) -> None:
    for name in (LAYOUT.training_seconds, LAYOUT.billable_seconds):
        if draw.random() < 0.6:
            shown[name] = draw.choice([0, 1, 100, 10**6, -5, 36.0, 1.5])


def setting(draw: random.Random, shown: dict[str, Any], _: dict[str, Any]) -> None:
    held = shown.get(draw.choice(STRUCTURES))
    if isinstance(held, dict) and held:
        held[draw.choice(list(held))] = draw.choice([1, 0, 10**9, "7", None, 60])


def attached(draw: random.Random, shown: dict[str, Any], _: dict[str, Any]) -> None:
    for machine in SPEC.machines:
        statuses = [draw.choice([*machine.statuses, "Odd"]) for _ in range(draw.randrange(3))]
        items = [{machine.key: draw.choice("ab"), machine.status: status} for status in statuses]
        if machine.items and draw.random() < 0.4:
            shown[machine.member] = items
        elif not machine.items and machine.status and statuses and draw.random() < 0.4:
            shown[machine.member] = {machine.status: statuses[0]}


EDITS: tuple[Edit, ...] = (
    *(without, query, odd, foreign, moved, entry, pair, amounts, setting, attached),
)


def measured(draw: random.Random, job: Job) -> Job:
    """A job whose metrics are other ones in each response, of which some come later."""
    for shown in job[draw.randrange(len(job)) :]:
        measure = {"MetricName": "loss", "Value": draw.random(), "Timestamp": shown[LAYOUT.created]}
        shown["FinalMetricDataList"] = [measure]
        if draw.random() < 0.3:
            shown[LAYOUT.modified] = later(draw, shown[LAYOUT.modified])
    return job


def edited(draw: random.Random, job: Job, others: Job) -> Job:
    """A job with one or two edits, of which some stay in all later responses."""
    job = copy.deepcopy(job)
    for _ in range(draw.choice([0, 1, 1, 2])):
        at = draw.randrange(len(job))
        if draw.random() < 0.15:
            job.insert(draw.randrange(len(job) + 1), job[at])
        elif draw.random() < 0.15:
            job.insert(draw.randrange(len(job)), job.pop(at))
        else:
            edit, seed, other = draw.choice(EDITS), draw.random(), draw.choice(others)
            until = len(job) if draw.random() < 0.4 else at + 1
            for shown in job[at:until]:
                if shown:
                    edit(random.Random(seed), shown, other)
    return job


def recorded(seed: int) -> list[bytes]:
    """The lines of edited jobs, of which some are mixed."""
    draw = random.Random(seed)
    texts = [text for text, _ in generated(Corpus(jobs=40, polls=draw.choice([2, 6]), seed=seed))]
    jobs: dict[str, Job] = {}
    for shown in map(json.loads, texts):
        jobs.setdefault(shown[LAYOUT.arn], []).append(shown)
    for job in jobs.values():
        if draw.random() < 0.4:
            measured(draw, job)
    others = [shown for job in jobs.values() for shown in job]
    changed = [edited(draw, job, others) for job in jobs.values()]
    lines: list[bytes] = []
    while changed:
        at = draw.randrange(len(changed)) if draw.random() < 0.3 else 0
        if changed[at]:
            lines.append(json.dumps(changed[at].pop(0)).encode())
        else:
            del changed[at]
    return lines


@pytest.mark.parametrize("seed", range(24))
def test_parts_of_edited_jobs_say_what_whole_responses_say(seed: int) -> None:
    """Findings, verdicts and counts are equal, whatever was edited."""
    lines, files = recorded(seed), 1 + seed % 4 * 5

    whole, _ = report(lines, parts=False, files=files)
    parts, counted = report(lines, parts=True, files=files)

    assert whole == parts
    assert counted > 0.2 * len(lines)


@pytest.mark.parametrize("seed", range(8))
def test_a_response_that_comes_again_adds_nothing(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repeated response is taken for what judging it says, at once and later."""
    draw = random.Random(seed)
    lines: list[bytes] = []
    for line in recorded(seed):
        lines += [line] * draw.choice([1, 1, 2])
        lines += [draw.choice(lines)] if draw.random() < 0.1 else []

    taken, _ = report(lines, parts=False)
    monkeypatch.setattr(stream, "digest_of", lambda _: b"")
    judged, _ = report(lines, parts=False)

    assert taken == judged
