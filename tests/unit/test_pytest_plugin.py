"""The pytest plugin: what a user's tests with ``job_history`` do, run as a user runs them."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

# The module is imported before the inner runs: they forget what they import themselves.
import trainstate.testing.plugin  # noqa: F401

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
JOB = """
import pytest

NAME = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-1"


def at(status, *, secondary=None, reason=None):
    ended = status == "Failed"
    entries = [{"Status": "Starting", "StartTime": 1767348000.0}]
    if ended:
        entries[0]["EndTime"] = 1767348060.0
        entries.append({"Status": status, "StartTime": 1767348060.0, "EndTime": 1767348060.0})
    response = {
        "TrainingJobName": "job-1",
        "TrainingJobArn": NAME,
        "TrainingJobStatus": status,
        "SecondaryStatus": secondary or entries[-1]["Status"],
        "CreationTime": 1767348000.0,
        "LastModifiedTime": entries[-1]["StartTime"],
        "SecondaryStatusTransitions": entries,
        "RoleArn": "arn:aws:iam::123456789012:role/train",
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/path"},
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
    }
    if ended:
        response["TrainingEndTime"] = 1767348060.0
    if reason:
        response["FailureReason"] = reason
    return response
"""


def run(pytester: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    """The result of a run of one test file, with the plugin and without the project's settings."""
    pytester.makepyfile(JOB + test)
    loaded = "-ptrainstate_pytest"
    return pytester.runpytest_inprocess(loaded, "-pno:cacheprovider", "--strict-markers", *options)


LEGAL = """
def test_legal(job_history):
    job_history.add(at("InProgress"))
    job_history.add(at("Failed", reason="AlgorithmError"))
"""
SILENT = """
def test_silent(job_history):
    job_history.add(at("InProgress"))
    job_history.add(at("Failed"))
"""


def test_a_legal_history_passes(pytester: pytest.Pytester) -> None:
    """A test whose responses a run explains passes."""
    run(pytester, LEGAL).assert_outcomes(passed=1)


def test_a_history_with_an_error_fails_the_test(pytester: pytest.Pytester) -> None:
    """The test fails (it is no error of its teardown), and the report is the failure's text."""
    result = run(pytester, SILENT)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*TS501 missing-failure-reason*", "*help:*"])


@pytest.mark.parametrize("rule", ["missing-failure-reason", "TS501"])
def test_the_marker_accepts_a_rule(pytester: pytest.Pytester, rule: str) -> None:
    """A finding of a named rule does not fail the test."""
    run(
        pytester, f"pytestmark = pytest.mark.trainstate_accept({rule!r})\n" + SILENT
    ).assert_outcomes(passed=1)


def test_the_marker_accepts_no_other_rule(pytester: pytest.Pytester) -> None:
    """A finding of a rule that is not named still fails the test."""
    marked = "pytestmark = pytest.mark.trainstate_accept('TS502')\n"

    run(pytester, marked + SILENT).assert_outcomes(failed=1)


def test_an_unknown_rule_in_the_marker_is_named(pytester: pytest.Pytester) -> None:
    """A misspelt rule fails the test instead of accepting nothing silently."""
    result = run(pytester, "pytestmark = pytest.mark.trainstate_accept('no-such')\n" + LEGAL)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*UnknownNameError*no-such*"])


def test_what_is_no_response_fails_the_test_alone(pytester: pytest.Pytester) -> None:
    """It is no error of the teardown too, neither with the coverage."""
    wrong = "def test_wrong(job_history):\n    job_history.add(5)\n"
    result = run(pytester, wrong, "--trainstate-coverage")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*job_history.add(5)*", "*InputError*"])


def test_a_test_that_fails_by_itself_shows_the_report_too(pytester: pytest.Pytester) -> None:
    """The test's own failure stays the failure; the report is a section below it."""
    result = run(pytester, SILENT + "    assert 'own reason' == ''\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*own reason*", "*trainstate teardown*", "*TS501*"])


def test_a_history_in_another_fixture_is_checked(pytester: pytest.Pytester) -> None:
    """The history counts when a fixture of the user's asks for it."""
    fixture = """
@pytest.fixture
def recorded(job_history):
    job_history.add(at("Failed"))

def test_with_it(recorded):
    pass
"""
    run(pytester, fixture).assert_outcomes(failed=1)


def test_responses_are_copied(pytester: pytest.Pytester) -> None:
    """What the code under test does to a response afterwards is not judged."""
    changed = """
def test_changes(job_history):
    response = at("InProgress")
    job_history.add(response)
    response["TrainingJobStatus"] = "Completed"
"""
    run(pytester, changed).assert_outcomes(passed=1)


def test_a_client_is_watched_until_the_test_ends(pytester: pytest.Pytester) -> None:
    """DescribeTrainingJob responses of a boto3 client are collected; refusals are not."""
    watching = """
import boto3
from botocore.exceptions import ClientError
from trainstate.simulator import on_demand, simulate

CLIENT = boto3.client("sagemaker", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
SEEN = []

def test_watches(job_history):
    scenario = on_demand().then_completed(after="10m")
    with simulate(scenario) as sm:
        sm.attach(CLIENT)
        assert CLIENT is job_history.watch(CLIENT)
        with pytest.raises(ClientError):
            CLIENT.describe_training_job(TrainingJobName="job-1")
        CLIENT.create_training_job(**scenario.request("job-1"))
        CLIENT.describe_training_job(TrainingJobName="job-1")
        sm.clock.advance("1h")
        CLIENT.describe_training_job(TrainingJobName="job-1")
    assert 2 == len(job_history.responses)
    assert "CONSISTENT" == job_history.report().verdict
    SEEN.append(job_history)

def test_is_left_alone():
    scenario = on_demand().then_completed(after="10m")
    with simulate(scenario) as sm:
        client = sm.client()
        SEEN[0].watch(client)
        SEEN[0].close()
        client.create_training_job(**scenario.request("job-1"))
        client.describe_training_job(TrainingJobName="job-1")
    assert 2 == len(SEEN[0].responses)
"""
    run(pytester, watching).assert_outcomes(passed=2)


def test_the_coverage_shows_what_was_visited_and_what_never(pytester: pytest.Pytester) -> None:
    """Statuses, pairs and transitions of the run are counted against the specification."""
    result = run(pytester, LEGAL, "--trainstate-coverage")

    result.stdout.fnmatch_lines(
        [
            "*trainstate coverage*",
            "statuses: 2 of * visited",
            "  visited: Starting, Failed",
            "  never: *Downloading*",
            "pairs: 2 of * visited",
            "  visited: InProgress/Starting, Failed/Failed",
            "transitions: 1 of * visited",
            "  visited: Starting -> Failed",
        ]
    )


def test_without_the_option_there_is_no_coverage(pytester: pytest.Pytester) -> None:
    """The section is printed on request only."""
    run(pytester, LEGAL).stdout.no_fnmatch_line("*trainstate coverage*")


def test_the_coverage_of_workers_is_one(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under pytest-xdist the summary has what the workers visited."""
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    result = run(pytester, LEGAL, "-n1", "--trainstate-coverage")

    result.stdout.fnmatch_lines(["  visited: Starting -> Failed"])


def test_a_project_without_the_fixture_imports_nothing() -> None:
    """Loading the plugin imports neither the package nor Hypothesis: coverage stays whole."""
    asked = (
        "import sys, trainstate_pytest as p;"
        "sys.exit(str({'trainstate', 'hypothesis', 'attr', 'attrs'} & set(sys.modules) or ''))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert "" == ran.stderr.strip()


def test_the_plugin_is_an_entry_point() -> None:
    """pytest finds the plugin by the metadata of the package."""
    metadata = configparser.ConfigParser()
    metadata.read(ROOT / "setup.cfg", encoding="utf-8")
    points = metadata["options.entry_points"]["pytest11"]

    assert ["trainstate_pytest = trainstate_pytest"] == points.strip().splitlines()
