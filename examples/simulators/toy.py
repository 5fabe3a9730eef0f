"""A simulator of training jobs as many projects have one: small, useful, and wrong.

`toy` makes a client for `trainstate fuzz`. The tutorial
docs/tutorial/fuzz-a-simulator.md finds its bugs.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from trainstate.testing import Subject

PLACE = "arn:aws:sagemaker:us-east-1:123456789012:training-job/"
COURSE = (("Downloading", 60), ("Training", 120), ("Uploading", 300), ("Completed", 330))
"""When a job comes to a status: seconds after its creation."""


class Toy:
    """A client of a service that lives in this object. Its clock is `advance`."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 10, tzinfo=UTC)
        self.jobs: dict[str, dict[str, Any]] = {}

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self.now += timedelta(seconds=seconds)
        for job in self.jobs.values():
            self.catch_up(job)

    def catch_up(self, job: dict[str, Any]) -> None:
        """Brings a job to where it is by now."""
        for status, after in COURSE:
            due = job["CreationTime"] + timedelta(seconds=after)
            known = [entry["Status"] for entry in job["SecondaryStatusTransitions"]]
            if due <= self.now and status not in known and "TrainingEndTime" not in job:
                self.enter(job, status, due)

    def enter(self, job: dict[str, Any], status: str, at: datetime) -> None:
        """Lets a job come to a status."""
        history = job["SecondaryStatusTransitions"]
        if history:
            history[-1]["EndTime"] = at
        history.append({"Status": status, "StartTime": at})
        job |= {"SecondaryStatus": status, "LastModifiedTime": at}
        if status == "Downloading":
            job["TrainingStartTime"] = at
        if status == "Completed":
            history[-1]["EndTime"] = at
            job |= {"TrainingJobStatus": "Completed"}
            self.end(job, at)

    def end(self, job: dict[str, Any], at: datetime) -> None:
        """Tells how long a job trained, and what is billed."""
        seconds = round((at - job["TrainingStartTime"]).total_seconds())
        job |= {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}
        job |= {"TrainingEndTime": at, "ModelArtifacts": {"S3ModelArtifacts": "s3://b/model"}}

    def create_training_job(self, **request: Any) -> dict[str, Any]:
        """Creates a job. Bug: nobody looks whether the name is taken."""
        job = {**request, "TrainingJobArn": PLACE + request["TrainingJobName"]}
        job |= {"TrainingJobStatus": "InProgress", "CreationTime": self.now}
        job["SecondaryStatusTransitions"] = []
        self.enter(job, "Starting", self.now)
        self.jobs[request["TrainingJobName"]] = job
        return {"TrainingJobArn": job["TrainingJobArn"]}

    def describe_training_job(self, *, TrainingJobName: str) -> dict[str, Any]:  # noqa: N803
        """Describes a job."""
        return deepcopy(self.found(TrainingJobName, "DescribeTrainingJob"))

    def stop_training_job(self, *, TrainingJobName: str) -> dict[str, Any]:  # noqa: N803
        """Stops a job. Bugs: it goes on all the same, and one that has ended is stopped, too."""
        job = self.found(TrainingJobName, "StopTrainingJob")
        job |= {"TrainingJobStatus": "Stopping", "LastModifiedTime": self.now}
        return {}

    def found(self, name: str, operation: str) -> dict[str, Any]:
        """The job with a name."""
        if name not in self.jobs:
            said = {"Code": "ValidationException", "Message": "Requested resource not found."}
            raise ClientError({"Error": said}, operation)
        return self.jobs[name]


def toy() -> Subject:
    """A fresh service for a program of the fuzzer, and how to let time pass there."""
    client = Toy()
    return Subject(client=client, advance=client.advance)
