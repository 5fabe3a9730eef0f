"""Consumers with planted faults are found, in a process of their own.

Some of them block or spin in threads that nobody can end; whatever ran in the same process
afterwards would have them beside it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_planted_faults_are_found() -> None:
    """All cases of `planted_cases.py` pass, of which there are more than fifteen."""
    cases = ["tests/consumers/planted_cases.py", "--quiet", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *cases],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    passed = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)

    assert 0 == done.returncode, done.stdout[-2000:] + done.stderr[-1000:]
    assert int(passed[1] if passed else 0) > 15, done.stdout[-500:]
