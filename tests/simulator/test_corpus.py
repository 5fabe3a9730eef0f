"""Corpora from the simulator: what polls of a fleet of simulated jobs show."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

import trainstate
from trainstate.cli.main import main
from trainstate.simulator.corpus import AT_ONCE, recorded


def test_every_job_is_polled_so_often() -> None:
    """Also those of a second service; the lines are of the service's own form."""
    lines = [json.loads(line) for line in recorded(jobs=AT_ONCE + 3, polls=4)]
    counted = Counter(line["TrainingJobName"] for line in lines)

    assert {4} == set(counted.values())
    assert AT_ONCE + 3 == len(counted)
    assert isinstance(lines[0]["CreationTime"], float)


def test_a_seed_gives_the_same_lines() -> None:
    """And another seed others."""
    one, same, other = (list(recorded(jobs=6, polls=3, seed=seed)) for seed in (1, 1, 2))

    assert one == same
    assert one != other


def test_what_the_simulator_shows_is_consistent(tmp_path: Path) -> None:
    """The command writes a file that the check passes, with every kind of end in it."""
    path = tmp_path / "fleet.ndjson"
    words = ["generate", "--source", "simulator", "--jobs", "120", "--polls", "30", "-o", str(path)]
    result = CliRunner().invoke(main, words)
    report = trainstate.check(path)
    ends = {json.loads(line)["SecondaryStatus"] for line in path.read_text().splitlines()}

    assert (0, "") == (result.exit_code, result.output)
    assert (0, 0, "CONSISTENT") == (
        report.summary.errors,
        report.summary.warnings,
        str(report.verdict),
    )
    assert {"Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "Interrupted"} <= ends


@pytest.mark.parametrize("option", [("--faults", "0.1"), ("--format", "parquet")])
def test_what_the_simulator_does_not_do_is_refused(option: tuple[str, str], tmp_path: Path) -> None:
    """It tells no lies, and its lines are JSON."""
    words = ["generate", "--source", "simulator", *option, "-o", str(tmp_path / "x")]
    result = CliRunner().invoke(main, words)

    assert (2, True) == (result.exit_code, "plants no faults" in result.output)
