"""moto: an AutoML job is born in progress and completed at once.

`InProgress` with the secondary status `Completed` is a pair that no job shows: who waits for the
secondary status is done with a job that has just begun.
"""

from __future__ import annotations

from typing import Any

from moto_jobs import mocked, verdict

import trainstate

CHANNEL = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://example-bucket/in"}}
# moto reads each of them, though the API requires only the first.
TABULAR: dict[str, Any] = {
    "TargetAttributeName": "y",
    "ProblemType": "Regression",
    "CompletionCriteria": {"MaxCandidates": 1},
    "CandidateGenerationConfig": {"AlgorithmsConfig": []},
    "FeatureSpecificationS3Uri": "s3://example-bucket/features.json",
    "Mode": "AUTO",
    "GenerateCandidateDefinitionsOnly": False,
    "SampleWeightAttributeName": "w",
}

with mocked() as client:
    client.create_auto_ml_job_v2(
        AutoMLJobName="job-a",
        AutoMLJobInputDataConfig=[{"ChannelType": "training", "DataSource": CHANNEL}],
        OutputDataConfig={"S3OutputPath": "s3://example-bucket/out"},
        AutoMLProblemTypeConfig={"TabularJobConfig": TABULAR},
        RoleArn="arn:aws:iam::123456789012:role/example-role",
    )
    shown = client.describe_auto_ml_job_v2(AutoMLJobName="job-a")

print(shown["AutoMLJobStatus"], shown["AutoMLJobSecondaryStatus"])
names = {finding.name for finding in trainstate.check(shown)}
print(sorted(names))
verdict("illegal-pair" in names)
