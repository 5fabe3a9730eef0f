"""Responses of one job's life, written from facts: what a poll shows at each stage."""

from __future__ import annotations

from typing import Any

BORN = 1_700_000_000.0
COMPLETED = ("Starting", "Downloading", "Training", "Uploading", "Completed")
SPOT = (
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
STOPPED = ("Starting", "Training", "Stopping", "Stopped")
FAILED = ("Starting", "Downloading", "Training", "Uploading", "Failed")
ENDS = {
    "Completed": "Completed",
    "Failed": "Failed",
    "Stopped": "Stopped",
    "MaxRuntimeExceeded": "Stopped",
    "MaxWaitTimeExceeded": "Stopped",
}


def poll(
    *statuses: str, name: str = "job-1", born: float = BORN, step: float = 60.0, **members: Any
) -> dict[str, Any]:
    """The response while a job is in the last of its statuses, each of ``step`` seconds."""
    entries: list[dict[str, Any]] = []
    for place, status in enumerate(statuses):
        start = born + place * step
        entries.append({"Status": status, "StartTime": start, "StatusMessage": f"{status} now"})
        if place:
            entries[-2]["EndTime"] = start
    last = statuses[-1]
    primary = ENDS.get(last) or ("Stopping" if "Stopping" in statuses else "InProgress")
    response: dict[str, Any] = {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
        "CreationTime": born,
        "LastModifiedTime": entries[-1]["StartTime"],
        "TrainingJobStatus": primary,
        "SecondaryStatus": last,
        "SecondaryStatusTransitions": entries,
        "HyperParameters": {"api-key": "hush"},
        "Environment": {"TOKEN": "hush"},
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": "arn:aws:iam::123456789012:role/train",
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 2,
            "VolumeSizeInGB": 30,
        },
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/path"},
        "EnableNetworkIsolation": False,
        "EnableManagedSpotTraining": False,
    }
    if "Interrupted" in statuses:
        response["EnableManagedSpotTraining"] = True
        response["StoppingCondition"]["MaxWaitTimeInSeconds"] = 90_000
    if last in ENDS:
        entries[-1]["EndTime"] = entries[-1]["StartTime"]
        response["TrainingEndTime"] = entries[-1]["StartTime"]
        response["ModelArtifacts"] = {"S3ModelArtifacts": "s3://bucket/path/model.tar.gz"}
    if last == "Failed":
        response["FailureReason"] = "AlgorithmError: exit code 1"
    started = [entry["StartTime"] for entry in entries if entry["Status"] != "Starting"]
    if started:
        response["TrainingStartTime"] = started[0]
    return {**response, **members}


def life(*statuses: str, **how: Any) -> list[dict[str, Any]]:
    """The responses of a job at each of its stages."""
    return [poll(*statuses[: place + 1], **how) for place in range(len(statuses))]
