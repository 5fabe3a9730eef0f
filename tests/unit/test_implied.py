"""One fault, one finding: what follows from another is folded under it."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import trainstate
from tests.render.recordings import bad, good, run, write
from trainstate.rules.index import find_rule, rules, select_rules
from trainstate.testing import Faulty, faulty, polls
from trainstate.testing.faults import operators


def backwards() -> dict[str, Any]:
    """A whole history in the wrong order, of a client that knows of retries."""
    job = good() | {"RemoteDebugConfig": {"EnableRemoteDebug": False}}
    job["SecondaryStatusTransitions"] = job["SecondaryStatusTransitions"][::-1]
    return job


def stand_alone(report: trainstate.Report, rule: str = "") -> list[trainstate.Finding]:
    """The findings that are shown without --verbose, and those of a rule."""
    return [
        finding
        for finding in report
        if finding.implied_by is None and (finding.severity != "info" or finding.name == rule)
    ]


def test_a_reversed_history_is_one_fault() -> None:
    """All else that is wrong with it follows."""
    report = trainstate.check(backwards())

    assert len(report.findings) > 12
    assert [finding.code for finding in stand_alone(report)] == ["TS302"]
    assert {f.implied_by for f in report if f.implied_by is not None} == {"TS302"}


def test_a_planted_fault_is_one_finding_at_the_median_and_three_at_most() -> None:
    """Over all operators; a base's own deprecated statuses are none of the fault's."""
    counts: list[int] = []
    names = sorted(set(operators()) - {rule.name for rule in rules() if rule.on_request})

    @settings(
        max_examples=250, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.sampled_from(names).flatmap(lambda name: faulty(polls(), rule=name)))
    def count(found: Faulty) -> None:
        recording: Any = found.responses
        if isinstance(recording[0], str):
            recording = "\n".join(recording)
        shown = [
            finding
            for finding in stand_alone(trainstate.check(recording))
            if found.rule == finding.name or finding.name != "deprecated-status"
        ]
        counts.append(len(shown))

        assert len(shown) <= 3, [str(finding) for finding in shown]

    count()
    assert median(counts) == 1


def test_nothing_follows_from_what_is_milder_or_elsewhere() -> None:
    """An error is not hidden under a warning, nor under a finding about a distant entry."""
    report = trainstate.check(backwards())
    rank = {"error": 0, "warning": 1, "info": 2}
    worst = {finding.code: rank[finding.severity] for finding in reversed(report.findings)}

    assert all(worst[f.implied_by] <= rank[f.severity] for f in report if f.implied_by)
    one_of_two = backwards() | {"TrainingJobName": "other", "TrainingJobArn": None}
    both = trainstate.check([good(), one_of_two, bad()])
    assert {finding.job for finding in stand_alone(both)} == {f.job for f in both}


def test_what_a_rule_follows_are_rules() -> None:
    """Each code and prefix fits one, and no cause is a consequence of its consequence."""
    named = {cause for rule in rules() for cause in rule.follows}

    assert all(select_rules(select=[cause]) for cause in named)
    assert "TS304" in find_rule("illegal-pair").follows


def test_text_draws_a_timeline_once_and_folds_what_follows(tmp_path: Path) -> None:
    """With --verbose every finding is shown, and the timeline still once."""
    path = str(write(tmp_path / "backwards.jsonl", [backwards()]))
    short, whole = (run("check", path, *more).stdout for more in ((), ("-v",)))

    assert short.count("  --> ") == 1
    assert "= implies: 2 x TS301 illegal-transition, " in short
    assert "15 of these follow from others (--verbose shows them)" in short
    assert whole.count("  --> ") == 16
    assert "= follows: from TS302" in whole
    assert whole.count("\n 4 | ") == 1 + whole.count("/SecondaryStatusTransitions/4/")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_concise_has_a_line_for_each_finding(tmp_path: Path, workers: str) -> None:
    """Place, code, name, message; then the totals."""
    path = str(write(tmp_path / "jobs.jsonl", [good(), bad()]))
    *lines, total = run(
        "check", path, "--format", "concise", "--workers", workers
    ).stdout.splitlines()

    assert lines
    assert all(line.startswith(f"{path}:2: TS") for line in lines)
    assert total.startswith("2 responses of 2 jobs")


def test_grouped_has_the_findings_of_each_job_together(tmp_path: Path) -> None:
    """Under the job and its verdict."""
    path = str(write(tmp_path / "jobs.jsonl", [bad(), backwards()]))
    shown = run("check", path, "--format", "grouped").stdout

    assert ":training-job/bad: INCONSISTENT\n  " in shown
    assert ":training-job/good: INCONSISTENT\n  " in shown
    assert shown.count("training-job/bad") == 1


def test_json_names_the_cause_and_keeps_every_finding(tmp_path: Path) -> None:
    """The order and the numbers of version 1 stay."""
    path = str(write(tmp_path / "backwards.jsonl", [backwards()]))
    report = json.loads(run("check", path, "--format", "json").stdout)

    assert report["summary"]["errors"] == len(report["findings"]) == 16
    assert report["findings"][0]["implied_by"] == "TS302"


def test_annotations_leave_out_what_follows(tmp_path: Path) -> None:
    """Each of them asks for somebody's attention."""
    path = str(write(tmp_path / "backwards.jsonl", [backwards()]))

    assert run("check", path, "--format", "github").stdout.count("::error") == 1
    assert run("check", path, "--format", "github", "-v").stdout.count("::error") == 16
