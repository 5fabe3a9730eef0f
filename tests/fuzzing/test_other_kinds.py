"""Processing, transform and tuning jobs are fuzzed as training jobs are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from trainstate.errors import UsageError
from trainstate.spec.load import BUILTIN, builtin_spec
from trainstate.testing.fuzzing import FuzzReport, Subject, Target, fuzz
from trainstate.testing.fuzzing.requests import JOBS
from trainstate.testing.fuzzing.targets import moto, simulator

KINDS = [name for name in JOBS if name != BUILTIN]
PROCESSING = builtin_spec("processing-job")

Params = dict[str, Any]
Fault = Callable[[Any, str, Params], Any]


@frozen
class Wrong:
    """A client that calls another, with a fault in its answers."""

    client: Any
    fault: Fault

    def __getattr__(self, method: str) -> Any:
        return lambda **params: self.fault(self.client, method, params)


def wrong(fault: Fault) -> Target:
    """The simulator with a fault."""
    right = simulator()

    @contextmanager
    def opened(seed: int) -> Iterator[Subject]:
        with right.open(seed) as subject:
            yield evolve(subject, client=Wrong(subject.client, fault))

    return evolve(right, open=opened)


def stopped_after_the_end(client: Any, method: str, params: Params) -> Any:
    """A stop is accepted at any time, and makes every job a stopped one."""
    stopped = client.__dict__.setdefault("stopped", set())
    if method == "stop_processing_job":
        stopped.add(params["ProcessingJobName"])
        return {}
    answer = getattr(client, method)(**params)
    if method == "create_processing_job":
        stopped.discard(params["ProcessingJobName"])
    if method == "describe_processing_job" and params["ProcessingJobName"] in stopped:
        answer["ProcessingJobStatus"] = "Stopped"
    return answer


def stop_ignored(client: Any, method: str, params: Params) -> Any:
    """A stop is accepted, and does nothing."""
    return {} if method == "stop_processing_job" else getattr(client, method)(**params)


def every_name_is_free(client: Any, method: str, params: Params) -> Any:
    """The creation of a job that exists gives its ARN."""
    try:
        return getattr(client, method)(**params)
    except client.exceptions.ResourceInUse:
        shown = client.describe_processing_job(ProcessingJobName=params["ProcessingJobName"])
        return {"ProcessingJobArn": shown["ProcessingJobArn"]}


def lists_everything(client: Any, method: str, params: Params) -> Any:
    """A list ignores the status that it is asked for."""
    if method == "list_processing_jobs":
        params = {name: value for name, value in params.items() if name != "StatusEquals"}
    return getattr(client, method)(**params)


def deletes_what_runs(client: Any, method: str, params: Params) -> Any:
    """The deletion of an active job is accepted."""
    try:
        return getattr(client, method)(**params)
    except client.exceptions.ClientError:
        if method != "delete_processing_job":
            raise
        client.describe_processing_job(**params)
        return {}


@pytest.mark.parametrize("kind", KINDS)
def test_the_simulator_is_right(kind: str) -> None:
    """Nothing is found in it, and it shows every status of its machine."""
    spec = builtin_spec(kind)
    report = fuzz(simulator(), spec=spec, budget=4_000, seconds=None)

    assert [] == [str(found.finding) for found in report]
    assert set(spec.secondary_by_name) == report.visits.statuses


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (stopped_after_the_end, "left-terminal-status"),
        (stop_ignored, "stop-without-effect"),
        (every_name_is_free, "taken-name-accepted"),
        (lists_everything, "list-filter-ignored"),
        (deletes_what_runs, "active-job-deleted"),
    ],
)
def test_a_fault_is_found(fault: Fault, rule: str) -> None:
    """It has a program of few steps."""
    report = fuzz(wrong(fault), spec=PROCESSING, budget=1_500, seconds=None, select=[rule])

    assert {rule} == {found.finding.name for found in report}
    assert all(len(found.program.calls) <= 5 and found.reproducible for found in report)


def test_what_moto_does_with_processing_jobs_is_found(tmp_path: Path) -> None:
    """A stop makes a completed job a stopped one; the program as Python shows it."""
    report = fuzz(moto(), spec=PROCESSING, max_examples=40)
    found = {one.finding.name: one for one in report}
    file = tmp_path / "found.py"
    file.write_text(found["left-terminal-status"].script, encoding="utf-8")
    ran = subprocess.run([sys.executable, file], capture_output=True, text=True, check=True)

    assert "TS604 left-terminal-status" in ran.stdout
    assert {"taken-name-accepted", "list-out-of-order", "born-finished"} <= set(found)
    assert "Completed when first seen" in found["born-finished"].finding.message


def test_only_what_a_target_and_the_facts_have_is_fuzzed() -> None:
    """One sentence says so."""
    local = evolve(moto(), label="local-mode", only=BUILTIN)

    with pytest.raises(UsageError, match="local-mode has no processing-jobs; fuzz training-jobs"):
        fuzz(local, spec=PROCESSING)
    with pytest.raises(UsageError, match=r"one of training-job, processing-job, .* got 'job'"):
        fuzz(moto(), spec=builtin_spec("job"))


def test_a_specification_may_have_a_name_of_its_own() -> None:
    """Its jobs are those of the operation that it names, as in an overlay."""
    for name in ("training-job", "processing-job"):
        mine = evolve(builtin_spec(name), name="mine")

        assert [] == [str(found.finding) for found in fuzz(simulator(), spec=mine, max_examples=3)]


def test_a_report_counts_what_its_machine_has(report: FuzzReport) -> None:
    """Jobs with one status have no transitions that a response could show."""
    assert ["statuses", "pairs"] == list(report.coverage)


@pytest.fixture(scope="module")
def report() -> FuzzReport:
    """A short run."""
    return fuzz(simulator(), spec=PROCESSING, max_examples=2)
