"""The summary of a tuning job's training job, printed alone: its best job, or an item of a list."""

from __future__ import annotations

import json
from typing import Any

import pytest

import trainstate
from tests.lives import COMPLETED, poll

DESCRIBED = poll(*COMPLETED)
BEST: dict[str, Any] = {
    "TrainingJobName": DESCRIBED["TrainingJobName"],
    "TrainingJobArn": DESCRIBED["TrainingJobArn"],
    "CreationTime": DESCRIBED["CreationTime"],
    "TrainingStartTime": DESCRIBED["TrainingStartTime"],
    "TrainingEndTime": DESCRIBED["TrainingEndTime"],
    "TrainingJobStatus": "Completed",
    "TunedHyperParameters": {"rate": "0.1"},
    "FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": "loss", "Value": 0.5},
    "ObjectiveStatus": "Succeeded",
}


def judged(recorded: Any) -> tuple[list[str], list[str]]:
    report = trainstate.check(recorded)
    return [str(job.verdict) for job in report.jobs], [one.name for one in report]


@pytest.mark.parametrize("recorded", [BEST, [BEST], {"TrainingJobSummaries": [BEST]}])
def test_it_is_judged_alone_as_in_its_list(recorded: Any) -> None:
    """It is no response of which somebody has left most out."""
    assert judged(recorded) == (["CONSISTENT"], [])


def test_it_is_judged_as_a_line(tmp_path: Any) -> None:
    path = tmp_path / "best.ndjson"
    path.write_text(json.dumps(BEST) + "\n", encoding="utf-8")

    assert judged(path) == (["CONSISTENT"], [])


def test_a_summary_may_come_beside_responses_of_its_job() -> None:
    """What it leaves out says nothing of them."""
    assert judged([BEST, DESCRIBED])[0] == ["CONSISTENT"]


def test_its_status_is_judged() -> None:
    ended = {**BEST, "TrainingJobStatus": "Done"}

    assert judged(ended) == (["UNKNOWN"], ["unknown-primary-status"])
