"""Code that waits for a training job: one that is right, and others with one planted bug each."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from botocore.exceptions import ClientError

from trainstate.track import STRICT, Action, Outcome, Tracker

INTERVAL = 30


class JobFailed(Exception):
    """A report: the job has ended, and not well."""


def status_of(client: Any, name: str) -> str:
    described: dict[str, Any] = client.describe_training_job(TrainingJobName=name)
    return str(described["TrainingJobStatus"])


def right(client: Any, name: str) -> Outcome:
    """Follows the job with a tracker, and decides by the strict policy."""
    tracker = Tracker()
    while not tracker.is_terminal:
        look(client, name, tracker)
        if not tracker.is_terminal:
            time.sleep(INTERVAL)
    if STRICT.action(tracker.outcome) is Action.DONE:
        return tracker.outcome
    raise JobFailed(tracker.outcome)


def look(client: Any, name: str, tracker: Tracker) -> None:
    """Tells the tracker what the service says now; another job's record is no news of ours."""
    try:
        described = client.describe_training_job(TrainingJobName=name)
    except ClientError as error:
        if "not found" not in str(error):
            raise
        tracker.lost()
        return
    if tracker.created in (None, described["CreationTime"]):
        tracker.observe(described)
    else:
        tracker.lost()


def hangs_on_stopped(client: Any, name: str) -> None:
    """Knows two ends of the three."""
    while True:
        status = status_of(client, name)
        if status == "Completed":
            return
        if status in ("Failed", "Deleting"):
            raise JobFailed(status)
        time.sleep(INTERVAL)


def stopped_is_success(client: Any, name: str) -> None:
    """Takes every end but a failure for a success."""
    while (status := status_of(client, name)) in ("InProgress", "Stopping"):
        time.sleep(INTERVAL)
    if status in ("Failed", "Deleting"):
        raise JobFailed(status)


def wants_a_reason(client: Any, name: str) -> None:
    """Reads why the job failed, also where it was stopped."""
    while True:
        described = client.describe_training_job(TrainingJobName=name)
        status = described["TrainingJobStatus"]
        if status == "Completed":
            return
        if status in ("Failed", "Stopped"):
            raise JobFailed(described["FailureReason"])
        if status == "Deleting":
            raise JobFailed(status)
        time.sleep(INTERVAL)


def stopping_is_done(client: Any, name: str) -> None:
    """Takes every status but one for an end."""
    while (status := status_of(client, name)) == "InProgress":
        time.sleep(INTERVAL)
    if status != "Completed":
        raise JobFailed(status)


def ignores_deleting(client: Any, name: str) -> None:
    """Waits on while the record is being deleted, and after it is gone."""
    while True:
        try:
            status = status_of(client, name)
        except ClientError:
            status = "Unknown"
        if status == "Completed":
            return
        if status in ("Failed", "Stopped"):
            raise JobFailed(status)
        time.sleep(INTERVAL)


def wants_messages(client: Any, name: str) -> None:
    """Reads the message of the last entry, which the API does not promise."""
    while True:
        described = client.describe_training_job(TrainingJobName=name)
        message = described["SecondaryStatusTransitions"][-1]["StatusMessage"]
        status = described["TrainingJobStatus"]
        if status == "Completed":
            return
        if status not in ("InProgress", "Stopping"):
            raise JobFailed(f"{status}: {message}")
        time.sleep(INTERVAL)


def asks_twice(client: Any, name: str) -> None:
    """Makes one decision of two calls, between which the record may go."""
    while status_of(client, name) in ("InProgress", "Stopping"):
        time.sleep(INTERVAL)
    if status_of(client, name) != "Completed":
        raise JobFailed


def divides(client: Any, name: str) -> float:
    """Computes what spot has saved, of a job that may not have trained."""
    while True:
        described = client.describe_training_job(TrainingJobName=name)
        status = described["TrainingJobStatus"]
        if status in ("Failed", "Stopped", "Deleting"):
            trained = described.get("TrainingTimeInSeconds", 1)
            raise JobFailed(described.get("BillableTimeInSeconds", 1) / trained)
        if status == "Completed":
            return 0.0
        time.sleep(INTERVAL)


def fears_interruptions(client: Any, name: str) -> None:
    """Cannot count beyond one interruption, which only longer histories show."""
    while True:
        described = client.describe_training_job(TrainingJobName=name)
        statuses = [one["Status"] for one in described.get("SecondaryStatusTransitions", ())]
        if statuses.count("Interrupted") > 1:
            raise IndexError
        status = described["TrainingJobStatus"]
        if status == "Completed":
            return
        if status not in ("InProgress", "Stopping"):
            raise JobFailed(status)
        time.sleep(INTERVAL)


def says_false(client: Any, name: str) -> bool:
    """Is right, and says by what it returns whether the job has ended well."""
    try:
        right(client, name)
    except JobFailed:
        return False
    return True


def as_returned(value: Any, error: BaseException | None) -> str:
    """The reading of a consumer that returns whether the job has ended well."""
    return "done" if value and error is None else "error"


async def asynchronous(client: Any, name: str) -> None:
    """Sleeps in an event loop, and waits on for a stopped job."""
    while (status := status_of(client, name)) in ("InProgress", "Stopping", "Stopped"):
        await asyncio.sleep(INTERVAL)
    if status != "Completed":
        raise JobFailed(status)


def swallows_everything(client: Any, name: str) -> None:
    """Hangs on a stopped job, and does not even let itself be ended."""
    while True:
        try:
            if (status := status_of(client, name)) in ("Completed", "Failed", "Deleting"):
                break
            time.sleep(INTERVAL)
        except:  # noqa: E722 - that is the bug
            continue
    if status != "Completed":
        raise JobFailed(status)


def spins(client: Any, name: str) -> None:
    """Does nothing at all, for ever."""
    del client, name
    while True:
        pass


def blocks(client: Any, name: str) -> None:
    """Waits inside the interpreter, where nobody can reach it."""
    del client, name
    threading_event().wait()


def threading_event() -> Any:
    import threading  # noqa: PLC0415

    return threading.Event()


def naps(client: Any, name: str) -> None:
    """Sleeps for nothing, again and again."""
    del client, name
    while True:
        time.sleep(0)
