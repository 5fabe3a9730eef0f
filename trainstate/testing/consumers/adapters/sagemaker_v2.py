"""The SageMaker Python SDK, version 2: how its estimators wait for a job."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from attrs import frozen

from trainstate.testing.consumers.adapters.empty_logs import session_without_logs
from trainstate.testing.consumers.stage import REGION
from trainstate.testing.imported import needed

_PACKAGE = "sagemaker>=2,<3"


@frozen(kw_only=True)
class SdkV2Wait:
    """``Session.wait_for_job``: what ``estimator.fit(wait=True, logs=False)`` does."""

    poll: int = 5

    def __call__(self, client: Any, job: str) -> Any:
        """Waits for a job; returns its last description."""
        return session(client).wait_for_job(job, poll=self.poll)


@frozen(kw_only=True)
class SdkV2Logs:
    """``Session.logs_for_job(wait=True)``: what ``estimator.fit(wait=True)`` does."""

    poll: int = 10

    def __call__(self, client: Any, job: str) -> Any:
        """Waits for a job and shows its logs; returns what the SDK returns."""
        return session(client).logs_for_job(job, wait=True, poll=self.poll)


@lru_cache(maxsize=1)
def session(client: Any) -> Any:
    """The SDK's session over a client of ours; what it would need besides reaches nothing."""
    module = needed("sagemaker.session", package=_PACKAGE, use="SdkV2Wait or SdkV2Logs")
    unused: Any = object()
    return module.Session(
        boto_session=session_without_logs(REGION),
        sagemaker_client=client,
        sagemaker_runtime_client=unused,
        sagemaker_featurestore_runtime_client=unused,
        sagemaker_metrics_client=unused,
        sagemaker_config={"SchemaVersion": "1.0"},
    )
