"""An Airflow sensor, and its deferrable trigger, that wait for a training job by a policy.

The sensor keeps the tracker between its polls in XCom-free memory; the trigger carries it
as JSON, so that a triggerer that is restarted goes on. Stopped, Deleting, interruptions
and unknown statuses are the policy's to decide: none of them hangs the task.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.hooks.sagemaker import SageMakerHook
from airflow.sensors.base import BaseSensorOperator
from airflow.triggers.base import BaseTrigger, TriggerEvent

from trainstate.aws import JobNotFound, watch_async
from trainstate.track import STRICT, Action, Tracker

POLICY = STRICT.but({"interrupted": "retry", "out-of-wait-time": "retry"})


class TrainingJobTrigger(BaseTrigger):
    """Fires once the policy has something to do about the job."""

    def __init__(self, job_name: str, aws_conn_id: str = "aws_default", saved: str = "") -> None:
        super().__init__()
        self.job_name = job_name
        self.aws_conn_id = aws_conn_id
        self.saved = saved

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and the arguments to go on with elsewhere."""
        arguments = {"job_name": self.job_name, "aws_conn_id": self.aws_conn_id}
        return f"{__name__}.TrainingJobTrigger", {**arguments, "saved": self.saved}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event: the outcome, and what the policy says."""
        tracker = Tracker.from_json(self.saved) if self.saved else Tracker(job=self.job_name)
        client = SageMakerHook(aws_conn_id=self.aws_conn_id).conn
        try:
            async for update in watch_async(client, self.job_name, tracker=tracker):
                self.saved = tracker.to_json()
                for change in update.changes:
                    self.log.info("%s: %s", self.job_name, change)
                if POLICY.action(update.outcome) is not Action.WAIT:
                    break
        except JobNotFound as error:
            yield TriggerEvent({"action": str(Action.ERROR), "outcome": str(error)})
            return
        action = POLICY.action(tracker.outcome)
        yield TriggerEvent({"action": str(action), "outcome": str(tracker.outcome)})


class TrainingJobSensor(BaseSensorOperator):
    """Waits for a training job; with ``deferrable`` in the triggerer, else by poking."""

    def __init__(
        self,
        *,
        job_name: str,
        aws_conn_id: str = "aws_default",
        deferrable: bool = True,
        **how: Any,
    ) -> None:
        super().__init__(**how)
        self.job_name = job_name
        self.aws_conn_id = aws_conn_id
        self.deferrable = deferrable
        self._tracker = Tracker(job=job_name)

    def execute(self, context: Any) -> Any:
        """Hands over to the trigger, or pokes."""
        if not self.deferrable:
            return super().execute(context)
        trigger = TrainingJobTrigger(self.job_name, self.aws_conn_id)
        return self.defer(trigger=trigger, method_name="execute_complete")

    def execute_complete(self, context: Any, event: dict[str, str]) -> str:
        """What the trigger found."""
        del context
        return self._decided(event["action"], event["outcome"])

    def poke(self, context: Any) -> bool:
        """One poll; holds once the policy has something to do."""
        del context
        client = SageMakerHook(aws_conn_id=self.aws_conn_id).conn
        update = self._tracker.observe(client.describe_training_job(TrainingJobName=self.job_name))
        for change in update.changes:
            self.log.info("%s: %s", self.job_name, change)
        action = POLICY.action(update.outcome)
        if action is Action.WAIT:
            return False
        self._decided(str(action), str(update.outcome))
        return True

    def _decided(self, action: str, outcome: str) -> str:
        """The outcome of a success; raises otherwise, for Airflow's own retries."""
        if action != Action.DONE:
            raise AirflowException(f"the job {self.job_name} ended {outcome}: {action}")
        return outcome
