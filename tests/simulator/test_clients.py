"""Clients that no one here wrote talk to the server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.served import Serve

COURSES = Path(__file__).parents[2] / "examples" / "clients"


def output(*command: str, cwd: Path | None = None, **environment: str) -> str:
    """What a client's course prints; its failure fails the test."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_boto3_runs_its_course(serve: Serve) -> None:
    """Created, waited for, stopped, listed with pages, refused, deleted."""
    url, _ = serve("--speed", "600")
    said = output(sys.executable, str(COURSES / "boto3_course.py"), url)

    assert "deleted" == said.splitlines()[-1]
    assert "[2, 1]" in said


@pytest.mark.slow
def test_the_aws_cli_runs_its_course(serve: Serve) -> None:
    """The same with the command line, and `wait training-job-completed-or-stopped` ends."""
    aws = os.environ.get("TRAINSTATE_AWS_CLI") or shutil.which("aws")
    if aws is None:
        pytest.skip("no AWS CLI: pip install awscli, or name it in TRAINSTATE_AWS_CLI")
    # Each call of the CLI takes a second or so: the jobs last until all of them are made.
    url, _ = serve("--speed", "400", "--scenario", "on_demand().training('55m').then_completed()")
    said = output("sh", str(COURSES / "awscli.sh"), url, AWS=aws, PAUSE="10")

    assert "deleted" == said.splitlines()[-1]


@pytest.mark.slow
def test_the_javascript_sdk_runs_its_course(serve: Serve, tmp_path: Path) -> None:
    """The same with @aws-sdk/client-sagemaker; times are dates, errors have their names."""
    modules = os.environ.get("TRAINSTATE_NODE_MODULES")
    node = shutil.which("node")
    if node is None or modules is None:
        pytest.skip(
            "no node, or no TRAINSTATE_NODE_MODULES: npm install @aws-sdk/client-sagemaker,"
            " and name its folder node_modules there"
        )
    (tmp_path / "node_modules").symlink_to(modules)
    shutil.copy(COURSES / "javascript.mjs", tmp_path)
    url, _ = serve("--speed", "600")

    assert "deleted" == output(node, "javascript.mjs", url, cwd=tmp_path).splitlines()[-1]
