"""What the SageMaker Python SDK, version 2, gets wrong while it waits for a training job."""

from __future__ import annotations

import contextlib
import io
import os
import time
from typing import Any

from claims import Claim, Fact, raised, run

from trainstate.simulator import on_demand, simulate
from trainstate.testing.consumers.adapters import SdkV2Logs, SdkV2Wait
from trainstate.track import BOTOCORE

STARTING = "InProgress/Starting"
COMPLETED = f"{STARTING}, InProgress/Training, InProgress/Uploading, Completed/Completed"


def status_of_result(value: Any, error: BaseException | None) -> str:
    """Reads the description that the SDK returns as "the last call to DescribeTrainingJob"."""
    if error is not None:
        return "error"
    return "wait" if value["TrainingJobStatus"] == "InProgress" else "done"


def log_loop(client: Any, name: str) -> Any:
    """What remote functions keep as the last response of the service."""
    from sagemaker.session import _logs_for_job

    from trainstate.testing.consumers.adapters import session

    return _logs_for_job(session(client), name, wait=True)


def entry(status: str, message: str | None) -> dict[str, Any]:
    """An entry of a history, as far as the SDK reads it."""
    return {"Status": status, **({} if message is None else {"StatusMessage": message})}


def described(*entries: dict[str, Any]) -> dict[str, Any]:
    """A description with this history."""
    return {"SecondaryStatusTransitions": list(entries)}


def same_message() -> str | None:
    """A new status with the message of the one before."""
    from sagemaker.utils import secondary_training_status_changed as changed

    before = described(entry("Downloading", "Please wait"))
    after = described(entry("Downloading", "Please wait"), entry("Training", "Please wait"))
    return None if changed(after, before) else "a job that went on to Training has not changed"


def no_message() -> str | None:
    """A history without messages."""
    from sagemaker.utils import secondary_training_status_changed as changed

    return raised(lambda: changed(described(entry("Starting", None)), None), KeyError)


def printed() -> str | None:
    """What is printed of a job that was first seen after its end."""
    from sagemaker.utils import secondary_training_status_message as message

    scenario = on_demand().then_completed()
    with simulate(scenario) as running:
        client = running.client()
        client.create_training_job(**scenario.request("job"))
        running.advance("1h")
        job = client.describe_training_job(TrainingJobName="job")
    starts = {str(one["StartTime"]) for one in job["SecondaryStatusTransitions"]}
    lines = message(job, None).splitlines()
    stamps = {line[:19] for line in lines}
    shown = f"{len(lines)} entries with {len(starts)} starts are printed with one time, {stamps}"
    return shown if len(stamps) == 1 < len(starts) else None


def wrong_hour() -> str | None:
    """What is printed of a time in UTC where the local time is another."""
    from datetime import UTC, datetime

    from sagemaker.utils import secondary_training_status_message as message

    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    try:
        job = {
            **described(entry("Starting", "x")),
            "LastModifiedTime": datetime(2026, 7, 1, 12, tzinfo=UTC),
        }
        line = message(job, None)
    finally:
        del os.environ["TZ"]
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()
    return (
        f"12:00 UTC is printed as {line[11:19]}" if not line.startswith("2026-07-01 12") else None
    )


if __name__ == "__main__":
    with contextlib.redirect_stderr(io.StringIO()):  # where the SDK looks for settings
        import sagemaker  # noqa: F401
    run(
        ["sagemaker"],
        [
            Claim(
                "wait_for_job ends while the job is stopping, with an error",
                SdkV2Wait(),
                f"{STARTING}, Stopping/Stopping, Stopped/Stopped",
                kind="early",
                shows="UnexpectedStatusException",
                policy=BOTOCORE,
            ),
            Claim(
                "a completed job whose stop came too late is an error",
                SdkV2Wait(),
                "InProgress/Starting, InProgress/Training, Stopping/Training, Stopping/Uploading,"
                " Completed/Completed",
                kind="early",
                shows="UnexpectedStatusException",
                policy=BOTOCORE,
            ),
            Claim(
                "wait_for_job needs messages, which are optional",
                SdkV2Wait(),
                f"{COMPLETED}; without StatusMessage",
                kind="crashes",
                shows="KeyError: 'StatusMessage'",
            ),
            Claim(
                "logs_for_job needs messages, too",
                SdkV2Logs(),
                f"{COMPLETED}; without StatusMessage",
                kind="crashes",
                shows="KeyError: 'StatusMessage'",
            ),
            Claim(
                "the log loop returns a description of before the end where messages repeat",
                log_loop,
                f"{COMPLETED}; same messages",
                kind="misreports",
                outcome=status_of_result,
            ),
            Claim(
                "the savings of a spot job that never trained are a division by zero",
                SdkV2Logs(),
                f"{STARTING}, Stopping/Stopping, Stopped/MaxWaitTimeExceeded; spot; zero seconds",
                kind="crashes",
                shows="ZeroDivisionError",
            ),
            Claim(
                "a job that was stopped at the limit of its waiting time is a success",
                SdkV2Wait(),
                f"{STARTING}, (Stopping/Stopping), Stopped/MaxWaitTimeExceeded; spot",
                kind="misreports",
            ),
            Fact("a new status with the same message is no change", same_message),
            Fact("an entry without a message is a crash", no_message),
            Fact("all entries are printed with the time of the poll", printed),
            Fact("the hour of a time in UTC is printed wrongly", wrong_hour),
        ],
    )
