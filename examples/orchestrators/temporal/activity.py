"""A Temporal activity that waits for a training job and survives the loss of its worker.

Each heartbeat carries the tracker as JSON; the next attempt goes on from the last one, so
that no change is told twice. A cancelled activity stops watching, and asks for the stop
of the job.

    python activity.py    replays a recorded spot job, without an account or a server
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from trainstate.aws import Pace, stop_job, watch_async
from trainstate.track import STRICT, Action, Tracker

POLICY = STRICT.but({"interrupted": "retry", "out-of-wait-time": "retry"})


class TrainingJobs:
    """The activities, with the client that they use."""

    def __init__(self, client: Any, *, pace: Pace | None = None) -> None:
        self._client = client
        self._pace = pace or Pace()

    @activity.defn
    async def wait_for_job(self, name: str) -> str:
        """The outcome of the job; raises an ApplicationError that says whether to retry."""
        saved = activity.info().heartbeat_details
        tracker = Tracker.from_json(saved[0]) if saved else Tracker(job=name)
        try:
            async for update in watch_async(self._client, name, tracker=tracker, pace=self._pace):
                activity.heartbeat(tracker.to_json())
                if POLICY.action(update.outcome) is not Action.WAIT:
                    break
        except asyncio.CancelledError:
            await asyncio.to_thread(stop_job, self._client, name)
            raise
        action = POLICY.action(tracker.outcome)
        if action is Action.DONE:
            return str(tracker.outcome)
        raise ApplicationError(
            f"{name} ended {tracker.outcome}: {tracker.failure_reason}",
            type=str(tracker.outcome),
            non_retryable=action is not Action.RETRY,
        )


async def _replayed() -> str:
    from temporalio.testing import ActivityEnvironment

    sys.path.insert(0, str(Path(__file__).parent.parent))
    from replay import Replay

    replay = Replay("spot-interrupted.ndjson")
    jobs = TrainingJobs(replay, pace=Pace(shortest=0.01, longest=0.02))
    return await ActivityEnvironment().run(jobs.wait_for_job, replay.name)


if __name__ == "__main__":
    print(asyncio.run(_replayed()))
