"""What a tracker costs beside the call that feeds it.

Measures `Tracker.observe` of a boto3 response, with an unchanged and with a grown history,
against boto3's `describe_training_job` with the transport stubbed, interleaved in one
process; prints the medians, and their ratio with its spread over the rounds. A grown
history is measured where no tracker of the process has seen the step before (*first*),
and where another job has taken it (*remembered*), as in a process that follows many jobs.

    python benchmarks/embedding.py [--rounds 60]

Needs boto3. Goals: at most 1 % where the history is unchanged, 3 % where it grew.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse

from trainstate.rules.tolerances import Tolerances
from trainstate.track import Tracker

STATUSES = (
    "Starting",
    "Downloading",
    "Training",
    "Interrupted",
    "Starting",
    "Downloading",
    "Training",
    "Uploading",
    "Completed",
)
BORN = 1_700_000_000.25
GOALS = {"unchanged": 1.0, "grown, first": 3.0, "grown, remembered": 3.0}


class _Body(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_: Any) -> Any:
        """The whole body as one piece."""
        yield self.getvalue()


def body(count: int) -> bytes:
    """A response of about 4.2 KB with ``count`` of the nine entries."""
    entries: list[dict[str, Any]] = []
    for place, status in enumerate(STATUSES[:count]):
        start = BORN + 60 * place
        message = f"{status}: " + "m" * 40
        entries.append({"Status": status, "StartTime": start, "StatusMessage": message})
        if place:
            entries[-2]["EndTime"] = start
    last = entries[-1]
    name = "benchmark-" + "n" * 30
    response = {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
        "CreationTime": BORN,
        "LastModifiedTime": last["StartTime"],
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": last["Status"],
        "SecondaryStatusTransitions": entries,
        "HyperParameters": {f"parameter-{number}": "v" * 20 for number in range(25)},
        "AlgorithmSpecification": {"TrainingImage": "i" * 80, "TrainingInputMode": "File"},
        "RoleArn": "arn:aws:iam::123456789012:role/train",
        "InputDataConfig": [
            {
                "ChannelName": channel,
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/p"}},
            }
            for channel in ("train", "test")
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/path"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400, "MaxWaitTimeInSeconds": 90_000},
        "EnableManagedSpotTraining": True,
        "EnableNetworkIsolation": False,
        "TrainingStartTime": BORN + 60,
    }
    if count == len(STATUSES):
        last["EndTime"] = last["StartTime"]
        response |= {
            "TrainingJobStatus": "Completed",
            "TrainingEndTime": last["StartTime"],
            "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/path"},
        }
    if count == 1:
        del response["TrainingStartTime"]
    return json.dumps(response).encode()


class Transport:
    """A boto3 client whose transport answers with a body at hand."""

    def __init__(self) -> None:
        self.body = b""
        self.client = boto3.client(
            "sagemaker",
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
        self.client.meta.events.register("before-send.sagemaker.*", self._answer)

    def _answer(self, **_: Any) -> AWSResponse:
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        return AWSResponse("https://stub", 200, headers, _Body(self.body))

    def describe(self) -> dict[str, Any]:
        """One call."""
        response: dict[str, Any] = self.client.describe_training_job(TrainingJobName="benchmark")
        return response


def timed(work: Callable[[], object]) -> float:
    """Microseconds that some work takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e6


Row = dict[str, float]


def one_life(transport: Transport, bodies: list[bytes], tracker: Tracker) -> Row:
    """Microseconds of a call, of an unchanged and of a grown observation, in one job's life."""
    times: dict[str, list[float]] = {"call": [], "unchanged": [], "grown": []}
    for content in bodies:
        transport.body = content
        first = transport.describe()
        times["grown"].append(timed(lambda first=first: tracker.observe(first)))  # type: ignore[misc]
        for _ in range(4):
            times["call"].append(timed(transport.describe))
            again = transport.describe()
            times["unchanged"].append(timed(lambda again=again: tracker.observe(again)))  # type: ignore[misc]
    return {what: statistics.median(taken) for what, taken in times.items()}


def one_round(transport: Transport, bodies: list[bytes], number: int) -> Row:
    """A life whose steps are new to the process, and one whose steps are remembered."""
    # Trackers share what they remember with those of the same options: so each round has its own.
    tolerances = Tolerances(join=1 + number * 1e-9)
    new = one_life(transport, bodies, Tracker(tolerances=tolerances))
    known = one_life(transport, bodies, Tracker(tolerances=tolerances))
    return {**known, "grown, first": new["grown"], "grown, remembered": known["grown"]}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    transport = Transport()
    bodies = [body(count) for count in range(1, len(STATUSES) + 1)]
    one_round(transport, bodies, 0)
    found = [one_round(transport, bodies, number) for number in range(1, rounds + 1)]
    call = statistics.median(row["call"] for row in found)
    print(f"boto3 call, transport stubbed: {call:.0f} µs (largest body {len(bodies[-1])} bytes)")
    for what, goal in GOALS.items():
        ratios = sorted(100 * row[what] / row["call"] for row in found)
        median = statistics.median(row[what] for row in found)
        low, high = ratios[len(ratios) // 10], ratios[-1 - len(ratios) // 10]
        print(
            f"observe, history {what}: {median:.1f} µs,"
            f" {statistics.median(ratios):.2f} % (10th to 90th of 100: {low:.2f} to {high:.2f});"
            f" goal {goal:g} %"
        )


if __name__ == "__main__":
    main()
