"""What the moto scripts share: a mocked client, and the plainest request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import moto

REQUEST: dict[str, Any] = {
    "AlgorithmSpecification": {
        "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
        "TrainingInputMode": "File",
    },
    "RoleArn": "arn:aws:iam::123456789012:role/example-role",
    "OutputDataConfig": {"S3OutputPath": "s3://example-bucket/output"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}


@contextmanager
def mocked() -> Iterator[Any]:
    """A SageMaker client that talks to moto."""
    print(f"moto {moto.__version__}")
    with moto.mock_aws():
        yield boto3.client(
            "sagemaker",
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",  # noqa: S106 - nobody asks for it
        )


def verdict(reproduced: bool) -> None:
    """Prints the last line."""
    print("reproduced" if reproduced else "not reproduced")
