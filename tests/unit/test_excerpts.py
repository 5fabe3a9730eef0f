"""Excerpts: what a person left out of a response is no fault of the job.

``describe-training-job --query '{...}'`` and log lines of one's own keep some members. Each
of them is taken from whole responses here, of jobs that ended in every way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import pytest

import trainstate
from tests.lives import BORN, COMPLETED, FAILED, SPOT, STOPPED, poll
from trainstate.rules.model import Severity
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
RETRIED = ("Starting", "Training", "Starting", "Training", "Uploading", "Completed")
LIVES = {
    "completed": poll(*COMPLETED),
    "failed": poll(*FAILED),
    "spot": poll(*SPOT),
    "stopped": poll(*STOPPED),
    "running": poll(*COMPLETED[:3]),
    "retried": poll(*RETRIED, RetryStrategy={"MaximumRetryAttempts": 1}),
    "limited": poll(
        *("Starting", "Training", "Stopping", "Uploading", "MaxRuntimeExceeded"),
        StoppingCondition={"MaxRuntimeInSeconds": 60},
        TrainingTimeInSeconds=180,
        BillableTimeInSeconds=180,
    ),
}
IDENTITY = ("TrainingJobName", "TrainingJobArn", "CreationTime")
STATUSES = ("TrainingJobStatus", "SecondaryStatus")
HISTORY = "SecondaryStatusTransitions"
USUAL = {member.name for member in SPEC.members if member.always} - {HISTORY}
"""What no API requires, and all recorded whole responses have."""
ALWAYS = {*IDENTITY, *STATUSES, *USUAL, "StoppingCondition", HISTORY}
"""What the service always gives: who lacks one of these was not given the whole response."""
RETRY = {"RetryStrategy"}
"""A whole response without it is one of a job that nobody may start again."""
ENTRY = ("Status", "StartTime", "EndTime", "StatusMessage")
SECONDS = {"TrainingTimeInSeconds", "BillableTimeInSeconds"}
OWN = {
    *(*IDENTITY, "StoppingCondition", *STATUSES, "FailureReason", "ModelArtifacts"),
    *("TrainingStartTime", "TrainingEndTime", *SECONDS, *USUAL),
}
"""Members of which a whole response may not lack one alone, at the right moment."""


def without(response: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The response as somebody keeps it who drops these members."""
    dropped = set(names)
    return {name: value for name, value in response.items() if name not in dropped}


def alarms(response: dict[str, Any]) -> list[str]:
    """The pointers of the errors and warnings of an excerpt, without the first slash."""
    found = trainstate.check(json.dumps(response)).at_least(Severity.WARNING)
    return [finding.pointer.removeprefix("/") for finding in found]


def roles() -> Iterator[tuple[str, ...]]:
    """The members of each role."""
    for role in dict.fromkeys(member.role for member in SPEC.members):
        yield tuple(member.name for member in SPEC.members if member.role == role)


@pytest.mark.parametrize("life", LIVES)
def test_a_whole_response_raises_no_alarm(life: str) -> None:
    """The responses of which excerpts are made here are right themselves."""
    assert alarms(LIVES[life]) == []


@pytest.mark.parametrize("life", LIVES)
def test_one_member_less_accuses_only_what_must_be_there(life: str) -> None:
    """One absent member is a fault at its own place, if its moment demands it, or none."""
    for name in LIVES[life].keys() - RETRY:
        assert set(alarms(without(LIVES[life], [name]))) <= {name} & OWN


@pytest.mark.parametrize("life", LIVES)
def test_two_members_less_are_an_excerpt_if_one_is_always_there(life: str) -> None:
    """Who lacks a member that the service always gives, and another one, was given less."""
    for names in combinations(LIVES[life].keys() - RETRY, 2):
        accused = set(alarms(without(LIVES[life], names)))

        assert accused <= set(names) & OWN, names
        always = ALWAYS.intersection(names)
        assert not accused or always <= accused, names


@pytest.mark.parametrize("life", LIVES)
def test_without_any_role_no_other_is_accused(life: str) -> None:
    """An excerpt without all members of a role, or of two, is accused of no other."""
    groups = list(roles())
    for one, other in combinations([(), *groups], 2):
        names = {*one, *other} & {*LIVES[life]}
        accused = set(alarms(without(LIVES[life], names)))

        assert accused <= names & {"FailureReason", "ModelArtifacts", *USUAL}, names
        assert not accused or ALWAYS & names <= accused, names


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("left_out", [(), *((name,) for name in (*IDENTITY, *STATUSES))])
def test_a_query_raises_no_alarm(life: str, left_out: tuple[str, ...]) -> None:
    """Statuses and history with any times, and any two members of the configuration."""
    asked = {*IDENTITY, *STATUSES, HISTORY} - {*left_out}
    times = ("TrainingStartTime", "TrainingTimeInSeconds", "LastModifiedTime")
    settings = ("StoppingCondition", "ResourceConfig", "HyperParameters", "OutputDataConfig")
    for some in (*combinations(times, 1), *combinations(times, 3)):
        for more in (*combinations(settings, 0), *combinations(settings, 2)):
            names = asked | {*some, *more}
            assert alarms(without(LIVES[life], LIVES[life].keys() - names)) == [], names


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("left_null", [False, True])
@pytest.mark.parametrize(
    "kept", [("Status",), ("Status", "StartTime"), ("Status", "StatusMessage")]
)
def test_a_query_of_entries_raises_no_alarm(
    life: str, kept: tuple[str, ...], left_null: bool
) -> None:
    """``SecondaryStatusTransitions[].{...}`` leaves the same out of every entry, or writes null."""
    whole = LIVES[life]
    entries = [
        {name: entry.get(name) for name in ENTRY if name in kept or left_null}
        | {name: None for name in ENTRY if name not in kept and left_null}
        for entry in whole[HISTORY]
    ]
    for more in ((), ("StoppingCondition", "LastModifiedTime")):
        names = {*IDENTITY, *STATUSES, *more}
        asked = without(whole, whole.keys() - names) | {HISTORY: entries}

        assert alarms(asked) == [], more


def test_one_entry_without_its_times_is_no_query() -> None:
    """A query treats all entries alike: who leaves out the times of one alone edited it."""
    whole = LIVES["completed"]
    names = {*IDENTITY, *STATUSES}
    for member, code in (("StartTime", "TS314"), ("EndTime", "TS306")):
        entries = [dict(entry) for entry in whole[HISTORY]]
        del entries[1][member]
        asked = without(whole, whole.keys() - names) | {HISTORY: entries}

        assert code in {finding.code for finding in trainstate.check(asked)}, member


def test_a_query_of_entries_is_no_older_reading() -> None:
    """Without its ends the history of an ended job is as long as with them."""
    whole = LIVES["failed"]
    entries = [{"Status": entry["Status"]} for entry in whole[HISTORY]]
    query = whole | {HISTORY: entries, "RoleArn": None, "OutputDataConfig": None}
    for polls in ([whole, query], [query, whole], [whole, query | {"LastModifiedTime": 1.8e9}]):
        assert trainstate.check(polls).at_least(Severity.WARNING) == ()


def test_an_entry_without_its_end_lasts_until_the_next() -> None:
    """A query of starts shows how long each status was, but for the last."""
    life = poll("Starting", "Downloading", "Training", "Stopping", step=1500.0)
    entries = [{name: entry[name] for name in ENTRY[:2]} for entry in life[HISTORY]]
    names = {*IDENTITY, *STATUSES, "LastModifiedTime"}
    query = without(life, life.keys() - names) | {HISTORY: entries}

    assert alarms(query | {"StoppingCondition": {"MaxRuntimeInSeconds": 3000}}) == []
    ignored = alarms(query | {"StoppingCondition": {"MaxRuntimeInSeconds": 2000}})
    assert ignored == ["StoppingCondition/MaxRuntimeInSeconds"]


def test_a_listing_without_statuses_is_no_listing() -> None:
    """A query of ``TrainingJobSummaries`` that asks for no status leaves the verdict open."""
    asked = ("TrainingJobName", "TrainingJobArn", "CreationTime")
    report = trainstate.check({name: LIVES["completed"][name] for name in asked})

    assert report.at_least(Severity.WARNING) == ()
    assert report.verdict == "UNKNOWN"


def test_a_guard_that_was_left_out_is_not_off() -> None:
    """A history with a retry, and a stopping condition alone, is no proof against the retry."""
    kept = {*IDENTITY, *STATUSES, HISTORY, "StoppingCondition"}
    report = trainstate.check(without(LIVES["retried"], LIVES["retried"].keys() - kept))

    assert [finding.name for finding in report if finding.unknown] == ["guard-unverified"]
    assert report.verdict == "UNKNOWN"


def test_a_whole_response_without_its_retries_is_accused_of_them() -> None:
    """What is absent from a whole response is not set: there the guard is off."""
    found = trainstate.check(without(LIVES["retried"], RETRY)).at_least(Severity.WARNING)

    assert [finding.name for finding in found] == ["guard-violated"]


@pytest.mark.parametrize("kept", [1, 2])
@pytest.mark.parametrize("life", [SPOT, RETRIED, COMPLETED], ids=["spot", "retried", "completed"])
def test_the_last_entries_of_each_poll_raise_no_alarm(life: tuple[str, ...], kept: int) -> None:
    """``Transitions[-1:]`` beside the pair, without times or settings of the job.

    After a break the last entry is Starting: the history may be the whole one of a young job,
    had the job not been seen long before.
    """
    polls = [poll(*life[: count + 1]) for count in range(len(life))]
    shown = [
        {
            "TrainingJobName": one["TrainingJobName"],
            **{name: one[name] for name in STATUSES},
            HISTORY: one[HISTORY][-kept:],
        }
        for one in polls
    ]

    report = trainstate.check(shown)

    assert [] == [str(found) for found in report if found.severity is not Severity.INFO]


def test_an_event_is_judged_by_what_it_shows() -> None:
    """The detail of an event that somebody shortened lacks nothing that the service left out."""
    detail = without(LIVES["completed"], ["TrainingEndTime", "LastModifiedTime"])
    event = {"detail-type": "SageMaker Training Job State Change", "detail": detail}

    assert alarms(event) == []


def test_a_page_of_a_list_must_show_each_job_s_status() -> None:
    """ListTrainingJobs gives four members of each job, and nobody asked it for fewer."""
    listed = {name: LIVES["completed"][name] for name in (*IDENTITY, "LastModifiedTime")}
    page = {"TrainingJobSummaries": [listed]}

    assert ["TrainingJobStatus"] == alarms(page)


def test_the_last_entry_of_a_job_that_queued_at_once_is_no_history() -> None:
    """Recorded jobs were `Starting` for 0.2 to 0.4 seconds, so `Pending` seems to come first."""
    statuses = ("Starting", "Pending")
    queued = poll(*statuses, born=BORN + 0.5, step=0.3, TrainingStartTime=None)
    last = without(queued, {"RoleArn", "OutputDataConfig"}) | {HISTORY: queued[HISTORY][-1:]}

    for responses in ([last, queued], [queued, last]):
        assert [] == [one.code for one in trainstate.check(responses) if one.severity != "info"]


def test_the_last_entry_is_not_late_after_the_whole_history() -> None:
    """It has fewer entries than the same response as a whole, and shows no earlier moment."""
    whole = poll("Starting", "Downloading", "Training")
    last = without(whole, {"RoleArn", "OutputDataConfig"}) | {HISTORY: whole[HISTORY][-1:]}

    assert [] == [one.code for one in trainstate.check([whole, last]) if one.severity != "info"]
