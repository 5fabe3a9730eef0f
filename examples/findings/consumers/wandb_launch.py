"""What the launcher of wandb makes of a SageMaker training job."""

from __future__ import annotations

import asyncio
from typing import Any

from claims import Claim, run
from wandb.sdk.launch.runner.sagemaker_runner import SagemakerSubmittedRun


def wait(client: Any, name: str) -> bool:
    """Holds, as its documentation says, if the run succeeded."""
    return asyncio.run(SagemakerSubmittedRun(name, client).wait())


def state(client: Any, name: str) -> str:
    """The state that the launch agent tells and decides by, once the run has ended."""
    submitted = SagemakerSubmittedRun(name, client)
    asyncio.run(submitted.wait())
    return str(submitted.status)


def cancelled(client: Any, name: str) -> str:
    """The state of a run that its user has cancelled."""
    submitted = SagemakerSubmittedRun(name, client)
    asyncio.run(submitted.cancel())
    return str(submitted.status)


def reported(value: Any, error: BaseException | None) -> str:
    """True and ``finished`` are a success."""
    return "done" if error is None and value in (True, "finished") else "error"


STOPPED = "InProgress/Starting, InProgress/Training, Stopping/Stopping, Stopped/Stopped"
AT_LIMIT = "InProgress/Starting, InProgress/Training, Stopping/Stopping, Stopped/MaxRuntimeExceeded"
NEVER_RAN = "InProgress/Starting, Stopping/Stopping, Stopped/MaxWaitTimeExceeded; spot"
REPLACED = (
    "InProgress/Starting, (Failed/Failed), (gone), (again InProgress/Starting),"
    " (again InProgress/Training), (again InProgress/Uploading), again Completed/Completed"
)


def claim(title: str, consumer: Any, course: str, shows: str) -> Claim:
    return Claim(title, consumer, course, kind="misreports", shows=shows, outcome=reported)


if __name__ == "__main__":
    run(
        ["wandb", "botocore"],
        [
            claim("a job that its user stopped has succeeded", wait, STOPPED, "True"),
            claim("its state is finished, and never stopped", state, STOPPED, "'finished'"),
            claim(
                "so is that of a job at the limit of its run time", state, AT_LIMIT, "'finished'"
            ),
            claim("and that of a spot job that never ran", wait, NEVER_RAN, "True"),
            claim(
                "a run that was cancelled is finished",
                cancelled,
                "InProgress/Starting",
                "'finished'",
            ),
            claim("another job of the same name is its own", wait, REPLACED, "True"),
        ],
    )
