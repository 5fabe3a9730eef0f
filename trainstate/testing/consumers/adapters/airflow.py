"""Airflow's Amazon provider: its hook, sensor and trigger for training jobs."""

from __future__ import annotations

import time
from typing import Any

from attrs import frozen

from trainstate.testing.consumers.adapters.empty_logs import EmptyLogs
from trainstate.testing.consumers.stage import REGION
from trainstate.testing.imported import needed
from trainstate.track.policy import Action

_PACKAGE = "apache-airflow-providers-amazon"
_AWS = "airflow.providers.amazon.aws"


@frozen(kw_only=True)
class AirflowHook:
    """``SageMakerHook.create_training_job(wait_for_completion=True)``, behind the creation.

    ``print_log`` is the operator's default; without it the hook waits in another loop.
    """

    print_log: bool = True
    check_interval: int = 30

    def __call__(self, client: Any, job: str) -> None:
        """Waits for a job."""
        hook = _hook(_Created(client))
        hook.check_training_config = lambda _config: None
        hook.create_training_job(
            {"TrainingJobName": job},
            wait_for_completion=True,
            print_log=self.print_log,
            check_interval=self.check_interval,
        )


@frozen(kw_only=True)
class AirflowSensor:
    """``SageMakerTrainingSensor``: poked until it holds, as the scheduler does."""

    print_log: bool = True
    poke_interval: int = 60

    def __call__(self, client: Any, job: str) -> None:
        """Waits for a job."""
        module = needed(f"{_AWS}.sensors.sagemaker", package=_PACKAGE, use="AirflowSensor")
        sensor = module.SageMakerTrainingSensor(
            task_id="wait", job_name=job, print_log=self.print_log, aws_conn_id=None
        )
        vars(sensor)["hook"] = _hook(client)
        while not sensor.poke({}):
            time.sleep(self.poke_interval)


@frozen(kw_only=True)
class AirflowTrigger:
    """``SageMakerTrigger`` of a deferred operator; it needs the provider's extra aiobotocore."""

    waiter_delay: int = 30
    waiter_max_attempts: int = 480

    async def __call__(self, client: Any, job: str) -> Any:
        """Waits for a job; returns the payload of the trigger's event."""
        del client  # the trigger makes an asynchronous one
        needed("aiobotocore", package=f"{_PACKAGE}[aiobotocore]", use="AirflowTrigger")
        module = needed(f"{_AWS}.triggers.sagemaker", package=_PACKAGE, use="AirflowTrigger")
        trigger = module.SageMakerTrigger(
            job_name=job,
            job_type="Training",
            waiter_delay=self.waiter_delay,
            waiter_max_attempts=self.waiter_max_attempts,
            aws_conn_id=None,
            region_name=REGION,
        )
        async for event in trigger.run():
            return event.payload
        return None


def airflow_outcome(value: Any, error: BaseException | None) -> Action:
    """The reading of Airflow's consumers: an error, or an event whose status is no success."""
    if error is not None:
        return Action.ERROR
    if isinstance(value, dict) and value.get("status") not in (None, "success"):
        return Action.ERROR
    return Action.DONE


def _hook(client: Any) -> Any:
    module = needed(f"{_AWS}.hooks.sagemaker", package=_PACKAGE, use="AirflowHook or AirflowSensor")
    hook = module.SageMakerHook(aws_conn_id=None, region_name=REGION)
    hook.get_conn = lambda: client
    hook.logs_hook.get_conn = EmptyLogs
    return hook


class _Created:
    """A client whose job has been created already."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def create_training_job(self, **_: Any) -> dict[str, Any]:
        """Nothing is created."""
        return {}

    def describe_training_job(self, **params: Any) -> Any:
        """What the client answers."""
        return self._client.describe_training_job(**params)
