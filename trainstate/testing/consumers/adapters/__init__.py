"""Ready-made consumers: the waiting code of boto3, the SageMaker Python SDK and Airflow.

Each is an object to be given to ``check_consumer``. Its library is imported when it is
called; MissingLibraryError names the package where that is not installed.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from trainstate.testing.consumers.adapters.airflow import (
    AirflowHook,
    AirflowSensor,
    AirflowTrigger,
    airflow_outcome,
)
from trainstate.testing.consumers.adapters.sagemaker_v2 import SdkV2Logs, SdkV2Wait
from trainstate.testing.consumers.adapters.sagemaker_v3 import (
    SdkV3Logs,
    SdkV3TrainerWait,
    SdkV3Wait,
)

__all__ = [
    "AirflowHook",
    "AirflowSensor",
    "AirflowTrigger",
    "BotocoreWaiter",
    "SdkV2Logs",
    "SdkV2Wait",
    "SdkV3Logs",
    "SdkV3TrainerWait",
    "SdkV3Wait",
    "airflow_outcome",
]


@frozen(kw_only=True)
class BotocoreWaiter:
    """Waits with a waiter of the client; ``name`` is the waiter's."""

    name: str = "training_job_completed_or_stopped"

    def __call__(self, client: Any, job: str) -> None:
        """Waits for a job."""
        client.get_waiter(self.name).wait(TrainingJobName=job)
