"""An Airflow operator and a sensor for training jobs, and their deferrable trigger.

The operator starts a job and waits for it in the triggerer; where the policy says *retry*
the task fails in a way that Airflow tries again, under another name. The sensor waits for
a job that somebody else has started, of any kind: the ARN of a processing, transform, tuning
or AutoML job says which. In both, Stopped, Deleting, interruptions and unknown
statuses are the policy's to decide: none of them hangs the task.

A triggerer that is restarted loses nothing: the first response has the whole history. A
try after a worker or a triggerer that was lost goes on with the job that runs.

The triggerer must be able to import this file: put it into the plugins, not among the DAGs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.providers.amazon.aws.hooks.sagemaker import SageMakerHook
from airflow.sdk import BaseOperator, BaseSensorOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from airflow.triggers.base import BaseTrigger, TriggerEvent

from trainstate.aws import Fault, Pace, WatchError, fault_of, watch_async
from trainstate.aws.requests import method_of, named_in
from trainstate.track import STRICT, Action, Tracker

POLICY = STRICT.but({"interrupted": "retry", "out-of-wait-time": "retry"})


class TrainingJobTrigger(BaseTrigger):
    """Fires once the policy has something to do about the job."""

    def __init__(
        self, job_name: str, aws_conn_id: str | None = "aws_default", longest: float = 60.0
    ) -> None:
        super().__init__()
        self.job_name = job_name
        self.aws_conn_id = aws_conn_id
        self.longest = longest

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and the arguments to begin with elsewhere."""
        arguments = {"job_name": self.job_name, "aws_conn_id": self.aws_conn_id}
        return f"{__name__}.TrainingJobTrigger", {**arguments, "longest": self.longest}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event: the outcome, and what the policy says."""
        tracker = Tracker(job=self.job_name)
        pace = Pace(shortest=min(5.0, self.longest), longest=self.longest)
        # Making a client takes a second, in which all other triggers would stand still.
        client = await asyncio.to_thread(self._client)
        updates = watch_async(client, self.job_name, tracker=tracker, pace=pace, renew=self._client)
        try:
            async for update in updates:
                for change in update.changes:
                    self.log.info("%s: %s", self.job_name, change)
                if POLICY.action(update.outcome) is not Action.WAIT:
                    break
        except WatchError as error:
            yield TriggerEvent({"action": str(Action.ERROR), "outcome": str(error)})
            return
        action = POLICY.action(tracker.outcome)
        yield TriggerEvent({"action": str(action), "outcome": str(tracker.outcome)})

    def _client(self) -> Any:
        """A client with the credentials that the connection has now."""
        return SageMakerHook(aws_conn_id=self.aws_conn_id).conn


class TrainingJobOperator(BaseOperator):
    """Starts a training job and waits for it, without a worker's slot.

    ``request`` has the arguments of a create_training_job; the number of the try is
    added to the name.
    """

    template_fields = ("request",)

    def __init__(
        self,
        *,
        request: dict[str, Any],
        aws_conn_id: str | None = "aws_default",
        longest: float = 60.0,
        **how: Any,
    ) -> None:
        super().__init__(**how)
        self.request = request
        self.aws_conn_id = aws_conn_id
        self.longest = longest

    def execute(self, context: Any) -> Any:
        """Starts the job and hands over to the trigger."""
        client = SageMakerHook(aws_conn_id=self.aws_conn_id).conn
        number = context["ti"].try_number
        name = self._running(client, number)
        if name is None:
            name = self._name(number)
            client.create_training_job(**{**self.request, "TrainingJobName": name})
        trigger = TrainingJobTrigger(name, self.aws_conn_id, self.longest)
        self.defer(trigger=trigger, method_name="execute_complete")

    def _name(self, number: int) -> str:
        return f"{self.request['TrainingJobName']}-{number}"

    def _running(self, client: Any, number: int) -> str | None:
        """The job of the last try that started one, if it runs: its worker was lost, not it."""
        for before in range(number - 1, 0, -1):
            name = self._name(before)
            try:
                response = client.describe_training_job(TrainingJobName=name)
            except Exception as error:
                if fault_of(error) is not Fault.MISSING:
                    raise
            else:
                outcome = Tracker(job=name).observe(response).outcome
                return name if POLICY.action(outcome) is Action.WAIT else None
        return None

    def execute_complete(self, context: Any, event: dict[str, str]) -> str:
        """The outcome of a success; raises otherwise: for another try only where it may help."""
        del context
        if event["action"] == Action.RETRY:
            raise AirflowException(f"the job ended {event['outcome']}, to be started again")
        return _decided(event["action"], event["outcome"])


class TrainingJobSensor(BaseSensorOperator):
    """Waits for a job by its name or ARN; with ``deferrable`` in the triggerer, else by poking.

    An end that is no success is not tried again: another look would see the same end.
    """

    template_fields = ("job_name",)

    def __init__(
        self,
        *,
        job_name: str,
        aws_conn_id: str | None = "aws_default",
        deferrable: bool = True,
        longest: float = 60.0,
        **how: Any,
    ) -> None:
        super().__init__(**how)
        self.job_name = job_name
        self.aws_conn_id = aws_conn_id
        self.deferrable = deferrable
        self.longest = longest
        self._tracker: Tracker | None = None

    def execute(self, context: Any) -> Any:
        """Hands over to the trigger, or pokes."""
        if not self.deferrable:
            return super().execute(context)
        trigger = TrainingJobTrigger(self.job_name, self.aws_conn_id, self.longest)
        return self.defer(trigger=trigger, method_name="execute_complete")

    def execute_complete(self, context: Any, event: dict[str, str]) -> str:
        """What the trigger found."""
        del context
        return _decided(event["action"], event["outcome"])

    def poke(self, context: Any) -> bool:
        """One poll; holds once the job has ended well. What passes by itself is waited out."""
        del context
        self._tracker = self._tracker or Tracker(job=self.job_name)
        client = SageMakerHook(aws_conn_id=self.aws_conn_id).conn
        spec = self._tracker.spec
        describe = getattr(client, method_of(spec.layout.operation))
        try:
            response = describe(**named_in(spec, self.job_name))
        except Exception as error:
            fault = fault_of(error)
            if fault in (Fault.THROTTLED, Fault.TRANSIENT, Fault.EXPIRED):
                return False
            if fault is not Fault.MISSING or not self._tracker.job_was_seen:
                raise AirflowFailException(f"{self.job_name}: {error}") from error
            update = self._tracker.lost()
        else:
            update = self._tracker.observe(response)
        for change in update.changes:
            self.log.info("%s: %s", self.job_name, change)
        action = POLICY.action(update.outcome)
        if action is not Action.WAIT:
            _decided(str(action), str(update.outcome))
        return action is Action.DONE


def _decided(action: str, outcome: str) -> str:
    """The outcome of a success; any other fails the task for good."""
    if action != Action.DONE:
        raise AirflowFailException(f"the job ended {outcome}: {action}")
    return outcome
