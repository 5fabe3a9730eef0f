"""What the SageMaker Python SDK, version 3, gets wrong while it waits for a training job."""

from __future__ import annotations

from typing import Any

from claims import Claim, run

from trainstate.testing.consumers.adapters import SdkV3Logs, SdkV3TrainerWait, SdkV3Wait
from trainstate.track import BOTOCORE

STARTING = "InProgress/Starting"
COMPLETED = f"{STARTING}, InProgress/Training, InProgress/Uploading, Completed/Completed"
LIMIT = f"{STARTING}, Stopping/Stopping, Stopped/MaxWaitTimeExceeded; spot"
RUNNING_AGAIN = "(gone), again InProgress/Starting"


def status_of_result(value: Any, error: BaseException | None) -> str:
    """Reads the description that the SDK returns as "the last call to DescribeTrainingJob"."""
    if error is not None:
        return "error"
    return "wait" if value["TrainingJobStatus"] == "InProgress" else "done"


def wait_for_delete(client: Any, name: str) -> None:
    """Waits until a job is gone that is being deleted."""
    from trainstate.testing.consumers.adapters import resource

    resource(client, name).wait_for_delete(poll=5)


if __name__ == "__main__":
    run(
        ["sagemaker-core", "sagemaker-train"],
        [
            Claim(
                "in a notebook a failed job is a success",
                SdkV3TrainerWait(jupyter=True),
                f"{STARTING}, Failed/Failed",
                kind="misreports",
                shows="it returned None",
                policy=BOTOCORE,
            ),
            Claim(
                "TrainingJob.wait: a job that was stopped at a limit is a success, silently",
                SdkV3Wait(),
                LIMIT,
                kind="misreports",
                shows="it returned None",
            ),
            Claim(
                "trainer_wait.wait: so it is",
                SdkV3TrainerWait(),
                LIMIT,
                kind="misreports",
                shows="it returned None",
            ),
            Claim(
                "TrainingJob.wait_for_delete waits for another job of the same name",
                wait_for_delete,
                f"{STARTING}, Failed/Failed, Deleting/Failed, {RUNNING_AGAIN}",
                kind="hangs",
            ),
            Claim(
                "the log loop needs messages, which are optional",
                SdkV3Logs(),
                f"{COMPLETED}; without StatusMessage",
                kind="crashes",
                shows="KeyError: 'StatusMessage'",
            ),
            Claim(
                "the log loop returns a description of before the end where messages repeat",
                SdkV3Logs(),
                f"{COMPLETED}; same messages",
                kind="misreports",
                outcome=status_of_result,
            ),
            Claim(
                "the savings of a spot job that never trained are a division by zero",
                SdkV3Logs(),
                f"{LIMIT}; zero seconds",
                kind="crashes",
                shows="ZeroDivisionError",
            ),
        ],
    )
