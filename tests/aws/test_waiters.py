"""The waiters of the facts, loaded and run by botocore itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import WaiterError
from botocore.waiter import WaiterModel, create_waiter_with_client

from tests.lives import COMPLETED, FAILED, SPOT, STOPPED, poll
from tests.service import MISSING, Service
from trainstate.errors import UsageError
from trainstate.render.waiters import waiters, waiters_json
from trainstate.spec.load import builtin_spec, parse_spec

SPEC = builtin_spec()
SMALL = """
[spec]
name = "small"
title = "A job without an operation"
version = "1"
[record]
name = "Name"
arn = "Arn"
created = "Created"
modified = "Modified"
primary = "State"
secondary = "Stage"
history = "Stages"
entry_status = "Stage"
entry_start = "Start"
entry_end = "End"
entry_message = "Message"
"""


def waited(service: Service, name: str, *answers: Any) -> bool:
    """Whether a waiter reaches its goal; raises WaiterError where it fails."""
    service.plan = [answer if isinstance(answer, tuple) else (200, answer) for answer in answers]
    waiter = create_waiter_with_client(name, WaiterModel(waiters(SPEC)), service.client())
    waiter.wait(TrainingJobName="job-1", WaiterConfig={"Delay": 0, "MaxAttempts": len(answers)})
    return not service.plan


@pytest.mark.parametrize("end", [COMPLETED, FAILED, STOPPED])
def test_any_end_finishes(service: Service, end: tuple[str, ...]) -> None:
    """A completed, a failed and a stopped job have finished."""
    assert waited(service, "TrainingJobFinished", poll("Starting"), poll(*end))


def test_a_stopping_job_has_not_finished(service: Service) -> None:
    """The waiter polls on."""
    stopping = poll("Starting", "Training", "Stopping")

    assert waited(service, "TrainingJobFinished", stopping, poll(*STOPPED))


def test_only_a_completed_job_succeeds(service: Service) -> None:
    """The waiter ends with the completed job."""
    assert waited(service, "TrainingJobSucceeded", poll("Starting"), poll(*COMPLETED))


@pytest.mark.parametrize("end", [FAILED, STOPPED])
def test_another_end_is_no_success(service: Service, end: tuple[str, ...]) -> None:
    """A failed and a stopped job make the waiter fail, at once."""
    with pytest.raises(WaiterError, match="terminal failure"):
        waited(service, "TrainingJobSucceeded", poll("Starting"), poll(*end))


def test_a_job_that_has_started(service: Service) -> None:
    """The start of the clock ends the wait."""
    assert waited(service, "TrainingJobStarted", poll("Starting"), poll("Starting", "Downloading"))


def test_a_stage_that_polls_missed_is_reached(service: Service) -> None:
    """The history tells that the job was training."""
    assert waited(service, "TrainingJobReachedTraining", poll("Starting"), poll(*COMPLETED))


def test_a_stage_that_cannot_come_any_more_is_a_failure(service: Service) -> None:
    """A job that ended without the stage does not reach it."""
    with pytest.raises(WaiterError, match="terminal failure"):
        waited(service, "TrainingJobReachedInterrupted", poll(*COMPLETED))


def test_an_interruption_is_reached(service: Service) -> None:
    """Every secondary status has its waiter."""
    assert waited(service, "TrainingJobReachedInterrupted", poll(*SPOT))


def test_a_missing_job_is_a_failure(service: Service) -> None:
    """The waiter does not wait for a job that is not there."""
    with pytest.raises(WaiterError, match="ValidationException"):
        waited(service, "TrainingJobFinished", MISSING)


def test_boto3_loads_the_file(service: Service, tmp_path: Path) -> None:
    """Put where boto3 looks for models, the waiters are the client's own."""
    folder = tmp_path / "sagemaker" / "2017-07-24"
    folder.mkdir(parents=True)
    (folder / "waiters-2.json").write_text(waiters_json(SPEC))
    session = boto3.session.Session(region_name="us-east-1")
    loader = session._session.get_component("data_loader")
    loader.search_paths.insert(0, str(tmp_path))
    client = session.client(
        "sagemaker",
        endpoint_url=service.url,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    service.jobs["job-1"] = [poll(*COMPLETED)]
    client.get_waiter("training_job_succeeded").wait(TrainingJobName="job-1")

    assert "training_job_reached_uploading" in client.waiter_names


def test_every_secondary_status_has_a_waiter() -> None:
    """No status is left out."""
    names = set(json.loads(waiters_json(SPEC))["waiters"])

    assert {f"TrainingJobReached{name}" for name in SPEC.secondary_by_name} < names


def test_a_spec_without_an_operation_has_no_waiters() -> None:
    """The error says what to add."""
    with pytest.raises(UsageError, match="operation"):
        waiters(parse_spec(SMALL))
