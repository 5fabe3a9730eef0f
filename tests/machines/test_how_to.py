"""The how-to "Add a machine", followed to its end: a compilation job is judged."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import trainstate
from trainstate.aws.service_model import installed_drift
from trainstate.spec.load import load_spec
from trainstate.track import Tracker

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/how-to/add-a-machine.md").read_text("utf-8")
TIMES = ("CreationTime", "LastModifiedTime", "CompilationStartTime", "CompilationEndTime")
TIME = """
[[member]]
name = "{name}"
role = "{role}"
type = "timestamp"
evidence = "documented"
sources = ["api"]
"""


def shown(status: str, minute: int) -> dict[str, Any]:
    return {
        "CompilationJobName": "neo",
        "CompilationJobArn": "arn:aws:sagemaker:us-east-1:123456789012:compilation-job/neo",
        "CompilationJobStatus": status,
        "CreationTime": "2026-01-02T10:00:00Z",
        "LastModifiedTime": f"2026-01-02T10:{minute:02}:00Z",
    }


LEGAL = [shown("STARTING", 0), shown("INPROGRESS", 1), shown("COMPLETED", 2)]
LEFT = [*LEGAL, shown("INPROGRESS", 3)]


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """The file that the guide makes."""
    written = re.findall(r"```(?:toml|text)\n(\[.*?)```", GUIDE, re.DOTALL)
    roles = {name: "identity" if name == TIMES[0] else "time" for name in TIMES}
    times = [TIME.format(name=name, role=role) for name, role in roles.items()]
    file = tmp_path / "compilation_job.toml"
    file.write_text("\n".join([*written, *times]), encoding="utf-8")
    return file


def test_the_file_judges_its_jobs(facts: Path) -> None:
    """A legal life is consistent, an end that is left is not, and a waiter knows the outcome."""
    spec = load_spec(facts)
    tracker = Tracker(spec=spec)
    for response in LEGAL:
        tracker.observe(response)

    assert "CONSISTENT" == trainstate.check(LEGAL, spec=spec).verdict
    assert ["TS604"] == [found.code for found in trainstate.check(LEFT, spec=spec)]
    assert "succeeded" == tracker.outcome


def test_the_documented_spelling_is_known(facts: Path) -> None:
    """The page of StopCompilationJob writes Stopping: an alias of a primary status."""
    spec = load_spec(facts)
    report = trainstate.check([LEGAL[0], shown("Stopping", 1)], spec=spec)

    assert "CONSISTENT" == report.verdict


def test_drift_names_what_the_file_lacks(facts: Path) -> None:
    """The installed botocore has members that the guide leaves to the reader."""
    drift = installed_drift(load_spec(facts))

    assert "FailureReason" in set(drift.members) - set(load_spec(facts).member_by_name)


def test_in_the_package_it_is_recognised(facts: Path, tmp_path: Path) -> None:
    """Beside the other files of facts it is a machine like theirs, without a line of Python."""
    package = tmp_path / "checkout" / "trainstate"
    shutil.copytree(ROOT / "trainstate", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(facts, package / "data")
    recording = tmp_path / "mix.json"
    training = {"TrainingJobName": "a", "TrainingJobStatus": "InProgress"}
    recording.write_text(json.dumps([training, *LEFT]), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "trainstate", "check", "--isolated", str(recording)],
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1 training-job, 1 compilation-job" in found.stdout, found.stdout + found.stderr
    assert "COMPLETED, which ended the job" in found.stdout
