"""The SageMaker Python SDK, version 3: its resources (sagemaker-core) and its trainers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from attrs import frozen

from trainstate.testing.consumers.adapters.empty_logs import EmptyLogs, session_without_logs
from trainstate.testing.consumers.stage import REGION
from trainstate.testing.imported import needed

_CORE = "sagemaker-core>=2"
_TRAIN = "sagemaker-train>=1"


@frozen(kw_only=True)
class SdkV3Wait:
    """``TrainingJob.wait()`` of sagemaker-core's resources; ``logs`` follows the log, too."""

    poll: int = 5
    logs: bool = False

    def __call__(self, client: Any, job: str) -> Any:
        """Waits for a job; returns what the SDK returns."""
        with _without_cloudwatch() if self.logs else nullcontext():
            return resource(client, job).wait(poll=self.poll, logs=self.logs)


@frozen(kw_only=True)
class SdkV3Logs:
    """The loop behind ``Session.logs_for_job`` in sagemaker-core's session helper."""

    poll: int = 10

    def __call__(self, client: Any, job: str) -> Any:
        """Waits for a job and shows its logs; returns what the SDK returns."""
        module = needed("sagemaker.core.helper.session_helper", package=_CORE, use="SdkV3Logs")
        session = _HelperSession(sagemaker_client=client, boto_session=session_without_logs(REGION))
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
        """Waits for a job; returns what the SDK returns."""
        module = needed(
            "sagemaker.train.common_utils.trainer_wait", package=_TRAIN, use="SdkV3TrainerWait"
        )
        with _in_notebook(module) if self.jupyter else nullcontext():
            return module.wait(resource(client, job), poll=self.poll)


@frozen(kw_only=True)
class _HelperSession:
    sagemaker_client: Any
    boto_session: Any


def resource(client: Any, job: str) -> Any:
    """The SDK's object for a job, with our client in place of the one that it would make."""
    module = needed("sagemaker.core.resources", package=_CORE, use="SdkV3Wait")

    class TrainingJob(module.TrainingJob):  # type: ignore[misc, name-defined]
        """The resource over a client of ours."""

        def _get_client(self, *_: Any, **__: Any) -> Any:
            return client

    return TrainingJob(training_job_name=job)


@contextmanager
def _without_cloudwatch() -> Iterator[None]:
    logs = needed("sagemaker.core.utils.logs", package=_CORE, use="SdkV3Wait(logs=True)")
    before = logs.CloudWatchLogsClient

    class Cloud:
        """The SDK's holder of a client for logs."""

        client = EmptyLogs()

    logs.CloudWatchLogsClient = Cloud
    try:
        yield
    finally:
        logs.CloudWatchLogsClient = before


@contextmanager
def _in_notebook(module: Any) -> Iterator[None]:
    before = module._is_jupyter_environment  # noqa: SLF001
    module._is_jupyter_environment = lambda: True  # noqa: SLF001
    try:
        yield
    finally:
        module._is_jupyter_environment = before  # noqa: SLF001
