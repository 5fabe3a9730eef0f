"""boto3 against `trainstate serve`: create, wait for the end, stop, list, delete.

pip install boto3
python boto3_course.py http://127.0.0.1:4599
"""

from __future__ import annotations

import os
import sys
from typing import Any

import boto3
from botocore.exceptions import ClientError

REQUEST: dict[str, Any] = {
    "RoleArn": "arn:aws:iam::123456789012:role/example-role",
    "AlgorithmSpecification": {"TrainingImage": "train:1", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://example-bucket/output"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}


def main(endpoint: str) -> None:
    """Runs the whole course and prints what it sees."""
    sm = boto3.client(
        "sagemaker",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",  # noqa: S106 - the simulator takes any
    )
    names = [f"py-{os.getpid()}-{number}" for number in (1, 2, 3)]
    for name in names:
        sm.create_training_job(TrainingJobName=name, **REQUEST)
    sm.stop_training_job(TrainingJobName=names[2])
    waiter = sm.get_waiter("training_job_completed_or_stopped")
    for name in (names[0], names[2]):
        waiter.wait(TrainingJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        print(name, sm.describe_training_job(TrainingJobName=name)["SecondaryStatus"])
    pages = sm.get_paginator("list_training_jobs").paginate(
        NameContains=f"py-{os.getpid()}", PaginationConfig={"PageSize": 2}
    )
    print([len(page["TrainingJobSummaries"]) for page in pages])
    try:
        sm.describe_training_job(TrainingJobName="no-such-job")
    except ClientError as error:
        print(error)
    sm.delete_training_job(TrainingJobName=names[0])
    print("deleted")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4599")
