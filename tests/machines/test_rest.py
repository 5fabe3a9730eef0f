"""What may follow an end: a retry that leaves a rest, and statuses that an API adds."""

from __future__ import annotations

from typing import Any

import pytest

import trainstate
from trainstate.errors import SpecError
from trainstate.render.waiters import waiters
from trainstate.spec.load import parse_spec
from trainstate.track import Tracker

FACTS = """
extends = "processing-job"

[spec]
name = "retried"
title = "A processing job of which a failure can be retried"
version = "1"

[[primary]]
name = "Failed"
kind = "rest"
evidence = "inferred"
sources = ["model"]

[[primary_transition]]
before = "Failed"
after = "InProgress"
evidence = "inferred"
sources = ["model"]
"""
SPEC = parse_spec(FACTS)


def polls(*statuses: str) -> list[dict[str, Any]]:
    return [
        {
            "ProcessingJobName": "job",
            "ProcessingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:processing-job/job",
            "ProcessingJobStatus": status,
            "CreationTime": "2026-01-02T10:00:00Z",
            "LastModifiedTime": f"2026-01-02T10:{minute:02}:00Z",
            **({"FailureReason": "AlgorithmError"} if status == "Failed" else {}),
        }
        for minute, status in enumerate(statuses)
    ]


@pytest.mark.parametrize(
    ("statuses", "codes"),
    [
        (("InProgress", "Failed", "InProgress", "Failed"), set()),
        (("InProgress", "Failed", "InProgress", "Stopped"), set()),
        (("InProgress", "Stopped", "InProgress"), {"TS604"}),
    ],
)
def test_a_retry_leaves_a_rest_and_no_end(statuses: tuple[str, ...], codes: set[str]) -> None:
    """The row says so: the same job of the built-in facts left its end."""
    found = {one.code for one in trainstate.check(polls(*statuses), spec=SPEC)}
    plain = {one.code for one in trainstate.check(polls(*statuses))}

    assert codes == found - {"TS002"}
    assert "TS604" in plain


def test_a_wait_ends_at_a_rest() -> None:
    """The outcome is the failure, a retry runs again, and botocore's waiter ends."""
    tracker = Tracker(spec=SPEC)
    outcomes = [str(tracker.observe(one).outcome) for one in polls("Failed", "InProgress")]
    finished = waiters(SPEC)["waiters"]["ProcessingJobFinished"]["acceptors"]

    assert ["failed", "running"] == outcomes
    assert {"Failed", "Stopped", "Completed"} < {one["expected"] for one in finished}


def test_a_kind_that_nobody_knows_is_refused() -> None:
    """A misspelt kind would make an end of nothing."""
    with pytest.raises(SpecError, match="unknown 'resting'"):
        parse_spec(FACTS.replace('"rest"', '"resting"'))


def test_a_status_that_the_api_adds_after_an_end_is_no_error() -> None:
    """Nobody has recorded whether a deletion makes entries of Deleting, and when they start."""

    entries = [("Starting", 0, 10), ("Completed", 10, 10), ("Deleting", 50, 50)]
    deleting = {
        "JobName": "job",
        "JobArn": "arn:aws:sagemaker:us-east-1:123456789012:job/AgentRFT/job",
        "JobStatus": "Deleting",
        "SecondaryStatus": "Deleting",
        "EndTime": "2026-01-02T10:10:00Z",
        "SecondaryStatusTransitions": [
            {
                "Status": status,
                "StartTime": f"2026-01-02T10:{start}:00Z".replace(":0:", ":00:"),
                "EndTime": f"2026-01-02T10:{end}:00Z",
            }
            for status, start, end in entries
        ],
        "CreationTime": "2026-01-02T10:00:00Z",
        "LastModifiedTime": "2026-01-02T11:00:00Z",
    }

    assert "UNKNOWN" == trainstate.check([deleting]).verdict
