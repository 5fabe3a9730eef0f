"""moto: a tuning job is born completed, with a best training job that lived years before it.

The best training job is one that the tuning job began. moto's has the name `FakeTrainingJobName`,
times of 2024, and a reason for its failure though it is Completed.
"""

from __future__ import annotations

from typing import Any

from moto_jobs import mocked, verdict

import trainstate

LIMITS = {"MaxNumberOfTrainingJobs": 10, "MaxParallelTrainingJobs": 2}
CHILD: dict[str, Any] = {
    "AlgorithmSpecification": {"TrainingImage": "train:1", "TrainingInputMode": "File"},
    "RoleArn": "arn:aws:iam::123456789012:role/example-role",
    "OutputDataConfig": {"S3OutputPath": "s3://example-bucket/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}

with mocked() as client:
    client.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="job-a",
        HyperParameterTuningJobConfig={"Strategy": "Bayesian", "ResourceLimits": LIMITS},
        TrainingJobDefinition=CHILD,
    )
    shown = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="job-a")

best = shown["BestTrainingJob"]
print(shown["HyperParameterTuningJobStatus"], shown["TrainingJobStatusCounters"])
print(best["TrainingJobName"], best["CreationTime"], best["FailureReason"])
names = {finding.name for finding in trainstate.check(shown)}
print(sorted(names))
verdict({"broken-constraint", "time-outside-life"} <= names)
