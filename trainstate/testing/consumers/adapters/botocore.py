"""The waiter that botocore has for training jobs."""

from __future__ import annotations

from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class BotocoreWaiter:
    """Waits with a waiter of the client; ``name`` is the waiter's."""

    name: str = "training_job_completed_or_stopped"

    def __call__(self, client: Any, job: str) -> None:
        """Waits for a job."""
        client.get_waiter(self.name).wait(TrainingJobName=job)
