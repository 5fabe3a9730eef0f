"""Code that waits for processing, transform and tuning jobs, which have one status."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

import trainstate as ts
from tests.consumers.test_right import reading
from trainstate.aws import Timing, wait
from trainstate.spec.load import builtin_spec
from trainstate.testing.consumers import (
    ConsumerReport,
    CourseScope,
    FindingKind,
    check_consumer,
    course,
    replay,
)
from trainstate.testing.consumers.adapters import BotocoreWaiter
from trainstate.track import BOTOCORE

MACHINES = ("processing-job", "transform-job", "tuning-job")
PLAIN = CourseScope(random=20, reuse=False)
STOPPED = {
    "processing-job": "InProgress, Stopped; processing-job",
    "transform-job": "InProgress, Stopping, Stopped; transform-job",
    "tuning-job": "InProgress, Stopping, Stopped; tuning-job",
}


class JobFailed(Exception):
    """A report: the job has ended, and not well."""


def described(client: Any, name: str, machine: str) -> dict[str, Any]:
    layout = builtin_spec(machine).layout
    method = re.sub(r"(?<!^)([A-Z])", r"_\1", layout.operation).lower()
    response: dict[str, Any] = getattr(client, method)(**{layout.name: name})
    return response


def waiting(machine: str, failures: set[str], active: set[str]) -> Callable[[Any, str], None]:
    """A loop on the status: what it takes for a failure, and what it waits at."""

    def loop(client: Any, name: str) -> None:
        member = builtin_spec(machine).layout.primary
        while (status := described(client, name, machine)[member]) in active:
            time.sleep(30)
        if status in failures:
            raise JobFailed(status)

    return loop


def hangs_on_stopped(client: Any, name: str) -> None:
    """Knows two ends of a processing job."""
    loop = waiting("processing-job", {"Failed"}, {"InProgress", "Stopping", "Stopped"})
    loop(client, name)


def wants_a_reason(client: Any, name: str) -> None:
    """Reads why a tuning job failed, also where it was stopped."""
    while True:
        response = described(client, name, "tuning-job")
        status = response["HyperParameterTuningJobStatus"]
        if status == "Completed":
            assert response["BestTrainingJob"]["TrainingJobName"]
            return
        if status in ("Failed", "Stopped"):
            raise JobFailed(response["FailureReason"])
        time.sleep(30)


def found(report: ConsumerReport) -> list[tuple[FindingKind, str]]:
    return [(finding.kind, str(finding.course)) for finding in report.findings]


@pytest.mark.parametrize("machine", MACHINES)
def test_a_right_loop_is_left_alone(machine: str) -> None:
    """Its machine is known by what it asks for."""
    right = waiting(machine, {"Failed", "Stopped"}, {"InProgress", "Stopping"})
    report = check_consumer(right, scope=CourseScope(reuse=False))

    assert [] == found(report)
    assert report.courses > 2 * report.exhaustive > 5


@pytest.mark.parametrize("machine", MACHINES)
def test_a_stop_that_counts_as_a_success_is_found(machine: str) -> None:
    """As in the plain wait of Airflow; the shortest history is shown."""
    airflow = waiting(machine, {"Failed"}, {"InProgress", "Stopping"})

    assert [(FindingKind.MISREPORTS, STOPPED[machine])] == found(
        check_consumer(airflow, scope=PLAIN)
    )
    assert [] == found(check_consumer(airflow, scope=PLAIN, policy=BOTOCORE))


@pytest.mark.parametrize("machine", MACHINES)
def test_a_wait_that_ends_while_the_job_is_stopping_is_found(machine: str) -> None:
    """Two polls read one history: the job goes on."""
    early = waiting(machine, {"Failed", "Stopped"}, {"InProgress"})

    assert FindingKind.EARLY in dict(found(check_consumer(early, scope=PLAIN)))


def test_a_loop_that_knows_two_ends_is_found() -> None:
    """It hangs at the third."""
    report = check_consumer(hangs_on_stopped, scope=PLAIN)

    assert [(FindingKind.HANGS, STOPPED["processing-job"])] == found(report)


def test_a_member_that_is_not_there_is_found() -> None:
    """A stopped tuning job has no reason; a completed one has its best training job."""
    report = check_consumer(wants_a_reason, scope=PLAIN)

    assert [(FindingKind.CRASHES, STOPPED["tuning-job"])] == found(report)


@pytest.mark.parametrize("machine", ["processing-job", "transform-job"])
def test_boto3_s_waiter_is_what_its_policy_says(machine: str) -> None:
    """It takes a stopped job for a success, and a failed one for a failure."""
    waiter = BotocoreWaiter(name=f"{machine.replace('-', '_')}_completed_or_stopped")

    assert [(FindingKind.MISREPORTS, STOPPED[machine])] == found(
        check_consumer(waiter, scope=PLAIN)
    )
    assert [] == found(check_consumer(waiter, scope=PLAIN, policy=BOTOCORE))


@pytest.mark.parametrize("machine", MACHINES)
def test_the_package_s_own_wait_is_right(machine: str) -> None:
    """`trainstate.aws.wait` says of every course what the strict policy says."""

    def own(client: Any, name: str) -> None:
        clock = Timing(now=time.monotonic, sleep=time.sleep)
        wait(client, name, spec=builtin_spec(machine), clock=clock)

    assert [] == found(check_consumer(own, outcome=reading))


@pytest.mark.parametrize("accept", [None, "inferred"])
@pytest.mark.parametrize("machine", MACHINES)
def test_what_a_consumer_reads_is_legal(machine: str, accept: Any) -> None:
    """No rule has an error or a warning on what any course shows."""
    jobs: list[list[dict[str, Any]]] = []

    def collects(client: Any, name: str) -> None:
        seen: dict[Any, list[dict[str, Any]]] = {}
        for _ in range(8):
            try:
                response = described(client, name, machine)
            except client.exceptions.ClientError:
                continue
            seen.setdefault(response["CreationTime"], []).append(response)
            time.sleep(45)
        jobs.extend(seen.values())

    scope = CourseScope(machine=machine, accept=accept)
    check_consumer(collects, scope=scope, outcome=lambda _value, _error: None)
    wrong = [str(one) for job in jobs for one in ts.check(job) if one.severity != "info"]

    assert len(jobs) > 60
    assert [] == wrong


def test_a_course_has_its_machine_in_its_text() -> None:
    """It is played again from the text alone."""
    text = "InProgress, Stopping x2, (Stopped), gone; processing-job"
    played = replay(hangs_on_stopped, text, polls=3)

    assert text == str(course(text))
    assert ["InProgress", "Stopping", "Stopping", None] == [
        poll.as_dict()["status"] for poll in played.polls
    ]
