"""Trackers that have followed a job's responses, and what they tell; responses of other times."""

from __future__ import annotations

from typing import Any

from tests.lives import BORN, poll
from trainstate.track import Tracker

ARN = poll("Starting")["TrainingJobArn"]
SUMMARY = {
    "TrainingJobName": "job-1",
    "TrainingJobArn": ARN,
    "CreationTime": BORN,
    "LastModifiedTime": BORN + 1000,
    "TrainingJobStatus": "Completed",
}


def followed(*observed: Any) -> Tracker:
    tracker = Tracker()
    for one in observed:
        tracker.observe(one)
    return tracker


def told(tracker: Tracker) -> list[tuple[str, str]]:
    return [(item.status, str(item.provenance)) for item in tracker.timeline]


def bare(primary: str, secondary: str | None, at: float | None, **members: Any) -> dict[str, Any]:
    """A poll of a time when responses had no history."""
    known = {"TrainingJobStatus": primary, "SecondaryStatus": secondary, "LastModifiedTime": at}
    head = {"TrainingJobName": "job-1", "TrainingJobArn": ARN, "CreationTime": BORN}
    return {**head, **{key: value for key, value in known.items() if value}, **members}
