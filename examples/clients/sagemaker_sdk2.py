"""The SageMaker Python SDK 2 against one endpoint: fit with logs, attach, a tuner.

trainstate serve --speed 120 --scenario "on_demand().printing('loss=0.5').then_completed()"
python sagemaker_sdk2.py http://127.0.0.1:4599
"""

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
from sagemaker import Session  # noqa: E402
from sagemaker.estimator import Estimator  # noqa: E402
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner  # noqa: E402

METRICS = [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]
session = Session(boto_session=boto3.Session(), default_bucket="example-bucket")
estimator = Estimator(
    image_uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
    role="arn:aws:iam::123456789012:role/example-role",
    instance_count=1,
    instance_type="ml.m5.large",
    output_path="s3://example-bucket/output",
    metric_definitions=METRICS,
    sagemaker_session=session,
)
estimator.fit({"train": "s3://example-bucket/train"}, logs="All")
name = estimator.latest_training_job.name
print("attached", Estimator.attach(name, sagemaker_session=session).model_data)
session.logs_for_job(name, wait=True, poll=1)

tuner = HyperparameterTuner(
    estimator,
    "loss",
    {"rate": ContinuousParameter(0.1, 0.9)},
    METRICS,
    objective_type="Minimize",
    max_jobs=3,
    max_parallel_jobs=2,
)
tuner.fit({"train": "s3://example-bucket/train"})
print("tuned", len(tuner.analytics().dataframe()), tuner.best_training_job())
print("done")
