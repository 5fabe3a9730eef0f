"""A Temporal activity that trains a model and survives the loss of its worker.

Each heartbeat carries the tracker as JSON. An attempt after a lost worker goes on from the
last one: it starts no second job, and no change is told twice. An attempt after an outcome
of which the policy says *retry* starts another job. A cancelled activity asks for the stop
of the job; one whose worker shuts down, or is taken for lost, leaves it running. Given the
ARN of a job of any kind that somebody else has started, the activity only waits, and a
cancellation leaves the job alone.

Give it a heartbeat timeout, so that a lost worker is noticed and a cancellation arrives;
the cancellation type WAIT_CANCELLATION_COMPLETED, or a cancelled workflow is gone before
the activity hears of it; and a request whose name belongs to this run alone.

    python activity.py    rehearses it: two attempts, without an account or a server
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
    async def train(self, request: dict[str, Any] | str) -> str:
        """The outcome of the job; raises an ApplicationError that says whether to retry."""
        tracker = await self._begun(request)
        name = request if isinstance(request, str) else _name(tracker)
        beats = asyncio.create_task(_beat(tracker))
        try:
            async for update in watch_async(self._client, name, tracker=tracker, pace=self._pace):
                activity.heartbeat(tracker.to_json())
                for change in update.changes:
                    activity.logger.info("%s: %s", name, change)
                if POLICY.action(update.outcome) is not Action.WAIT:
                    break
        except asyncio.CancelledError:
            # Also a worker that shuts down cancels, and a heartbeat that came too late.
            why = activity.cancellation_details()
            if name != request and (why is None or why.cancel_requested):
                await asyncio.to_thread(stop_job, self._client, name)
            raise
        finally:
            beats.cancel()
        action = POLICY.action(tracker.outcome)
        if action is Action.DONE:
            return str(tracker.outcome)
        raise ApplicationError(
            f"{name} ended {tracker.outcome}: {tracker.failure_reason}",
            type=str(tracker.outcome),
            non_retryable=action is not Action.RETRY or name == request,
        )

    async def _begun(self, request: dict[str, Any] | str) -> Tracker:
        """The tracker of the job that a lost worker was waiting for, or of a new one."""
        info, number = activity.info(), 1
        if isinstance(request, str):
            saved = info.heartbeat_details
            return Tracker.from_json(saved[0]) if saved else Tracker(job=request)
        if info.heartbeat_details:
            saved = Tracker.from_json(info.heartbeat_details[0])
            if POLICY.action(saved.outcome) is not Action.RETRY:
                return saved
            number = 1 + int(_name(saved).rpartition("-")[2])
        name = f"{request['TrainingJobName']}-{number}"
        create = self._client.create_training_job
        try:
            await asyncio.to_thread(create, **{**request, "TrainingJobName": name})
        except self._client.exceptions.ResourceInUse as error:
            # A worker that was lost between the creation and its heartbeat has made it.
            if info.attempt == 1:
                raise ApplicationError(f"{name} is taken: {error}", non_retryable=True) from error
        tracker = Tracker(job=name)
        activity.heartbeat(tracker.to_json())
        return tracker


def _name(tracker: Tracker) -> str:
    return (tracker.job or "").rpartition("/")[2]


async def _beat(tracker: Tracker) -> None:
    """Says that the worker lives: in a status that lasts for hours no update does."""
    timeout = activity.info().heartbeat_timeout
    while True:
        await asyncio.sleep(60.0 if timeout is None else timeout.total_seconds() / 3)
        activity.heartbeat(tracker.to_json())


async def _rehearsed(*what: str) -> str:
    """What Temporal would do: further attempts with the last heartbeat, while there may be any."""
    import dataclasses

    from temporalio.testing import ActivityEnvironment

    sys.path.insert(0, str(Path(__file__).parent.parent))
    from rehearsal import PACE, rehearsed

    beats: list[Any] = []
    with rehearsed(*what) as (client, request):
        jobs = TrainingJobs(client, pace=PACE)
        for attempt in (1, 2, 3):
            environment = ActivityEnvironment()
            environment.on_heartbeat = lambda *details: beats.append(details)
            environment.info = dataclasses.replace(
                environment.info, attempt=attempt, heartbeat_details=beats[-1] if beats else []
            )
            try:
                return str(await environment.run(jobs.train, request))
            except ApplicationError as error:
                print(error)
                if error.non_retryable:
                    break
    return "failed"


if __name__ == "__main__":
    print(asyncio.run(_rehearsed(*sys.argv[1:])))
