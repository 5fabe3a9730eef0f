"""The waiting code of libraries: what is found in it where they are installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from trainstate.testing.consumers import (
    CourseScope,
    FindingKind,
    MissingLibraryError,
    check_consumer,
    replay,
)
from trainstate.testing.consumers.adapters import (
    AirflowHook,
    AirflowSensor,
    AirflowTrigger,
    BotocoreWaiter,
    SdkV2Logs,
    SdkV2Wait,
    SdkV3Logs,
    SdkV3TrainerWait,
    SdkV3Wait,
    airflow_outcome,
)
from trainstate.track import BOTOCORE, Action

SCRIPTS = Path(__file__).parents[2] / "examples" / "findings" / "consumers"
COMPLETED = "InProgress/Starting, InProgress/Training, InProgress/Uploading, Completed/Completed"


def installed(module: str) -> bool:
    """Holds if a module could be imported; its parents are, to look."""
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False


MODULES = {
    "botocore_waiter": "botocore",
    "sdk_v2": "sagemaker.estimator",
    "sdk_v3": "sagemaker.core.resources",
    "airflow_provider": "airflow.providers.amazon",
    "wandb_launch": "wandb",
}
ADAPTERS = [
    *((adapter(), MODULES["sdk_v2"]) for adapter in (SdkV2Wait, SdkV2Logs)),
    *((adapter(), MODULES["sdk_v3"]) for adapter in (SdkV3Wait, SdkV3Logs, SdkV3TrainerWait)),
    (SdkV3Wait(logs=True), MODULES["sdk_v3"]),
    (SdkV3TrainerWait(jupyter=True), MODULES["sdk_v3"]),
    *((adapter(), MODULES["airflow_provider"]) for adapter in (AirflowHook, AirflowSensor)),
    (AirflowTrigger(), "aiobotocore"),
]


def test_botocore_s_waiter_is_what_its_policy_says() -> None:
    """Under the policy named after it there is nothing but names that are given away."""
    scope = CourseScope(longest=4, random=40)
    report = check_consumer(BotocoreWaiter(), policy=BOTOCORE, scope=scope)

    assert report.findings
    assert all(finding.polls[-1].again for finding in report.findings), str(report)


def test_botocore_s_waiter_takes_a_stop_for_a_success() -> None:
    """Under the strict policy that is the first finding."""
    report = check_consumer(BotocoreWaiter(), scope=CourseScope(longest=3, random=0))
    found = report.findings[0]

    assert (FindingKind.MISREPORTS, "InProgress/Starting, InProgress/Pending, Stopped/Stopped") == (
        found.kind,
        str(found.course),
    )


@pytest.mark.parametrize(("adapter", "module"), ADAPTERS, ids=str)
def test_an_adapter_waits_to_the_end_of_a_plain_job(adapter: Any, module: str) -> None:
    """A job that completes in the plainest way is reported as a success by all."""
    if not installed(module):
        pytest.skip(f"{module} is not installed")
    played = replay(adapter, COMPLETED, outcome=airflow_outcome, quiet=True)

    assert played.judgement is None, str(played)


@pytest.mark.parametrize(("adapter", "module"), ADAPTERS, ids=str)
def test_an_adapter_without_its_library_says_what_to_install(adapter: Any, module: str) -> None:
    """The error names the package, its versions, and the command."""
    if installed(module):
        pytest.skip(f"{module} is installed")
    played = replay(adapter, COMPLETED)

    assert isinstance(played.ending.error, MissingLibraryError)
    assert "installed" in str(played.ending.error)
    assert "pip install '" in str(played.ending.error)


@pytest.mark.parametrize("script", MODULES)
def test_a_script_confirms_its_findings(script: str, tmp_path: Path) -> None:
    """Every claim of the page about consumers is shown by running the library."""
    if not installed(MODULES[script]):
        pytest.skip(f"{MODULES[script]} is not installed; see requirements-*.txt of the scripts")
    done = subprocess.run(
        [sys.executable, SCRIPTS / f"{script}.py"],
        capture_output=True,
        text=True,
        check=False,
        env={"AIRFLOW_HOME": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )

    assert (0, "all confirmed") == (done.returncode, done.stdout.rstrip().splitlines()[-1])


@pytest.mark.parametrize(
    ("value", "error", "action"),
    [
        (None, None, Action.DONE),
        ({"status": "success"}, None, Action.DONE),
        ({"status": "failure"}, None, Action.ERROR),
        ({"status": "timeout"}, None, Action.ERROR),
        (None, ValueError(), Action.ERROR),
    ],
)
def test_airflow_s_reports_are_read(
    value: Any, error: BaseException | None, action: Action
) -> None:
    """An event whose status is no success is a failure that was reported."""
    assert action is airflow_outcome(value, error)
