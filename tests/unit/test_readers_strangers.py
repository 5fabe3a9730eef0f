"""What cannot be read is called by its name, with what to do instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import trainstate
from tests.lives import poll
from trainstate.errors import InputError

ENTRIES = [
    {"Status": "Starting", "StartTime": "2020-01-02T03:04:05Z", "EndTime": "2020-01-02T03:04:07Z"},
    {"Status": "Starting", "StartTime": "2020-01-02T03:04:07Z"},
]
# Tencent Cloud TI: of the same name, with two Starting entries and no ARN.
OTHER_SERVICE = {
    "Response": {
        "RequestId": "00000000-0000-4000-8000-000000000001",
        "TrainingJobName": "tern",
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Starting",
        "SecondaryStatusTransitions": ENTRIES,
        "OutputDataConfig": {"CosOutputBucket": "x"},
    }
}
LABELING = {
    "LabelingJobName": "tern",
    "LabelingJobArn": "arn:aws:sagemaker:us-east-1:111122223333:labeling-job/tern",
    "LabelingJobStatus": "InProgress",
    "CreationTime": "2020-01-02T03:04:05Z",
}
CALL = {
    "eventVersion": "1.09",
    "eventSource": "sagemaker.amazonaws.com",
    "eventName": "CreateTrainingJob",
    "requestParameters": {"trainingJobName": "tern"},
    "responseElements": {"trainingJobArn": "arn:aws:sagemaker:us-east-1:1:training-job/tern"},
}
STATE = {
    "version": 4,
    "terraform_version": "1.9.0",
    "resources": [
        {
            "type": "aws_sagemaker_training_job",
            "instances": [{"attributes": {"training_job_name": "tern", "arn": "arn:x"}}],
        }
    ],
}
TEXT = "SageMaker\t2020-01-02T03:04:05+00:00\tCompleted\nRESOURCECONFIG\t1\tml.m5.large\t30\n"
TABLE = """\
--------------------------------
|      DescribeTrainingJob     |
+--------------------+---------+
|  TrainingJobStatus | Stopped |
||      ResourceConfig        ||
+--------------------+---------+
"""
STEP = {
    "StepName": "train",
    "StepStatus": "Succeeded",
    "Metadata": {"TrainingJob": {"Arn": "arn:aws:sagemaker:us-east-1:111122223333:training-job/t"}},
}
FORMS: dict[str, tuple[Any, str]] = {
    "text of the AWS CLI": (TEXT, r"is text output of the AWS CLI.*--output json"),
    "a table of the AWS CLI": (TABLE, r"is a table of the AWS CLI.*--output json"),
    "CloudTrail": ({"Records": [CALL, CALL]}, r"is a trail of CloudTrail.*EventBridge"),
    "CloudTrail's lines": (json.dumps(CALL) + "\n" + json.dumps(CALL), r"is a trail of CloudTrail"),
    "a pipeline": (
        {"PipelineExecutionSteps": [STEP]},
        r"is a list of a pipeline's steps.*describe-",
    ),
    "a model of the API": (
        {
            "metadata": {"apiVersion": "2017-07-24"},
            "shapes": {
                "TrainingJobStatus": {"type": "string", "enum": ["InProgress"]},
                "SecondaryStatus": {"type": "string"},
            },
        },
        r"is the model of an API.*trainstate drift",
    ),
    "a container's configuration": (
        {
            "TrainingJobName": "tern",
            "TrainingJobArn": "arn:aws:sagemaker:us-east-1:111122223333:training-job/tern",
            "InputDataConfig": [{"ChannelName": "data", "CompressionType": "NONE"}],
            "BaseTags": [],
        },
        r"is what a container gets.*describe-training-job",
    ),
    "Terraform": (STATE, r"is a state of Terraform.*describe-training-job"),
    "another service": (OTHER_SERVICE, r"another service's DescribeTrainingJob.*no ARN"),
    "another service's page": (
        {"TotalCount": 1, "TrainingJobSet": [OTHER_SERVICE["Response"]]},
        r"another service's DescribeTrainingJob",
    ),
    "another service's answer": (OTHER_SERVICE["Response"], r"another service's"),
    "a labeling job": (LABELING, r"is a record of type `labeling-job`.*no facts.*training-job"),
    "an endpoint of botocore": (
        {
            "EndpointName": "tern",
            "EndpointArn": "arn:aws:sagemaker:us-east-1:111122223333:endpoint/tern",
            "EndpointStatus": "InService",
            "ResponseMetadata": {"HTTPStatusCode": 200, "RequestId": "7d1"},
        },
        r"is a record of type `endpoint`.*no facts",
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("indent", [None, 4])
def test_it_is_named(tmp_path: Path, form: str, indent: int | None) -> None:
    """One sentence says what it is and what to do; a folder passes it by and says the same."""
    value, sentence = FORMS[form]
    path = tmp_path / "job"
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=indent))

    with pytest.raises(InputError, match=sentence) as caught:
        trainstate.check(path)
    assert "expected recorded responses" not in str(caught.value)

    job = poll("Starting", "Training", name="crane")
    (tmp_path / "other.json").write_text(json.dumps(job, default=str))
    report = trainstate.check(tmp_path)
    assert ([], 1) == (list(report), report.summary.responses)


def test_among_responses_it_is_left_out(tmp_path: Path) -> None:
    """What is none of the service's training jobs is counted, and not judged."""
    job = poll("Starting", "Training", name="crane")
    path = tmp_path / "all.json"
    path.write_text(json.dumps([job, OTHER_SERVICE, {"Records": [CALL]}], default=str))
    report = trainstate.check(path)

    assert ([], 1) == (list(report), report.summary.responses)


def test_an_excerpt_of_a_job_is_no_stranger() -> None:
    """botocore keeps the request's id apart, and who asks for few members leaves the ARN out."""
    job = poll("Starting", "Training", name="crane")
    del job["TrainingJobArn"]

    assert 1 == trainstate.check([{**job, "ResponseMetadata": {"RequestId": "x"}}]).summary.jobs
    assert 1 == trainstate.check([{**job, "RequestId": "x"}]).summary.jobs


@pytest.mark.parametrize("kind", ["type", "shape", "$ref"])
def test_a_schema_of_a_response_is_no_response(kind: str) -> None:
    """Each member has a description in the place of its value."""
    schema = {"TrainingJobStatus": {kind: "string"}, "SecondaryStatus": {kind: "string"}}
    job = poll("Starting", "Training", name="crane")

    with pytest.raises(InputError, match="other things than training jobs"):
        trainstate.check(json.dumps({"properties": schema}))
    report = trainstate.check([{"properties": schema}, job])
    assert ([], 1) == ([one.code for one in report if one.severity == "error"], len(report.jobs))


def test_a_notebook_without_a_job_is_named_by_no_arn(tmp_path: Path) -> None:
    """Its code and its kernel have ARNs of anything."""
    kernel = "arn:aws:sagemaker:us-east-1:111122223333:image/datascience-1.0"
    cell = {"cell_type": "code", "source": ["print(1)"], "outputs": []}
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {"kernelspec": {"name": kernel}}}))

    with pytest.raises(InputError, match="was read as notebook and holds no response"):
        trainstate.check(path)


def test_an_answer_without_a_job_is_not_taken_for_another_service_s(tmp_path: Path) -> None:
    """Every answer of AWS has a `RequestId`."""
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"RequestId": "7d1", "Message": "throttled"}))

    with pytest.raises(InputError, match="holds no response of a training job"):
        trainstate.check(path)
