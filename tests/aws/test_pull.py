"""Pulling over real HTTP with real boto3: nothing is lost and nothing is there twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.lives import COMPLETED, poll
from tests.service import BROKEN, DENIED, EXPIRED, MISSING, THROTTLED, Service
from trainstate.aws import AccessError, Pulled, ServiceError, pull
from trainstate.checking.report import Verdict
from trainstate.checking.run import check
from trainstate.errors import InputError, UsageError

# A list of years ago had no LastModifiedTime, so that every job is described again.
SUMMARY = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")


def ended(count: int) -> dict[str, list[dict[str, Any]]]:
    names = [f"job-{number}" for number in range(count)]
    return {
        name: [poll(*COMPLETED, name=name, born=1_700_000_000.0 + place)]
        for place, name in enumerate(names)
    }


def names_in(path: Path) -> list[str]:
    return [json.loads(line)["TrainingJobName"] for line in path.read_text().splitlines()]


def test_every_job_is_recorded(service: Service, hours: Any, tmp_path: Path) -> None:
    """All pages are read, and each job is described."""
    service.jobs = ended(5)
    path = tmp_path / "jobs.ndjson"
    done = pull(service.client(), path, clock=hours.clock)

    assert (list(service.jobs), Pulled(listed=5, written=5)) == (names_in(path), done)


def test_what_was_pulled_is_consistent(service: Service, hours: Any, tmp_path: Path) -> None:
    """The file is one that the check reads."""
    service.jobs = ended(3)
    path = tmp_path / "jobs.ndjson"
    pull(service.client(), path, clock=hours.clock)

    assert Verdict.CONSISTENT is check(str(path)).verdict


def test_secrets_are_left_out(service: Service, hours: Any, tmp_path: Path) -> None:
    """Hyperparameters and environment variables are not written."""
    service.jobs = ended(1)
    path = tmp_path / "jobs.ndjson"
    pull(service.client(), path, clock=hours.clock)

    assert "hush" not in path.read_text()


def test_secrets_are_recorded_on_request(service: Service, hours: Any, tmp_path: Path) -> None:
    """Who asks for them gets them."""
    service.jobs = ended(1)
    path = tmp_path / "jobs.ndjson"
    pull(service.client(), path, clock=hours.clock, secrets=True)

    assert 2 == path.read_text().count("hush")


def test_a_second_run_adds_what_is_new(service: Service, hours: Any, tmp_path: Path) -> None:
    """A job at the same LastModifiedTime is not described again; one that went on is."""
    service.jobs = {"job-0": [poll("Starting", name="job-0")], **ended(3)}
    service.jobs["job-0"] = [poll("Starting", name="job-0")]
    path = tmp_path / "jobs.ndjson"
    pull(service.client(), path, clock=hours.clock)
    service.jobs["job-0"] = [poll("Starting", "Downloading", name="job-0")]
    done = pull(service.client(), path, clock=hours.clock)

    assert (Pulled(listed=3, written=1, known=2), "job-0") == (done, names_in(path)[-1])


def test_a_finished_file_stays_until_the_next_is_whole(
    service: Service, hours: Any, tmp_path: Path
) -> None:
    """A run that fails leaves the old file as it was, and its part for the next run."""
    service.jobs = ended(2)
    path = tmp_path / "jobs.ndjson"
    pull(service.client(), path, clock=hours.clock)
    old = path.read_text()
    service.jobs |= {"job-9": [poll("Starting", name="job-9")]}
    service.on_call = lambda _, arguments: (
        service.plan.append(DENIED) if arguments.get("TrainingJobName") == "job-9" else None
    )
    with pytest.raises(AccessError):
        pull(service.client(), path, clock=hours.clock)

    assert old == path.read_text()


@pytest.mark.parametrize("fault", [THROTTLED, BROKEN, EXPIRED])
def test_a_passing_fault_loses_nothing(
    service: Service, hours: Any, tmp_path: Path, fault: Any
) -> None:
    """A call that fails is made again."""
    service.jobs = ended(3)
    service.plan = [fault, fault]
    path = tmp_path / "jobs.ndjson"
    pull(service.client(), path, clock=hours.clock, renew=service.client)

    assert list(service.jobs) == names_in(path)


@pytest.mark.parametrize(("fault", "error"), [(BROKEN, ServiceError), (EXPIRED, AccessError)])
def test_a_fault_that_stays_is_an_error(
    service: Service, hours: Any, tmp_path: Path, fault: Any, error: type[Exception]
) -> None:
    """The error says that what was recorded is kept."""
    service.plan = [fault] * 1000

    with pytest.raises(error, match="is kept"):
        pull(service.client(), tmp_path / "jobs.ndjson", clock=hours.clock, patience=60)


def test_a_job_that_is_deleted_meanwhile_is_recorded_by_its_summary(
    service: Service, hours: Any, tmp_path: Path
) -> None:
    """What the list said of it is kept."""
    service.jobs = ended(2)
    service.on_call = lambda _, arguments: (
        service.plan.append(MISSING) if arguments.get("TrainingJobName") == "job-0" else None
    )
    path = tmp_path / "jobs.ndjson"
    done = pull(service.client(), path, clock=hours.clock)

    assert (["job-0", "job-1"], 1) == (names_in(path), done.gone)


def test_calls_keep_to_the_rate(service: Service, hours: Any, tmp_path: Path) -> None:
    """No more calls a second than allowed."""
    service.jobs = ended(4)
    pull(service.client(), tmp_path / "jobs.ndjson", clock=hours.clock, rate=2)

    assert pytest.approx((len(service.calls) - 1) / 2) == sum(hours.sleeps)


def test_progress_is_told(service: Service, hours: Any, tmp_path: Path) -> None:
    """The caller hears of each job."""
    service.jobs = ended(3)
    told: list[Pulled] = []
    pull(service.client(), tmp_path / "jobs", clock=hours.clock, progress=told.append)

    assert [1, 2, 3] == [done.listed for done in told]


def test_filters_reach_the_service(service: Service, hours: Any, tmp_path: Path) -> None:
    """Arguments of the list are passed on."""
    service.jobs = ended(12)
    path = tmp_path / "jobs.ndjson"
    pull(service.client(), path, clock=hours.clock, NameContains="job-1")

    assert ["job-1", "job-10", "job-11"] == names_in(path)


def test_a_job_on_two_pages_is_recorded_once(service: Service, hours: Any, tmp_path: Path) -> None:
    """A list that shifts while it is read may name a job twice."""
    service.jobs = ended(1)
    summary = {key: service.jobs["job-0"][0][key] for key in SUMMARY}
    service.plan = [(200, {"TrainingJobSummaries": [summary, summary]})]
    path = tmp_path / "jobs.ndjson"
    done = pull(service.client(), path, clock=hours.clock)

    assert (["job-0"], 2) == (names_in(path), done.listed)


def test_half_a_line_is_cut_off(service: Service, hours: Any, tmp_path: Path) -> None:
    """What a kill left unfinished is recorded anew; foreign lines stay."""
    service.jobs = ended(2)
    path = tmp_path / "jobs.ndjson"
    path.with_name("jobs.ndjson.part").write_text('not JSON\n[1]\n{"TrainingJobName": "jo')
    pull(service.client(), path, clock=hours.clock)

    assert ["not JSON", "[1]"] == path.read_text().splitlines()[:2]
    assert 4 == len(path.read_text().splitlines())


def test_a_place_that_cannot_be_written_is_an_error(service: Service, tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(InputError, match="absent"):
        pull(service.client(), tmp_path / "absent" / "jobs.ndjson")


def test_a_rate_that_makes_no_sense_is_refused(service: Service, tmp_path: Path) -> None:
    """Calls a second are above zero."""
    with pytest.raises(UsageError, match="rate"):
        pull(service.client(), tmp_path / "jobs.ndjson", rate=0)


PROGRAM = """
import sys
import boto3
from botocore.config import Config
from trainstate.aws import pull
client = boto3.client("sagemaker", region_name="us-east-1", endpoint_url=sys.argv[1],
    aws_access_key_id="key", aws_secret_access_key="secret",
    config=Config(retries={"total_max_attempts": 1}))
pull(client, sys.argv[2], rate=1000.0)
"""


def test_a_kill_loses_nothing_and_repeats_nothing(service: Service, tmp_path: Path) -> None:
    """Killed without warning again and again, the recording ends with each job once."""
    service.jobs = ended(30)
    service.page = 7
    service.pause = 0.01
    path = tmp_path / "jobs.ndjson"
    part = path.with_name("jobs.ndjson.part")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for target in (5, 12, 21):
        child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, service.url, str(path)], env=environment
        )
        deadline = time.monotonic() + 60
        while not part.exists() or part.read_bytes().count(b"\n") < target:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        with part.open("ab") as stream:
            stream.write(b'{"TrainingJobName": "half a li')
    subprocess.run(
        [sys.executable, "-c", PROGRAM, service.url, str(path)], env=environment, check=True
    )
    described = Counter(
        arguments["TrainingJobName"]
        for operation, arguments in service.calls
        if operation == "DescribeTrainingJob"
    )

    assert list(service.jobs) == names_in(path)
    assert not part.exists()
    assert max(described.values()) <= 2
