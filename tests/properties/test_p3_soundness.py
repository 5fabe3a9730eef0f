"""P3, soundness: every observation sequence of every run is CONSISTENT, without errors.

The runs are drawn from the graph of the machine, never from the rules: what is judged
here was made without them. Warnings are allowed only where the strategy was asked for
what deserves them: retired statuses and withdrawn pairs, and events that arrive late.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

import trainstate
from trainstate.rules.example import poll, written
from trainstate.spec.model import Evidence
from trainstate.testing import events, jobs, logs, polls

RETIRED = {"deprecated-status", "undocumented-pair"}
# Each profile tries a multiple of its examples.
EXAMPLES = settings().max_examples


def alarms(report: trainstate.Report, *allowed: str) -> list[str]:
    """The findings that a legal recording must not have, and the verdict if it is wrong."""
    loud = [
        str(found)
        for found in report
        if found.severity == "error" or (found.severity == "warning" and found.name not in allowed)
    ]
    wrong = [] if report.verdict is trainstate.Verdict.CONSISTENT else [str(report.verdict)]
    return loud + wrong


def often(times: int) -> settings:
    return settings(max_examples=EXAMPLES * times)


@often(22)
@given(polls())
def test_every_sequence_of_polls_is_consistent(sequence: list[dict[str, Any]]) -> None:
    """No sequence of whole responses of a job has an error or an unasked warning."""
    assert [] == alarms(trainstate.check(sequence), *RETIRED)


@often(5)
@given(polls(evidence="inferred"))
def test_a_job_of_today_has_no_warning(sequence: list[dict[str, Any]]) -> None:
    """Without retired statuses there is no warning either, whatever the job goes through."""
    assert [] == alarms(trainstate.check(sequence))


@often(11)
@given(polls(history=None))
def test_sequences_with_and_without_histories_are_consistent(
    sequence: list[dict[str, Any]],
) -> None:
    """Short responses between whole ones contradict nothing."""
    assert [] == alarms(trainstate.check(sequence), *RETIRED)


@often(5)
@given(polls(history=False))
def test_sequences_without_any_history_are_consistent(sequence: list[dict[str, Any]]) -> None:
    """What lists of jobs show of a run can be explained by reachability alone."""
    report = trainstate.check(sequence)

    assert [] == alarms(report, *RETIRED)
    assert ["reachability"] == [job.basis for job in report.jobs]


@often(2)
@given(events())
def test_events_that_are_lost_repeated_and_late_are_consistent(
    sequence: list[dict[str, Any]],
) -> None:
    """No order and no loss of the events of a job is an error or a warning."""
    assert [] == alarms(trainstate.check(sequence), *RETIRED)


@often(3)
@given(jobs())
def test_interleaved_jobs_are_consistent(sequence: list[dict[str, Any]]) -> None:
    """Responses of several jobs in one recording are judged each by their own job."""
    assert [] == alarms(trainstate.check(sequence), *RETIRED)


@often(1)
@given(logs())
def test_logs_have_no_alarm(text: str) -> None:
    """What the SDK prints of a run is not INCONSISTENT, and has no false warning."""
    report = trainstate.check(text)
    loud = [str(f) for f in report if f.severity != "info" and f.name not in RETIRED]

    assert [] == loud
    assert report.verdict is not trainstate.Verdict.INCONSISTENT


@pytest.mark.parametrize("times", ["iso", "iso-local", "epoch", "epoch-ms"])
def test_the_form_of_times_is_no_alarm(times: str) -> None:
    """The same runs are consistent in each form that recordings write times in."""
    _holds(polls(times=times, terminal="Completed"), accept=Evidence.DEPRECATED)


@pytest.mark.parametrize("level", list(Evidence))
def test_a_narrower_model_accepts_its_own_runs(level: Evidence) -> None:
    """Runs that rest on strong evidence are consistent where only that is accepted."""
    _holds(polls(evidence=level), accept=level)


def _holds(strategy: SearchStrategy[list[dict[str, Any]]], *, accept: str) -> None:
    @given(strategy)
    def holds(sequence: list[dict[str, Any]]) -> None:
        assert [] == alarms(trainstate.check(sequence, accept=accept), *RETIRED)

    holds()


@given(polls())
def test_a_verdict_holds_on_the_evidence_that_it_assumes(sequence: list[dict[str, Any]]) -> None:
    """What rests on recorded facts at most is consistent where only those are accepted."""
    (job,) = trainstate.check(sequence).jobs

    narrowed = trainstate.check(sequence, accept=job.assumed)

    assert [] == alarms(narrowed, *RETIRED)


def test_a_recorded_stop_with_an_upload_is_accepted_as_recorded() -> None:
    """No response shows the primary during that upload, and none has to."""
    stopped = written(
        poll("Stopped/Stopped: Starting 90, Training 60, Stopping 5, Uploading 5, Stopped")
    )
    report = trainstate.check(stopped, accept="recorded")

    assert [] == alarms(report)
    assert [Evidence.RECORDED] == [job.assumed for job in report.jobs]


def test_a_stop_that_lost_its_race_rests_on_the_inferred_end() -> None:
    """Completed follows a stop's upload only by a change of the primary that is inferred."""
    completed = written(
        poll("Completed/Completed: Starting 90, Stopping 5, Uploading 5, Completed")
    )

    assert [Evidence.INFERRED] == [job.assumed for job in trainstate.check(completed).jobs]
