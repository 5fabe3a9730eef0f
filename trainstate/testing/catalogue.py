"""Values for the members of a response that the model itself does not read.

They are of the API's types and within its patterns, so that code under test that looks
at them finds what a real response has. Members that a specification lacks are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trainstate.spec.model import Spec

ACCOUNT, REGION = "123456789012", "eu-west-1"
ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
BUCKET = "s3://example-bucket"


def arn_of(name: str, spec: Spec) -> str:
    """The ARN of a job: the service writes its name in lower case there."""
    return f"{ARN}:{spec.layout.resource or spec.name}/{name.lower()}"


INPUT_MODES = ("File", "FastFile", "Pipe")
"""The first of them downloads the data before the training."""

_IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/train:1"
_RULE = {"RuleConfigurationName": "loss", "RuleEvaluatorImage": _IMAGE}

ALWAYS: Mapping[str, Any] = {
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/example-role",
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "OutputDataConfig": {"S3OutputPath": f"{BUCKET}/out"},
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
}
"""Configuration that every response has."""

OPTIONAL: Mapping[str, Any] = {
    "HyperParameters": {"epochs": "3", "rate": "0.1"},
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{BUCKET}/in"},
            },
        }
    ],
    "VpcConfig": {"SecurityGroupIds": ["sg-0a1b2c3d"], "Subnets": ["subnet-0a1b2c3d"]},
    "CheckpointConfig": {"S3Uri": f"{BUCKET}/checkpoints"},
    "DebugHookConfig": {"S3OutputPath": f"{BUCKET}/debug"},
    "DebugRuleConfigurations": [_RULE],
    "TensorBoardOutputConfig": {"S3OutputPath": f"{BUCKET}/board"},
    "ProfilerConfig": {"S3OutputPath": f"{BUCKET}/profile", "DisableProfiler": False},
    "ProfilerRuleConfigurations": [_RULE],
    "Environment": {"MODE": "test"},
    "RemoteDebugConfig": {"EnableRemoteDebug": False},
    "InfraCheckConfig": {"EnableInfraCheck": True},
    "ServerlessJobConfig": {
        "BaseModelArn": "arn:aws:sagemaker:eu-west-1:aws:hub-content/Public/Model/base/1.0.0",
        "JobType": "FineTuning",
    },
    "MlflowConfig": {"MlflowResourceArn": f"{ARN}:mlflow-app/example"},
    "ModelPackageConfig": {"ModelPackageGroupArn": f"{ARN}:model-package-group/example"},
    "TuningJobArn": f"{ARN}:hyper-parameter-tuning-job/tuning",
    "LabelingJobArn": f"{ARN}:labeling-job/labels",
    "AutoMLJobArn": f"{ARN}:automl-job/auto",
    "ExperimentConfig": {"ExperimentName": "experiment", "TrialName": "trial"},
    "ProgressInfo": {"TotalStepCountPerEpoch": 10, "CurrentStep": 1, "MaxEpoch": 3},
    "MlflowDetails": {"MlflowExperimentId": "1", "MlflowRunId": "2"},
}
"""What a response may have besides, from the creation on."""

OUTCOME: Mapping[str, Any] = {
    "ModelArtifacts": {"S3ModelArtifacts": f"{BUCKET}/out/model.tar.gz"},
    "FailureReason": "AlgorithmError: the training script exited with code 1",
}
"""What the end of a job adds, each at the primaries that the specification says."""

RESULTS: Mapping[str, Any] = {
    "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.5}],
    "OutputModelPackageArn": f"{ARN}:model-package/example/1",
    "BillableTokenCount": 4096,
}
"""What the end of a job may add; ``dated`` gives metrics their times."""

MESSAGES: Mapping[str, tuple[str, ...]] = {
    "Starting": ("Starting the training job", "Preparing the instances for training"),
    "Pending": ("Training job waiting for capacity", "Insufficient capacity; still waiting"),
    "Downloading": ("Downloading input data", "Downloading the training image"),
    "Training": ("Training image download completed. Training in progress.", "Training"),
    "Uploading": ("Uploading generated training model", "Uploading the model"),
    "Interrupted": ("Spot instances were interrupted", "Waiting for spot capacity"),
    "Stopping": ("Stopping the training job", "Stopping"),
    "Stopped": ("Training job stopped", "Resource released"),
    "Completed": ("Training job completed", "Resource retained for reuse"),
    "Failed": ("Training job failed", "Resource released due to keep alive period expiry"),
}
"""What the service writes with a status: first, and later."""


def kept(members: Mapping[str, Any], spec: Spec) -> dict[str, Any]:
    """The members that the specification has."""
    known = {member.name for member in spec.members if member.role != "identity"}
    return {name: value for name, value in members.items() if name in known}


def chosen(members: Mapping[str, Any], spec: Spec, bits: int) -> dict[str, Any]:
    """The members whose bit is set, of those that the specification has."""
    known = kept(members, spec)
    return {name: value for at, (name, value) in enumerate(known.items()) if bits >> at & 1}


def fitting(members: Mapping[str, Any], spec: Spec, beside: Mapping[str, Any]) -> dict[str, Any]:
    """The members without those that go only with another one which is not there."""
    needed = ((name, spec.member_by_name[name].only_with) for name in members)
    return {name: members[name] for name, other in needed if not other or other in beside}


def dated(members: Mapping[str, Any], spec: Spec, at: datetime) -> dict[str, Any]:
    """The members with this time in each of the lists whose items have one."""
    found = dict(members)
    for member, time in (pointer.strip("/").split("/") for pointer in spec.layout.moments):
        if member in found:
            found[member] = [{**item, time: at} for item in found[member]]
    return found


def message(status: str, times: int) -> str:
    """The message of an entry after it was rewritten so many times."""
    texts = MESSAGES.get(status)
    if texts is None:
        return status if not times else f"{status} ({times})"
    return texts[times % len(texts)]
