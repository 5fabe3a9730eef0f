"""The scripts of examples/findings reproduce what the pages say, where their packages are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "findings"
SHARED = {"moto_jobs.py", "local_sdk.py"}
SCRIPTS = sorted(file.name for file in FOLDER.glob("*.py") if file.name not in SHARED)
NEEDS = {"moto": "moto", "local": "sagemaker"}
PAGE = ROOT / "docs" / "findings" / "simulators.md"


@pytest.mark.parametrize("name", [n for n in SCRIPTS if n.partition("_")[0] in NEEDS])
def test_a_finding_is_reproduced(name: str) -> None:
    """The script runs alone and ends with `reproduced`."""
    package = NEEDS[name.partition("_")[0]]
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed: it is large, and no dependency of the tests")
    ran = subprocess.run(
        [sys.executable, str(FOLDER / name)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert "reproduced" == ran.stdout.splitlines()[-1]


def test_the_page_names_every_script() -> None:
    """No script is without its report, and no report without its script."""
    named = set(re.findall(r"^`(\w+\.py)`\.", PAGE.read_text("utf-8"), re.MULTILINE))
    ours = {name for name in SCRIPTS if name.partition("_")[0] in NEEDS}

    assert ours == named
