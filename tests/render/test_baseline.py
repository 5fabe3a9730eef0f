"""Baselines: what is known does not count, what is new does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.render.recordings import bad, good, run, write


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A recording with findings, and the baseline that knows them."""
    jobs, known = str(write(tmp_path / "jobs.jsonl", [good(), bad()])), str(tmp_path / "known.json")
    run("check", jobs, "--baseline", known, "--baseline-mode", "write")
    return jobs, known


def test_writing_succeeds_whatever_is_found(tmp_path: Path) -> None:
    """The run that writes a baseline exits with 0: all it found is known now."""
    jobs = write(tmp_path / "jobs.jsonl", [bad()])
    known = tmp_path / "known.json"
    result = run("check", str(jobs), "--baseline", str(known), "--baseline-mode", "write")

    assert (0, True) == (result.exit_code, bool(json.loads(known.read_text())["findings"]))


def test_known_findings_do_not_count(files: tuple[str, str]) -> None:
    """With a baseline the same recording is no failure, and its findings are not shown."""
    jobs, known = files
    result = run("check", jobs, "--baseline", known)

    assert (0, False) == (result.exit_code, "TS301" in result.stdout)


def test_the_totals_are_of_what_is_new(files: tuple[str, str]) -> None:
    """The counts of findings leave known ones out; the verdict of the job stays what it is."""
    jobs, known = files
    report = json.loads(run("check", jobs, "--baseline", known, "--format", "json").stdout)

    assert (0, 0, 1) == tuple(report["summary"][n] for n in ("errors", "warnings", "inconsistent"))
    assert [] == report["findings"]


def test_a_new_finding_counts(files: tuple[str, str]) -> None:
    """A finding that the baseline lacks is shown and makes the exit status 1."""
    jobs, known = files
    another = json.loads(json.dumps(bad()).replace('"bad"', '"worse"').replace("/bad", "/worse"))
    write(Path(jobs), [good(), bad(), another])
    result = run("check", jobs, "--baseline", known, "--format", "github")

    assert 1 == result.exit_code
    assert all("worse" in line for line in result.stdout.splitlines())


def test_a_line_that_moves_is_still_known(files: tuple[str, str]) -> None:
    """The place in the file is no part of a finding's identity."""
    jobs, known = files
    write(Path(jobs), [bad(), good()])

    assert 0 == run("check", jobs, "--baseline", known).exit_code


def test_pruning_drops_what_is_gone(files: tuple[str, str]) -> None:
    """Pruning leaves the findings that still occur, and adds none."""
    jobs, known = files
    write(Path(jobs), [good()])
    run("check", jobs, "--baseline", known, "--baseline-mode", "prune")

    assert [] == json.loads(Path(known).read_text())["findings"]


def test_comparing_tells_what_is_gone(files: tuple[str, str]) -> None:
    """A comparison leaves the file alone and says how many findings are gone."""
    jobs, known = files
    before = Path(known).read_text()
    write(Path(jobs), [good()])
    result = run("check", jobs, "--baseline", known)

    assert (True, before) == ("gone" in result.stderr, Path(known).read_text())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1, "findings": [["a"]]}', "[[["])
def test_no_baseline_is_misuse(files: tuple[str, str], text: str) -> None:
    """A file that is no baseline is an error that names the remedy."""
    jobs, known = files
    Path(known).write_text(text)
    result = run("check", jobs, "--baseline", known)

    assert (2, True) == (result.exit_code, "--baseline-mode write" in result.stderr)


def test_a_missing_baseline_is_misuse(files: tuple[str, str]) -> None:
    """A baseline that does not exist is an error that names the remedy, not an empty one."""
    result = run("check", files[0], "--baseline", files[1] + ".not")

    assert (2, True) == (result.exit_code, "--baseline-mode write" in result.stderr)
