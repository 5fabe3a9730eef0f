"""Local mode: a job that runs, or has failed, cannot be described, and none can be stopped.

S10. The job is registered after it has ended well. While it runs, and for ever where its
container failed, describe refuses it; the failure is a RuntimeError of the creation.
"""

from __future__ import annotations

import local_sdk
from botocore.exceptions import ClientError

said: list[str] = []
session = local_sdk.module("local_session")


def describe(when: str) -> None:
    try:
        said.append(sdk.describe_training_job(TrainingJobName="job-a")["TrainingJobStatus"])
    except ClientError as error:
        said.append(error.response["Error"]["Message"])
    print(when, "->", said[-1])


def work() -> None:
    describe("while it runs")
    raise RuntimeError("the container ended with 1")


sdk = local_sdk.client(session, work)
try:
    sdk.create_training_job(**local_sdk.REQUEST)
except RuntimeError as error:
    print("create ->", type(error).__name__, error)
describe("after it failed")
stops = hasattr(sdk, "stop_training_job")
print("has stop_training_job:", stops)
local_sdk.verdict(said == ["Could not find local training job"] * 2 and not stops)
