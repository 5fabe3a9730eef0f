"""Airflow's own operator, sensor and trigger for training jobs against one endpoint.

pip install apache-airflow 'apache-airflow-providers-amazon[aiobotocore]'
trainstate serve --speed 120
python airflow_course.py http://127.0.0.1:4599
"""

import asyncio
import json
import os
import sys
import tempfile

url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4599"
os.environ |= {
    "AIRFLOW_HOME": tempfile.mkdtemp(),
    "AIRFLOW_CONN_AWS_DEFAULT": json.dumps(
        {
            "conn_type": "aws",
            "login": "any",
            "password": "any",
            "extra": {"region_name": "us-east-1", "endpoint_url": url},
        }
    ),
}

from airflow.exceptions import TaskDeferred  # noqa: E402
from airflow.providers.amazon.aws.operators.sagemaker import SageMakerTrainingOperator  # noqa: E402
from airflow.providers.amazon.aws.sensors.sagemaker import SageMakerTrainingSensor  # noqa: E402
from airflow.providers.amazon.aws.triggers.sagemaker import SageMakerTrigger  # noqa: E402

REQUEST = {
    "RoleArn": "arn:aws:iam::123456789012:role/example-role",
    "AlgorithmSpecification": {"TrainingImage": "train:1", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://example-bucket/output"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}


def operator(name: str, **options: object) -> SageMakerTrainingOperator:
    """The operator for a job, which looks every second."""
    return SageMakerTrainingOperator(
        task_id=name, config={"TrainingJobName": name, **REQUEST}, check_interval=1, **options
    )


async def fired(trigger: SageMakerTrigger) -> object:
    """What the first event of a trigger says."""
    async for event in trigger.run():
        return event.payload
    return None


done = operator("waited").execute({})
print("operator", done["Training"]["TrainingJobStatus"])

operator("sensed", wait_for_completion=False).execute({})
sensor = SageMakerTrainingSensor(task_id="sensor", job_name="sensed", poke_interval=1)
sensor.execute({})
print("sensor done")

deferrable = operator("deferred", deferrable=True, print_log=False)
try:
    deferrable.execute({})
except TaskDeferred as deferred:
    event = asyncio.run(fired(deferred.trigger))
    print("trigger", event["status"])
    done = deferrable.execute_complete({}, event)
print("deferred", done["Training"]["TrainingJobStatus"])
print("done")
