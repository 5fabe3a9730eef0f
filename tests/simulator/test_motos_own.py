"""moto's own tests of training jobs pass on the plugin, once they assert none of its inventions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "moto.md"
CONFTEST = """
import boto3
import pytest
from moto.core.config import default_user_config

from trainstate.simulator.moto import legal_jobs

# As moto's own tests have it: the session stays.
default_user_config["core"]["reset_boto3_session"] = False


@pytest.fixture(autouse=True)
def time_passes():
    with legal_jobs() as jobs:
        boto3.setup_default_session()
        events = boto3.DEFAULT_SESSION.events
        for operation, passes in (("CreateTrainingJob", "1s"), ("DescribeTrainingJob", "1h")):
            events.register(
                f"before-parameter-build.sagemaker.{operation}",
                lambda passes=passes, **_: jobs.clock.advance(passes) and None,
            )
        yield
"""
LEGAL = {
    r"role_arn=\w*arn\w*": "role_arn=FAKE_ROLE_ARN",
    "000000000000": "123456789012",
}
"""What makes the requests those of an account."""

INVENTED: dict[str, dict[str, str]] = {
    "ARNs with the name as it was sent": {
        r"training-job/\{training_job_name\}": "training-job/{training_job_name.lower()}"
    },
    "`MetricDefinitions` and `FinalMetricDataList` of a request that has no metrics": {
        r"\n    assert \"(MetricDefinitions|Name|Regex)\" in resp\[\"Algorithm.*": "",
        r"\n    assert .* in resp\[\"FinalMetricDataList\"\]\[0\]": "",
        r"\n    assert \"FinalMetricDataList\" in resp": "",
    },
    "`OutputDataConfig` as it was sent": {
        r"== output_data_config\b": '== {**output_data_config, "KmsKeyId": ""}'
    },
    "a list without an order shows the oldest first": {
        r"client\.list_training_jobs\(": 'client.list_training_jobs(SortOrder="Ascending", '
    },
    "its own texts where a status or a token is refused, or a job is missing": {
        r"== expected_error": 'and "enum value set" in expected_error',
        r"'Invalid pagination token because .*'": "'The NextToken is not one that this list gave.'",
        r"\"Could not find training job .*\n.*": '"Requested resource not found."',
    },
}
"""What moto asserts and the service does not do, by the words of the page; what it does instead."""


@pytest.mark.slow
def test_motos_own_tests_pass_without_its_inventions(tmp_path: Path) -> None:
    """Each row of the page is needed, and no other change is."""
    folder = os.environ.get("TRAINSTATE_MOTO_TESTS")
    if folder is None:
        pytest.skip("no TRAINSTATE_MOTO_TESTS: the folder `tests` of moto's source")
    text = (Path(folder) / "test_sagemaker" / "test_sagemaker_training.py").read_text()
    for change, instead in LEGAL.items():
        text = re.sub(change, instead, text)
    for asserted, changes in INVENTED.items():
        assert f"| {asserted} |" in HOW_TO.read_text()
        for change, instead in changes.items():
            text, count = re.subn(change, instead, text)
            assert count, change
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_training.py").write_text(text)
    environment = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "testing")
    environment |= {"AWS_DEFAULT_REGION": "us-east-1", "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."],
        cwd=tmp_path,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert 0 == done.returncode, done.stdout[-5_000:]
    assert re.search(r"\b1\d passed", done.stdout)
