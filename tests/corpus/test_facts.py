"""The facts of recorded jobs, which every checkout has: no false alarm, and what they show."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

import trainstate as ts
from tests.corpus.condense import MARK, condensed
from tests.corpus.recorded import FILE, HISTORY, Recorded, logs, responses
from trainstate.rules.model import Severity
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence

RESPONSES, LOGS = responses(), logs()
WHOLE = [one for one in RESPONSES if not one.is_part]
IDS = [f"{number}-{one.form}-{one.pair}" for number, one in enumerate(RESPONSES)]
ENDED = {"Completed", "Failed", "Stopped", "MaxRuntimeExceeded"}
STATUSES = {"TrainingJobStatus", "SecondaryStatus", HISTORY}
EXCERPTS = (
    {"TrainingJobArn", "CreationTime"},
    {"TrainingJobName", "CreationTime", "LastModifiedTime", "ResourceConfig"},
    {"TrainingJobArn", "TrainingTimeInSeconds", "BillableTimeInSeconds", "StoppingCondition"},
    {"TrainingJobName", "TrainingJobArn", "HyperParameters", "ResourceConfig", "RoleArn"},
)
"""What people take from a response beside statuses and history."""


def alarms(report: ts.Report) -> list[str]:
    return [str(finding) for finding in report.at_least(Severity.WARNING)]


@pytest.mark.parametrize("one", RESPONSES, ids=IDS)
def test_no_recorded_response_raises_an_alarm(one: Recorded) -> None:
    """A whole response is consistent, of a part no more may be unknown than it leaves open."""
    report = ts.check(one.response())

    assert alarms(report) == []
    assert report.verdict == "CONSISTENT" or (one.is_part and report.verdict == "UNKNOWN")


@pytest.mark.parametrize("one", RESPONSES, ids=IDS)
def test_what_is_recorded_is_no_inference(one: Recorded) -> None:
    """Documented and recorded evidence explain it."""
    report = ts.check(one.response(), accept="recorded")

    assert alarms(report) == []


@pytest.mark.parametrize("taken", EXCERPTS, ids=lambda taken: f"{len(taken)}-{min(taken)}")
def test_no_excerpt_of_a_recorded_response_raises_an_alarm(taken: set[str]) -> None:
    """What ``describe-training-job --query`` writes of a recorded job accuses it of nothing."""
    for one, name in zip(RESPONSES, IDS, strict=True):
        whole = one.response()
        for kept in (STATUSES, STATUSES - {"SecondaryStatus"}, STATUSES - {"TrainingJobStatus"}):
            excerpt = {member: whole[member] for member in whole if member in kept | taken}

            assert alarms(ts.check(excerpt)) == [], (name, kept, taken)


def test_recorded_responses_that_ended_are_complete() -> None:
    """A job whose last entry is terminal is complete, on the basis of its history."""
    ended = builtin_spec().terminal_secondaries
    for one, name in zip(RESPONSES, IDS, strict=True):
        if one.statuses and one.statuses[-1] in ended:
            (job,) = ts.check(one.response()).jobs

            assert (job.complete, job.basis) == (True, "history"), name


def test_no_recorded_log_raises_an_alarm() -> None:
    """Every log, as the SDK prints it, is one consistent job, and complete where it has an end."""
    for log in LOGS:
        report = ts.check(log.text())

        assert alarms(report) == [], log
        assert [job.verdict for job in report.jobs] == ["CONSISTENT"], log
        assert report.jobs[0].complete == (log.statuses[-1] in ENDED)


def test_entries_join_without_gaps() -> None:
    """An entry starts when the one before has ended; an end is closed as it starts."""
    for one in WHOLE:
        entries = one.response()[HISTORY]

        assert all(a["EndTime"] == b["StartTime"] for a, b in pairwise(entries))
        if one.pair == "Completed/Completed":
            assert entries[-1]["StartTime"] == entries[-1]["EndTime"]


def test_times_of_the_job_are_those_of_its_entries() -> None:
    """Creation, start and end are entries' bounds; the last change is at the end or later."""
    for one in WHOLE:
        made, entries = one.response(), one.response()[HISTORY]

        assert made["CreationTime"] == entries[0]["StartTime"]
        if one.pair == "Completed/Completed":
            assert made["TrainingStartTime"] == entries[1]["StartTime"]
            assert made["TrainingEndTime"] == entries[-1]["EndTime"] <= made["LastModifiedTime"]


def test_seconds_are_those_of_the_clock() -> None:
    """Within a second of what was uninterrupted, and all are billed where nothing was saved."""
    for one in WHOLE:
        shows, times = one.facts["shows"], one.facts["times"]
        if "TrainingEndTime" in times:
            trained = shows["TrainingTimeInSeconds"]

            assert abs(times["TrainingEndTime"] - times["TrainingStartTime"] - trained) < 1
            assert shows["EnableManagedSpotTraining"] or shows["BillableTimeInSeconds"] == trained


def test_savings_are_what_is_not_billed() -> None:
    """All logs of spot jobs print that percentage, rounded; without savings all is billed."""
    for printed in (log.printed for log in LOGS if "trained" in log.printed):
        saved = (1 - printed["billed"] / printed["trained"]) * 100 if printed["trained"] else 0

        assert round(saved, 1) == printed.get("saved", 0), printed


def test_times_of_a_log_never_go_back() -> None:
    """They are those of the polls."""
    assert all(a <= b for log in LOGS for (_, a), (_, b) in pairwise(log.lines))


def test_every_step_of_a_recording_is_in_the_facts_as_recorded() -> None:
    """With evidence, and with a count that has at least the recordings of the file."""
    spec = builtin_spec()
    rows = {(row.before, row.after): row for row in spec.transitions}
    recorded = [one for one in RESPONSES if one.form != "fixture"]
    in_logs = Counter(step for log in LOGS for step in pairwise(log.statuses))
    shown = Counter(step for one in recorded for step in pairwise(one.statuses))

    for step in in_logs | shown:
        row = rows[step]
        assert row.evidence.rank <= Evidence.RECORDED.rank, step
        assert in_logs[step] + shown[step] <= row.logs + row.responses, step


def test_the_facts_are_those_of_the_recordings(corpus: Path) -> None:
    """Where the recordings are, the script would write the file as it is."""
    assert FILE.read_text(encoding="utf-8").partition(MARK)[2] == condensed(corpus)


def test_nothing_is_kept_that_could_name_somebody() -> None:
    """No ARN, account, bucket, message or name of a job is in the file."""
    text = FILE.read_text(encoding="utf-8")

    assert not [word for word in ("arn:", "s3://", "amazonaws", "StatusMessage") if word in text]
    assert "job-" not in text
