"""What recordings have shown of the other machines, made anew from their facts, is consistent."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.waiter import WaiterModel

import trainstate
from trainstate.aws.service_model import installed_drift
from trainstate.checking.drift import check_drift
from trainstate.render.waiters import waiters
from trainstate.spec.load import builtin_spec, spec_names

ARN = "arn:aws:sagemaker:us-east-1:123456789012"
PROCESSING = {
    "ProcessingJobName": "sagemaker-scikit-learn-2021-06-09-04-28-59-399",
    "ProcessingJobArn": f"{ARN}:processing-job/sagemaker-scikit-learn-2021-06-09-04-28-59-399",
    "ProcessingJobStatus": "Completed",
    "ProcessingResources": {},
    "AppSpecification": {},
    "CreationTime": "2021-06-09T04:29:00.130Z",
    "ProcessingStartTime": "2021-06-09T04:32:49.205Z",
    "ProcessingEndTime": "2021-06-09T04:33:07.692Z",
    "LastModifiedTime": "2021-06-09T04:33:07.702Z",
}
TRANSFORM = {
    "TransformJobName": "Pytorch-Batch",
    "TransformJobArn": f"{ARN}:transform-job/pytorch-batch",
    "TransformJobStatus": "InProgress",
    "ModelName": "m",
    "TransformInput": {},
    "TransformResources": {},
    "CreationTime": "2022-04-18T00:26:12.635Z",
}
TRANSFORMED = {
    **TRANSFORM,
    "TransformJobStatus": "Completed",
    "TransformStartTime": "2022-04-18T00:29:50.865Z",
    "TransformEndTime": "2022-04-18T00:31:42.720Z",
}
TRANSFORMS = {
    "TransformJobSummaries": [
        {
            "TransformJobName": "Pytorch-Batch",
            "TransformJobArn": f"{ARN}:transform-job/pytorch-batch",
            "CreationTime": "2022-04-18T00:26:12.635Z",
            "TransformEndTime": "2022-04-18T00:31:42.720Z",
            "LastModifiedTime": "2022-04-18T00:31:42.990Z",
            "TransformJobStatus": "Completed",
        },
        {
            "TransformJobName": "other",
            "TransformJobArn": f"{ARN}:transform-job/other",
            "CreationTime": "2022-04-17T00:26:12.635Z",
            "TransformEndTime": "2022-04-17T00:31:42.720Z",
            "LastModifiedTime": "2022-04-17T00:31:43.090Z",
            "TransformJobStatus": "Failed",
            "FailureReason": "AlgorithmError",
        },
    ]
}
TUNED = "tuning-job-2020-03-26-04-54-36"
TUNING = {
    "HyperParameterTuningJobName": TUNED,
    "HyperParameterTuningJobArn": f"{ARN}:hyper-parameter-tuning-job/{TUNED}",
    "HyperParameterTuningJobConfig": {},
    "HyperParameterTuningJobStatus": "Completed",
    "CreationTime": "2020-03-26T04:54:37.022Z",
    "HyperParameterTuningEndTime": "2020-03-26T05:18:25.213Z",
    "LastModifiedTime": "2020-03-26T05:18:25.213Z",
    "TrainingJobStatusCounters": {"Completed": 20, "InProgress": 0},
    "ObjectiveStatusCounters": {"Succeeded": 20, "Pending": 0, "Failed": 0},
    "BestTrainingJob": {"TrainingJobName": f"{TUNED}-001-0123abcd"},
}
STEP = {
    **TUNING,
    "HyperParameterTuningJobName": "mldemo-dev-15853298627792",
    "HyperParameterTuningJobArn": f"{ARN}:hyper-parameter-tuning-job/mldemo-dev-15853298627792",
    "CreationTime": 1585397644473,
    "HyperParameterTuningEndTime": 1585397840494,
    "LastModifiedTime": 1585397840494,
}
POLLS = {
    "Starting": 2,
    "AnalyzingData": 17,
    "FeatureEngineering": 18,
    "ModelTuning": 16,
    "MaxCandidatesReached": 1,
}


def autopilot() -> list[dict[str, Any]]:
    """The polls of one AutoML job, thirty seconds apart."""
    statuses = [status for status, times in POLLS.items() for _ in range(times)]
    last = "MaxCandidatesReached"
    return [
        {
            "AutoMLJobName": "churn",
            "AutoMLJobArn": f"{ARN}:automl-job/churn",
            "AutoMLJobStatus": "Completed" if status == last else "InProgress",
            "AutoMLJobSecondaryStatus": status,
            "CreationTime": 1_600_000_000,
            "LastModifiedTime": 1_600_000_000 + 30 * at,
            **({"EndTime": 1_600_000_000 + 30 * at} if status == last else {}),
        }
        for at, status in enumerate(statuses)
    ]


def canvas(status: str, secondary: str, seconds: float) -> dict[str, Any]:
    """An answer about a job that Canvas made; it has an end unless it is active."""
    last = 1_600_000_000 + seconds
    return {
        "AutoMLJobName": "canvas",
        "AutoMLJobArn": f"{ARN}:automl-job/canvas",
        "AutoMLJobStatus": status,
        "AutoMLJobSecondaryStatus": secondary,
        "CreationTime": 1_600_000_000,
        "LastModifiedTime": last,
        **({"EndTime": last - 0.032} if status == "Completed" else {}),
    }


CANVAS = [canvas("Completed", "Completed", 215.938)]
CANVAS_STOPPED = [
    canvas("InProgress", "PreTraining", 3.997),
    canvas("Stopping", "PreTraining", 3.997),
]


@pytest.mark.parametrize("recorded", [CANVAS, CANVAS_STOPPED, autopilot()])
def test_what_was_recorded_of_an_automl_job_is_no_inference(recorded: Any) -> None:
    """Recorded evidence explains it; the stop left LastModifiedTime as it was."""
    report = trainstate.check(recorded, accept="recorded")

    assert ("CONSISTENT", []) == (report.verdict, [one.code for one in report])


@pytest.mark.parametrize(
    "recorded",
    [PROCESSING, [TRANSFORM, TRANSFORMED], TRANSFORMS, TUNING, STEP, autopilot()],
    ids=["processing", "transform", "transforms", "tuning", "step functions", "AutoML"],
)
def test_what_was_recorded_is_consistent(recorded: Any) -> None:
    """No recorded fact of the other machines is an error or a warning."""
    report = trainstate.check(recorded)

    assert "CONSISTENT" == report.verdict
    assert [] == [str(one) for one in report if one.severity != "info"]


def test_a_completed_job_that_was_stopped_is_found() -> None:
    """What a simulator made of a processing job: its stop turned the end into another one."""
    report = trainstate.check([PROCESSING, {**PROCESSING, "ProcessingJobStatus": "Stopped"}])

    assert ["TS604"] == [one.code for one in report]


def test_a_job_that_is_born_completed_in_progress_is_found() -> None:
    """What a simulator made of an AutoML job: a pair that no job can show."""
    born = {**autopilot()[0], "AutoMLJobSecondaryStatus": "Completed"}

    assert ["TS201"] == [one.code for one in trainstate.check(born) if one.severity == "error"]


@pytest.mark.parametrize("name", spec_names()[1:])
def test_no_machine_drifts_from_the_installed_botocore(name: str) -> None:
    """All statuses and members have a row, but for two whose place nobody knows."""
    found = check_drift(installed_drift(builtin_spec(name)))
    unknown = ["Deleting", "DeleteFailed"] if name == "job" else []

    assert len(unknown) == len(found)
    assert all(any(status in one.message for one in found) for status in unknown)


@pytest.mark.parametrize("name", spec_names())
def test_every_machine_has_waiters_that_botocore_runs(name: str) -> None:
    """The waiter for the end, which AWS lacks for tuning and AutoML jobs, compiles for all."""
    model = WaiterModel(waiters(builtin_spec(name)))
    finished = [one for one in model.waiter_names if one.endswith("Finished")]

    assert 1 == len(finished)
    for waiter in model.waiter_names:
        assert all(acceptor.matcher_func for acceptor in model.get_waiter(waiter).acceptors)
