"""Ready-made consumers: the waiting code of boto3, the SageMaker Python SDK and Airflow.

Each is an object to be given to ``check_consumer``. Its library is imported when it is
called; MissingLibraryError names the package where that is not installed.
"""

from __future__ import annotations

from trainstate.testing.consumers.adapters.airflow import (
    AirflowHook,
    AirflowSensor,
    AirflowTrigger,
    airflow_outcome,
)
from trainstate.testing.consumers.adapters.botocore import BotocoreWaiter
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
