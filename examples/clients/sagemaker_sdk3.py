"""The SageMaker Python SDK 3 against one endpoint: a role in IAM, a ModelTrainer with logs.

trainstate serve --speed 120 --beside moto
python sagemaker_sdk3.py http://127.0.0.1:4599
"""

import json
import os
import sys
import tempfile
from pathlib import Path

url = sys.argv[1]
config = Path(tempfile.mkdtemp()) / "config.yaml"
# The SDK would report each call to its makers.
config.write_text(
    "SchemaVersion: '1.0'\nSageMaker:\n  PythonSDK:\n    Modules:\n      TelemetryOptOut: true\n"
)
os.environ |= {
    "AWS_ENDPOINT_URL": url,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "SAGEMAKER_USER_CONFIG_OVERRIDE": str(config),
}

import boto3  # noqa: E402
from sagemaker.core.helper.session_helper import Session  # noqa: E402
from sagemaker.train import ModelTrainer  # noqa: E402
from sagemaker.train.configs import Compute, InputData, OutputDataConfig  # noqa: E402

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
role = boto3.client("iam").create_role(
    RoleName="example-role", AssumeRolePolicyDocument=json.dumps(TRUST)
)["Role"]["Arn"]
trainer = ModelTrainer(
    training_image="123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
    role=role,
    compute=Compute(instance_type="ml.m5.large", instance_count=1),
    output_data_config=OutputDataConfig(s3_output_path="s3://example-bucket/output"),
    sagemaker_session=Session(boto_session=boto3.Session()),
    base_job_name="trainer",
)
train = InputData(channel_name="train", data_source="s3://example-bucket/train")
trainer.train(input_data_config=[train], wait=True, logs=True)
job = trainer._latest_training_job  # noqa: SLF001 - the SDK has no other
print(job.training_job_status, job.model_artifacts.s3_model_artifacts)
print("done")
