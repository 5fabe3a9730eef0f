"""A Prefect task that waits for a training job, and starts it again where the policy says so.

python flow.py            replays a recorded spot job, without an account
python flow.py JOB-NAME   waits for a live one
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task

from trainstate.aws import Pace, watch
from trainstate.track import STRICT, Action, Tracker

POLICY = STRICT.but({"interrupted": "retry", "out-of-wait-time": "retry"})


class StartAgain(RuntimeError):
    """The policy wants the job to be started again: Prefect's retries do it."""


@task(retries=2, retry_delay_seconds=30)
def wait_for_job(client: Any, name: str, *, pace: Pace) -> str:
    """The outcome of the job; raises where the policy calls it an error or wants a retry."""
    logger, tracker = get_run_logger(), Tracker(job=name)
    for update in watch(client, name, tracker=tracker, pace=pace):
        for change in update.changes:
            logger.info("%s", change)
        if POLICY.action(update.outcome) is not Action.WAIT:
            break
    action = POLICY.action(tracker.outcome)
    if action is Action.DONE:
        return str(tracker.outcome)
    if action is Action.RETRY:
        raise StartAgain(f"{name} ended {tracker.outcome}")
    raise RuntimeError(f"{name} ended {tracker.outcome}: {tracker.failure_reason}")


@flow
def training(client: Any, name: str, *, pace: Pace) -> str:
    """One job, waited for."""
    return wait_for_job(client, name, pace=pace)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import boto3

        print(training(boto3.client("sagemaker"), sys.argv[1], pace=Pace()))
    else:
        sys.path.insert(0, str(Path(__file__).parent.parent))
        from replay import Replay

        replay = Replay("spot-interrupted.ndjson")
        print(training(replay, replay.name, pace=Pace(shortest=0.01, longest=0.02)))
