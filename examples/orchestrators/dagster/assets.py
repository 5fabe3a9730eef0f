"""A Dagster asset whose material is a trained model, with the job's times as its metadata.

python assets.py            replays a recorded spot job, without an account
dagster dev -f assets.py    with JOB_NAME in the environment: a live one
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import dagster

from trainstate.aws import Pace, wait
from trainstate.track import STRICT, Action, Tracker

POLICY = STRICT.but({"interrupted": "retry", "out-of-wait-time": "retry"})


class Jobs(dagster.ConfigurableResource):
    """Where the job is: a live account, or a recording."""

    recording: str = ""

    def client_and_name(self) -> tuple[Any, str, Pace]:
        """The client, the job's name, and how often to ask."""
        if self.recording:
            sys.path.insert(0, str(Path(__file__).parent.parent))
            from replay import Replay

            replay = Replay(self.recording)
            return replay, replay.name, Pace(shortest=0.01, longest=0.02)
        import boto3

        return boto3.client("sagemaker"), os.environ["JOB_NAME"], Pace()


@dagster.asset
def trained_model(jobs: Jobs) -> dagster.MaterializeResult:
    """Waits for the training job; an error and a retry are what the policy makes of its end."""
    client, name, pace = jobs.client_and_name()
    tracker = Tracker(job=name)
    ended = wait(client, name, policy=POLICY, tracker=tracker, pace=pace)
    if ended.action is Action.RETRY:
        raise dagster.RetryRequested(max_retries=2, seconds_to_wait=30)
    seconds = {
        f"{took.status} (attempt {took.attempt})": took.seconds for took in tracker.durations
    }
    return dagster.MaterializeResult(
        metadata={
            "outcome": str(ended.outcome),
            "attempts": tracker.attempts,
            "interruptions": tracker.interruptions,
            "savings (%)": tracker.savings or 0.0,
            **seconds,
        }
    )


defs = dagster.Definitions(assets=[trained_model], resources={"jobs": Jobs()})

if __name__ == "__main__":
    replayed = {"jobs": Jobs(recording="spot-interrupted.ndjson")}
    result = dagster.materialize([trained_model], resources=replayed)
    print("succeeded" if result.success else "failed")
