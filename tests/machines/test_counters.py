"""What a tuning job counts: legal counts are silent, and each planted fault is found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import trainstate
from trainstate.track import Tracker

Counts = list[tuple[int, int]]
LIMITS = {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 4}
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/tern"


def shown(at: int, completed: int, running: int, *, ended: bool = False) -> dict[str, Any]:
    time = f"2026-01-02T10:{at:02}:00Z"
    return {
        "HyperParameterTuningJobName": "tern",
        "HyperParameterTuningJobArn": ARN,
        "HyperParameterTuningJobConfig": {"ResourceLimits": LIMITS},
        "HyperParameterTuningJobStatus": "Completed" if ended else "InProgress",
        "CreationTime": "2026-01-02T09:00:00Z",
        "LastModifiedTime": time,
        "TrainingJobStatusCounters": {"Completed": completed, "InProgress": running},
        "ObjectiveStatusCounters": {"Succeeded": completed, "Pending": running},
        **({"BestTrainingJob": {}} if completed else {}),
        **({"HyperParameterTuningEndTime": time} if ended else {}),
    }


@st.composite
def lives(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Polls of a tuning job whose children complete, four at most at once."""
    done = sorted(draw(st.lists(st.integers(0, 20), min_size=2, max_size=8)))
    running = [min(4, 20 - count) for count in done]
    polls = [shown(at, *counts) for at, counts in enumerate(zip(done, running, strict=True))]
    return [*polls, shown(len(done), done[-1], 0, ended=True)]


def codes(sequence: list[dict[str, Any]]) -> list[str]:
    return [found.code for found in trainstate.check(sequence) if found.severity != "info"]


@given(lives())
def test_legal_counts_are_silent(life: list[dict[str, Any]]) -> None:
    """Children that complete one after another contradict nothing, in whichever order they come."""
    assert [] == codes(life)
    assert {"TS601"} >= {*codes(life[::-1])}  # which says that they came late


@given(lives(), st.data())
def test_a_count_that_falls_is_found(life: list[dict[str, Any]], data: st.DataObject) -> None:
    """A child that has completed stays so; the tracker says it, and a saved one goes on."""
    at = data.draw(st.integers(1, len(life) - 1))
    before = life[at - 1]["TrainingJobStatusCounters"]["Completed"]
    assume(before)
    wrong = shown(at, before - 1, 0, ended=at == len(life) - 1)
    tracker = Tracker()
    for response in life[:at]:
        tracker.observe(response)
    update = Tracker.from_json(tracker.to_json()).observe(wrong)

    assert "TS613" in [found.code for found in update.findings]
    assert "TS613" in codes([*life[:at], wrong])


@pytest.mark.parametrize(("count", "code"), [(-1, "TS514"), ("three", "TS003")])
def test_a_count_that_is_none_is_found(count: object, code: str) -> None:
    """What is counted is a whole number of children, none at least."""
    first = shown(0, 0, 1)
    counts = {**first["TrainingJobStatusCounters"], "Completed": count}

    assert [code] == codes([{**first, "TrainingJobStatusCounters": counts}])


@given(lives(), st.integers(1, 4))
def test_children_that_outlive_their_job_are_found(life: list[dict[str, Any]], left: int) -> None:
    """At the end none runs, and none is waited for."""
    last = life[-1]
    counts = {**last["TrainingJobStatusCounters"], "InProgress": left}

    assert {"TS613"} == {*codes([*life[:-1], {**last, "TrainingJobStatusCounters": counts}])}


@given(lives(), st.sampled_from(["CreationTime", "TrainingStartTime", "TrainingEndTime"]))
def test_a_best_child_is_one_of_its_own(life: list[dict[str, Any]], member: str) -> None:
    """It lived while its tuning job did; one that is running may be modified at its end only."""
    *polls, last = life
    own = {**last, "BestTrainingJob": {member: "2026-01-02T09:30:00Z"}}
    early = {**last, "BestTrainingJob": {member: "2026-01-02T08:30:00Z"}}
    late = {"BestTrainingJob": {member: "2026-01-02T11:30:00Z"}}

    assert [] == codes([*polls, own])
    assert ["TS413"] == codes([*polls, early]) == codes([*polls, {**last, **late}])
    assert [] == codes([*polls[:1], {**polls[0], **late}])


@given(lives())
def test_more_children_than_the_limit_are_suspicious(life: list[dict[str, Any]]) -> None:
    """The configuration says how many run at once, and how many there are in all."""
    first = life[0]
    counts = {"Completed": 0, "InProgress": 21}
    report = trainstate.check({**first, "TrainingJobStatusCounters": counts})

    assert [("TS613", "warning")] * 2 == [
        (one.code, one.severity) for one in report if one.severity != "info"
    ]


@pytest.mark.parametrize(("reason", "expected"), [("AlgorithmError: x", ["TS515"]), ("", [])])
def test_a_best_job_that_completed_has_no_reason_for_a_failure(
    reason: str, expected: list[str]
) -> None:
    """moto's has one; an empty text is none."""
    best = {"TrainingJobStatus": "Completed", "FailureReason": reason}

    assert expected == codes([shown(0, 1, 0) | {"BestTrainingJob": best}])
