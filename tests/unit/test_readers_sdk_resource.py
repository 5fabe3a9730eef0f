"""Jobs as the SageMaker Python SDK 3 prints its resources: names, values and class names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import trainstate

MEMBERS = """\
training_job_name='tern'
training_job_arn='arn:aws:sagemaker:us-west-2:123456789012:training-job/tern'
tuning_job_arn=Unassigned()
training_job_status='Failed'
secondary_status='Failed'
failure_reason="ClientError: a, b) isn't {enough"
hyper_parameters={'epochs': '3', 'note': "it's (one"}
stopping_condition=StoppingCondition(max_runtime_in_seconds=3600, \
max_wait_time_in_seconds=Unassigned())
creation_time=datetime.datetime(2026, 6, 8, 12, 30, 44, 242000, tzinfo=tzlocal())
last_modified_time=datetime.datetime(2026, 6, 8, 12, 33, 35, 270000, tzinfo=tzlocal())
secondary_status_transitions=[SecondaryStatusTransition(status='Starting', start_time=\
datetime.datetime(2026, 6, 8, 12, 30, 44, 242000, tzinfo=tzlocal()), end_time=\
datetime.datetime(2026, 6, 8, 12, 33, 35, 270000, tzinfo=tzlocal()), status_message='Starting'), \
SecondaryStatusTransition(status='Failed', start_time=\
datetime.datetime(2026, 6, 8, 12, 33, 35, 270000, tzinfo=tzlocal()), end_time=\
datetime.datetime(2026, 6, 8, 12, 33, 35, 270000, tzinfo=tzlocal()), status_message='Failed')]
enable_managed_spot_training=False
role_arn=Unassigned()""".splitlines()

SHOWN = {
    "as text": "Training job completed: " + " ".join(MEMBERS),
    "as a representation": f"TrainingJob({', '.join(MEMBERS)})",
    "by an early version": " ".join(MEMBERS).replace(
        "Unassigned()", "<sagemaker_core.main.utils.Unassigned object at 0x7f2c>"
    ),
    "in a list": f"[TrainingJob({', '.join(MEMBERS)})]",
    "by rich": "TrainingJob(\n│   " + ",\n│   ".join(MEMBERS) + "\n)",
}


@pytest.mark.parametrize("form", SHOWN)
@pytest.mark.parametrize("saved", ["console.txt", "notebook.ipynb"])
def test_a_printed_resource_is_a_response(tmp_path: Path, form: str, saved: str) -> None:
    """It is read in a text and in a notebook's cell; a planted fault is found."""
    path = tmp_path / saved

    def checked(text: str) -> trainstate.Report:
        output = {"output_type": "stream", "text": text}
        cells = [{"cell_type": "code", "outputs": [output]}]
        notebook = json.dumps({"cells": cells, "nbformat": 4})
        path.write_text(notebook if saved.endswith("ipynb") else f"It says:\n{text}\n")
        return trainstate.check(path)

    report = checked(SHOWN[form])
    broken = checked(SHOWN[form].replace("status='Starting'", "status='Uploading'"))

    assert [] == [one.name for one in report if one.severity != "info"]
    assert [("CONSISTENT", True, 1)] == [
        (str(job.verdict), job.complete, job.responses) for job in report.jobs
    ]
    assert "wrong-initial-status" in {one.name for one in broken}


@pytest.mark.parametrize("form", SHOWN)
def test_each_printed_resource_is_a_response(tmp_path: Path, form: str) -> None:
    """The next one begins where the name of a job stands again."""
    path = tmp_path / "console.txt"
    path.write_text(f"{SHOWN[form]}\n{SHOWN[form].replace('tern', 'crane')}\n{SHOWN[form]}")

    assert [2, 1] == [job.responses for job in trainstate.check(path).jobs]


@pytest.mark.parametrize(
    "text",
    [
        "job = TrainingJob.create(training_job_name='tern', role_arn=role)",
        "TrainingJob(training_job_name='tern', training_job_status=status)",
        "TrainingJob(training_job_name='tern', training_job_status='Failed', tags=[Tag(",
        "TrainingJob(training_job_name='tern', **training_job_status)",
        "training_job_name='" * 2000,
    ],
)
def test_code_is_no_printed_resource(tmp_path: Path, text: str) -> None:
    """What has no status, or values that only exist when it runs, is passed over."""
    path = tmp_path / "console.txt"
    path.write_text(f"{text}\n{SHOWN['as text']}\n")

    assert 1 == len(trainstate.check(path).jobs)
