"""Ready-made consumers: the waiting code of boto3, the SageMaker Python SDK and Airflow.

Each is an object for ``check_consumer``. Its library is imported at the call;
MissingLibraryError names the package if it is not installed.
"""

import time
from contextlib import nullcontext
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
from attrs import frozen
from botocore.exceptions import ClientError

from trainstate.testing.consumers.perform import UNUSED
from trainstate.testing.consumers.stage import REGION
from trainstate.testing.imported import needed
from trainstate.track.policy import Action

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

_AIRFLOW = "apache-airflow-providers-amazon"
_AWS = "airflow.providers.amazon.aws"
_V2 = "sagemaker>=2,<3"
_CORE = "sagemaker-core>=2"
_TRAIN = "sagemaker-train>=1"


@frozen(kw_only=True)
class BotocoreWaiter:
    """Waits with a waiter of the client; ``name`` is the waiter's."""

    name: str = "training_job_completed_or_stopped"

    def __call__(self, client: Any, job: str) -> None:
        waiter = client.get_waiter(self.name)
        shape = client.meta.service_model.operation_model(waiter.config.operation).input_shape
        waiter.wait(**{shape.required_members[0]: job})


@frozen(kw_only=True)
class AirflowHook:
    """``SageMakerHook.create_training_job(wait_for_completion=True)``, behind the creation.

    ``print_log`` is the operator's default; without it the hook waits in another loop.
    """

    print_log: bool = True
    check_interval: int = 30

    def __call__(self, client: Any, job: str) -> None:
        # The job exists already.
        created = SimpleNamespace(
            create_training_job=lambda **_: {}, describe_training_job=client.describe_training_job
        )
        hook = _hook(created)
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
        module = needed(f"{_AWS}.sensors.sagemaker", package=_AIRFLOW, use="AirflowSensor")
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
        needed("aiobotocore", package=f"{_AIRFLOW}[aiobotocore]", use="AirflowTrigger")
        module = needed(f"{_AWS}.triggers.sagemaker", package=_AIRFLOW, use="AirflowTrigger")
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
    """The outcome of Airflow's consumers: an error, or an event whose status is not a success."""
    if error is not None:
        return Action.ERROR
    if isinstance(value, dict) and value.get("status") not in (None, "success"):
        return Action.ERROR
    return Action.DONE


def _hook(client: Any) -> Any:
    module = needed(f"{_AWS}.hooks.sagemaker", package=_AIRFLOW, use="AirflowHook or AirflowSensor")
    hook = module.SageMakerHook(aws_conn_id=None, region_name=REGION)
    hook.get_conn = lambda: client
    hook.logs_hook.get_conn = _EmptyLogs
    return hook


@frozen(kw_only=True)
class SdkV2Wait:
    """``Session.wait_for_job``: what ``estimator.fit(wait=True, logs=False)`` does."""

    poll: int = 5

    def __call__(self, client: Any, job: str) -> Any:
        return session(client).wait_for_job(job, poll=self.poll)


@frozen(kw_only=True)
class SdkV2Logs:
    """``Session.logs_for_job(wait=True)``: what ``estimator.fit(wait=True)`` does."""

    poll: int = 10

    def __call__(self, client: Any, job: str) -> Any:
        return session(client).logs_for_job(job, wait=True, poll=self.poll)


@lru_cache(maxsize=1)
def session(client: Any) -> Any:
    """The SDK's session over our client; its other calls reach nothing."""
    module = needed("sagemaker.session", package=_V2, use="SdkV2Wait or SdkV2Logs")
    unused: Any = object()
    return module.Session(
        boto_session=_session_without_logs(REGION),
        sagemaker_client=client,
        sagemaker_runtime_client=unused,
        sagemaker_featurestore_runtime_client=unused,
        sagemaker_metrics_client=unused,
        sagemaker_config={"SchemaVersion": "1.0"},
    )


@frozen(kw_only=True)
class SdkV3Wait:
    """``TrainingJob.wait()`` of sagemaker-core's resources; ``logs`` also follows the log."""

    poll: int = 5
    logs: bool = False

    def __call__(self, client: Any, job: str) -> Any:
        with _without_cloudwatch() if self.logs else nullcontext():
            return resource(client, job).wait(poll=self.poll, logs=self.logs)


@frozen(kw_only=True)
class SdkV3Logs:
    """The loop behind ``Session.logs_for_job`` in sagemaker-core's session helper."""

    poll: int = 10

    def __call__(self, client: Any, job: str) -> Any:
        module = needed("sagemaker.core.helper.session_helper", package=_CORE, use="SdkV3Logs")
        session = SimpleNamespace(
            sagemaker_client=client, boto_session=_session_without_logs(REGION)
        )
        return module._logs_for_job(session, job, wait=True, poll=self.poll)  # noqa: SLF001


@frozen(kw_only=True)
class SdkV3TrainerWait:
    """``trainer_wait.wait``: what ``train(wait=True)`` of the trainers for fine-tuning does.

    ``jupyter`` takes the branch of notebooks. ModelTrainer waits by ``TrainingJob.wait``:
    see ``SdkV3Wait(logs=True)``.
    """

    poll: int = 5
    jupyter: bool = False

    def __call__(self, client: Any, job: str) -> Any:
        module = needed(
            "sagemaker.train.common_utils.trainer_wait", package=_TRAIN, use="SdkV3TrainerWait"
        )
        notebook = patch.object(module, "_is_jupyter_environment", lambda: True)
        with notebook if self.jupyter else nullcontext():
            return module.wait(resource(client, job), poll=self.poll)


def resource(client: Any, job: str) -> Any:
    """The SDK's object for a job, with our client instead of its own."""
    module = needed("sagemaker.core.resources", package=_CORE, use="SdkV3Wait")

    class TrainingJob(module.TrainingJob):  # type: ignore[misc, name-defined]
        def _get_client(self, *_: Any, **__: Any) -> Any:
            return client

    return TrainingJob(training_job_name=job)


def _without_cloudwatch() -> Any:
    """Replaces the SDK's holder of a client for logs."""
    logs = needed("sagemaker.core.utils.logs", package=_CORE, use="SdkV3Wait(logs=True)")
    return patch.object(logs, "CloudWatchLogsClient", type("Cloud", (), {"client": _EmptyLogs()}))


class ResourceNotFoundException(ClientError):  # type: ignore[misc]
    """CloudWatch's error for a missing log group."""


class _EmptyLogs:
    """The part of a CloudWatch Logs client that consumers use: there are no streams."""

    exceptions = SimpleNamespace(ResourceNotFoundException=ResourceNotFoundException)

    def describe_log_streams(self, **_: Any) -> dict[str, Any]:
        return {"logStreams": []}

    def get_log_events(self, **_: Any) -> dict[str, Any]:
        return {"events": [], "nextForwardToken": ""}


def _session_without_logs(region: str) -> Any:
    """A boto3 session whose log clients are empty; its others would reach AWS."""

    class Session(boto3.session.Session):  # type: ignore[misc]
        def client(self, service_name: str, *args: Any, **kwargs: Any) -> Any:
            if service_name == "logs":
                return _EmptyLogs()
            return super().client(service_name, *args, **kwargs)

    return Session(region_name=region, **UNUSED)
