"""moto's known defects are found on a first run, each by its rule, in a small program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from trainstate.testing.fuzzing import FuzzReport, fuzz
from trainstate.testing.fuzzing.targets import moto

# The defects by their numbers, and the findings that show them.
KNOWN = {
    "S1": "last-entry-mismatch",
    "S2": "training-start-mismatch missing-training-time",
    "S3": "spot-never-interrupted created-differently",
    "S4": "unimplemented-operation",
    "S5": "taken-name-accepted",
    "S6": "list-out-of-order",
    "S7": "born-finished",
    "S14": "misleading-refusal",
}


@pytest.fixture(scope="module")
def report() -> FuzzReport:
    """A run of the first programs."""
    return fuzz(moto(), max_examples=78)


@pytest.mark.parametrize("number", KNOWN)
def test_a_known_defect_is_found(report: FuzzReport, number: str) -> None:
    """The defect has its findings, none of them by luck."""
    found = {discovery.finding.name: discovery for discovery in report}

    for name in KNOWN[number].split():
        assert found[name].reproducible
        assert len(found[name].program.calls) <= 3


def test_it_takes_less_than_a_minute(report: FuzzReport) -> None:
    """The first run ends within the time that it has by default."""
    assert report.seconds < 60


def test_a_script_shows_the_finding(report: FuzzReport, tmp_path: Path) -> None:
    """The program as Python runs alone, and prints the finding."""
    script = next(d.script for d in report if d.finding.name == "last-entry-mismatch")
    file = tmp_path / "found.py"
    file.write_text(script, encoding="utf-8")
    ran = subprocess.run([sys.executable, file], capture_output=True, text=True, check=True)

    assert "TS304 last-entry-mismatch" in ran.stdout
