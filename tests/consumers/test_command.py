"""`trainstate consumer`: the same on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from trainstate.cli import main
from trainstate.errors import UsageError
from trainstate.testing.consumers import CourseScope, check_consumer

PLANTED = "tests.consumers.planted"
QUICK = ("--longest", "3", "--random", "0")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["consumer", *arguments])


def test_a_wrong_consumer_makes_the_exit_status_1() -> None:
    """The findings and the count of what was played are printed."""
    done = run(f"{PLANTED}:wants_a_reason", "--no-reuse", *QUICK)

    assert 1 == done.exit_code
    assert (
        "crashes: it raises an error that reports nothing; the policy allows error" in done.stdout
    )
    assert "histories of at most 3 states" in done.stdout.splitlines()[-1]


def test_a_right_consumer_makes_it_0() -> None:
    """The last line says what was played."""
    done = run(f"{PLANTED}:right", *QUICK)

    assert (0, "right, policy strict: 0 findings") == (done.exit_code, done.stdout[:32])


@pytest.mark.parametrize(
    ("option", "count"), [((), 2), (("--no-reuse",), 1), (("--no-deletion",), 0)]
)
def test_deletion_and_reuse_can_be_left_out(option: tuple[str, ...], count: int) -> None:
    """What follows a name alone is wrong only where names are given away or records go."""
    done = run(f"{PLANTED}:ignores_deleting", *QUICK, "--format", "json", *option)
    kinds = {one["course"].count("again") > 0 for one in json.loads(done.stdout)["findings"]}

    assert count == len(kinds)


def test_the_json_report_has_all_of_a_finding(tmp_path: Path) -> None:
    """It is written to a file where one is named."""
    file = tmp_path / "report.json"
    done = run(f"{PLANTED}:stopped_is_success", *QUICK, "--format", "json", "-o", str(file))
    report = json.loads(file.read_text("utf-8"))
    found = report["findings"][0]

    assert (1, 1, "strict") == (done.exit_code, report["schema"], report["policy"])
    assert report["played"]["complete"]
    assert ("misreports", "done", ["error"], "stopped-by-user") == (
        found["kind"],
        found["reported"],
        found["allowed"],
        found["outcome"],
    )
    assert {"at": 1.0, "status": "InProgress/Starting", "again": False} == found["polls"][0]


FAILED = "InProgress/Starting, Failed/Failed"


def test_who_returns_a_failure_is_told_about_outcome() -> None:
    """What is returned counts as a success: the finding says so, and how to read it."""
    text = run(f"{PLANTED}:says_false", "--course", FAILED)
    whole = run(f"{PLANTED}:says_false", *QUICK, "--format", "json")
    alone = run(f"{PLANTED}:says_false", "--course", FAILED, "--format", "json")
    hints = {one["hint"] for one in json.loads(whole.stdout)["findings"]}

    assert "--outcome MODULE:FUNCTION" in text.stdout, text.stdout
    assert "it returned False" in text.stdout
    assert hints == {json.loads(alone.stdout)["hint"]}
    assert "--outcome" in hints.pop()


def test_who_names_a_reading_or_returns_nothing_is_told_nothing_about_it() -> None:
    """The reading makes the consumer right; None says nothing that could be read."""
    read = run(f"{PLANTED}:says_false", *QUICK, "--outcome", f"{PLANTED}:as_returned")
    silent = run(f"{PLANTED}:stopped_is_success", *QUICK, "--format", "json")

    assert 0 == read.exit_code, read.stdout
    assert {None} == {one["hint"] for one in json.loads(silent.stdout)["findings"]}


def test_one_course_is_played_alone() -> None:
    """Text and JSON, each with the exit status."""
    course = "InProgress/Starting, Stopping/Stopping, Stopped/Stopped"
    text = run(f"{PLANTED}:stopped_is_success", "--course", course)
    other = run(
        *(f"{PLANTED}:stopped_is_success", "--course", course),
        *("--policy", "botocore", "--format", "json"),
    )

    assert (1, "misreports") == (text.exit_code, text.stdout[:10])
    assert (0, None) == (other.exit_code, json.loads(other.stdout)["kind"])


def test_an_adapter_and_a_reading_are_named_alike() -> None:
    """A class stands for the object with its defaults."""
    adapters = "trainstate.testing.consumers.adapters"
    done = run(
        *(f"{adapters}:BotocoreWaiter", "--outcome", f"{adapters}:airflow_outcome"),
        *("--course", "InProgress/Starting, Failed/Failed"),
    )

    assert (0, "nothing is wrong") == (done.exit_code, done.stdout.splitlines()[0])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("planted",), "Expected module:function but got 'planted'"),
        (("nowhere:wait",), "cannot be imported"),
        ((f"{PLANTED}:nothing",), "has no nothing"),
        ((f"{PLANTED}:INTERVAL",), "to be a function"),
        ((f"{PLANTED}:right", "--course", "InProgress"), "Expected a state"),
    ],
)
def test_misuse_is_told(arguments: tuple[str, ...], says: str) -> None:
    """The exit status is 2, and the error says what was expected."""
    done = run(*arguments)

    assert (2, True) == (done.exit_code, says in done.stderr)


@pytest.mark.parametrize("operation", ["describe_auto_ml_job_v2", "describe_auto_ml_job"])
def test_code_that_waits_for_what_the_simulator_lacks_is_refused(operation: str) -> None:
    """That such a job is missing is no mistake of the code."""

    def wait(client: Any, name: str) -> None:
        getattr(client, operation)(AutoMLJobName=name)

    with pytest.raises(
        UsageError, match=r"calls DescribeAutoMLJob.*, but a training-job is played"
    ):
        check_consumer(wait, scope=CourseScope(longest=2, random=0))


def test_a_course_of_another_machine_is_refused() -> None:
    """Code that waits for a processing job is not played a training job's course."""
    done = run("tests.consumers.test_other_machines:hangs_on_stopped", "--course", FAILED)

    assert (2, True) == (done.exit_code, "calls DescribeProcessingJob" in done.stderr)
