"""The least requests that create each kind of job that can be played."""

from collections.abc import Mapping
from typing import Any

from trainstate.simulator.scenario import on_demand
from trainstate.spec.load import BUILTIN

_PLAIN = on_demand().request("")
_ROLE, _OUTPUT = _PLAIN["RoleArn"], _PLAIN["OutputDataConfig"]
_MACHINES = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
_INPUT = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://example-bucket/input"}}
_METRIC = {"Name": "loss", "Regex": "loss=([0-9.]+)"}

REQUESTS: Mapping[str, Mapping[str, Any]] = {
    BUILTIN: _PLAIN,
    "processing-job": {
        "ProcessingResources": {"ClusterConfig": {**_MACHINES, "VolumeSizeInGB": 30}},
        "AppSpecification": {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/run:1"},
        "RoleArn": _ROLE,
    },
    "transform-job": {
        "ModelName": "model-1",
        "TransformInput": {"DataSource": _INPUT},
        "TransformOutput": _OUTPUT,
        "TransformResources": _MACHINES,
    },
    "tuning-job": {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1},
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
        },
        "TrainingJobDefinition": {
            **{name: value for name, value in _PLAIN.items() if name != "TrainingJobName"},
            "AlgorithmSpecification": {
                **_PLAIN["AlgorithmSpecification"],
                "MetricDefinitions": [_METRIC],
            },
        },
    },
}
"""The members of a request beside the name, by machine.

A tuning job has one training job, so that it goes where that one goes.
"""
