"""moto: a stop turns a completed processing job into a stopped one.

A job that has ended stays so: the service refuses the stop, or does nothing. The time of the last
modification stays, too, so that nothing but the order of the answers tells that one came later.
"""

from __future__ import annotations

from moto_jobs import mocked, verdict

import trainstate

CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30}

with mocked() as client:
    client.create_processing_job(
        ProcessingJobName="job-a",
        RoleArn="arn:aws:iam::123456789012:role/example-role",
        AppSpecification={"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/run:1"},
        ProcessingResources={"ClusterConfig": CLUSTER},
    )
    first = client.describe_processing_job(ProcessingJobName="job-a")
    client.stop_processing_job(ProcessingJobName="job-a")
    second = client.describe_processing_job(ProcessingJobName="job-a")

print(first["ProcessingJobStatus"], "->", second["ProcessingJobStatus"])
print("modified:", second["LastModifiedTime"] - first["LastModifiedTime"])
print("ProcessingResources:", second.get("ProcessingResources"))
names = {finding.name for finding in trainstate.check([first, second])}
print(sorted(names))
verdict({"left-terminal-status", "missing-member"} <= names)
