"""Who waits for jobs of any machine: watch, wait, stop, pull, policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from tests.machines.test_recognition import ARN, TIMES, primary, response
from trainstate.aws import pull, stop_job, wait
from trainstate.aws.faults import JobNotFound
from trainstate.aws.follow import WatchLimits
from trainstate.cli.next import command as next_command
from trainstate.errors import UsageError
from trainstate.spec.load import builtin_spec, load_spec, spec_names
from trainstate.track import Provenance, StatusSets, Tracker, lint_policy

OTHERS = spec_names()[1:]


class Service:
    """Answers every call with the next of its answers, and notes what was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        def call(**asked: Any) -> Any:
            self.calls.append((name, asked))
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def ended(name: str) -> dict[str, Any]:
    layout = builtin_spec(name).layout
    second = {layout.secondary: "Completed"} if layout.secondary else {}
    return response(name, **{layout.primary: primary(name, "succeeded"), **second})


def asked(name: str) -> dict[str, str]:
    return (
        {"JobCategory": "AgentRFT", "JobName": "tern"}
        if name == "job"
        else {builtin_spec(name).layout.name: "tern"}
    )


def called(name: str) -> str:
    return "AgentRFT/tern" if name == "job" else "tern"


@pytest.mark.parametrize("name", OTHERS)
def test_a_job_of_each_machine_is_waited_for(name: str) -> None:
    """The operation and the members of its request are those of the facts."""
    service = Service(ended(name))
    outcome = wait(service, called(name), spec=load_spec(name)).outcome

    assert "succeeded" == outcome
    assert [asked(name)] == [request for _, request in service.calls]
    assert service.calls[0][0].startswith("describe_")


def test_an_arn_tells_the_machine() -> None:
    """Neither a name nor a file of facts is asked for where the ARN says it."""
    service = Service(ended("transform-job"))

    assert "succeeded" == wait(service, f"{ARN}:transform-job/tern").outcome
    assert [("describe_transform_job", {"TransformJobName": "tern"})] == service.calls


@pytest.mark.parametrize("name", OTHERS)
def test_a_job_of_each_machine_is_stopped(name: str) -> None:
    """The stop names the job as the description does."""
    service = Service(None)

    assert stop_job(service, called(name), spec=load_spec(name))
    assert [asked(name)] == [request for _, request in service.calls]


def test_a_name_that_says_too_little_is_refused() -> None:
    """A job of the generic API is named with its category."""
    with pytest.raises(UsageError, match="JobCategory/JobName"):
        stop_job(Service(), "tern", spec=load_spec("job"))


def test_the_kind_of_a_missing_job_is_named() -> None:
    """Nobody looks for a training job where a transform job is missing."""
    gone = ClientError({"Error": {"Code": "ResourceNotFound", "Message": "no"}}, "Describe")
    with pytest.raises(JobNotFound, match="no transform job 'tern'"):
        wait(Service(gone), "tern", spec=load_spec("transform-job"), limits=WatchLimits(grace=0))


@pytest.mark.parametrize("name", OTHERS)
def test_the_jobs_of_each_machine_are_recorded(name: str, tmp_path: Path) -> None:
    """A second run records nothing twice, where the response has its LastModifiedTime."""
    spec, path = load_spec(name), tmp_path / "jobs.ndjson"
    shown = ended(name)
    listed = spec.layout.summary or shown
    summary = {**{key: shown[key] for key in listed if key in shown}, **TIMES}
    summary |= {"JobCategory": "AgentRFT"} if name == "job" else {}
    for written in (1, 0):
        page = {spec.layout.listed: [summary]}
        done = pull(Service(page, shown), path, spec=spec, rate=1000)
        assert written == done.written

    assert [shown] == [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", OTHERS)
def test_a_wait_that_forgets_the_stop_hangs(name: str) -> None:
    """The lint of a policy tells it of each machine, with the shortest life that hangs."""
    spec = builtin_spec(name)
    success, failure, stopped = (primary(name, one) for one in ("succeeded", "failed", "stopped"))
    sets = StatusSets(success={success}, failure={failure})
    found = [str(defect) for defect in lint_policy(sets, spec=spec)]

    assert any(one.startswith(f"hangs at {stopped}/{stopped}") for one in found)


def test_a_machine_with_one_status_shows_that() -> None:
    """Its state is known from what was shown, one change at a time, and nothing is guessed."""
    tracker = Tracker()
    first = tracker.observe(response("processing-job"))
    last = tracker.observe({**ended("processing-job"), "LastModifiedTime": "2026-01-02T11:00:00Z"})

    assert [("InProgress", "InProgress"), ("Completed", "Completed")] == [
        change.after.pair for update in (first, last) for change in update.changes
    ]
    assert {Provenance.SEEN} == {item.provenance for item in tracker.timeline}


def test_what_follows_is_asked_for_with_one_status() -> None:
    """`next` takes the primary alone, and prints it alone."""
    told = CliRunner().invoke(next_command, ["InProgress", "--spec", "processing-job"])
    near = CliRunner().invoke(next_command, ["Stoping", "--spec", "processing-job"])

    assert ["Failed", "Completed", "Stopping", "Stopped"] == [
        line.split()[0] for line in told.output.splitlines()
    ]
    assert "did you mean 'Stopping'?" in str(near.exception)


@pytest.mark.parametrize("name", spec_names())
def test_an_arn_tells_a_tracker_its_machine(name: str) -> None:
    """So that it can be asked for before anything was observed."""
    spec = builtin_spec(name)
    arn = f"arn:aws:sagemaker:eu-west-1:123456789012:{spec.layout.resource}/{called(name)}"

    assert name == Tracker(job=arn).spec.name
    assert name == Tracker(job=arn, spec=spec).spec.name
