"""The edges of single rules that mutants of the package showed untested: each side of each."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

import trainstate
from trainstate.history.instants import SECOND, iso
from trainstate.rules.example import CREATED, poll, written

ACTIVE = "InProgress/Training: Starting 90, Training"
DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
STOPPED = "Stopped/Stopped: Starting 90, Training 60, Stopping 5, Stopped"
FAILED = "Failed/Failed: Starting 90, Training 60, Uploading 5, Failed"
AGAIN = (
    "Completed/Completed:"
    " Starting 90, Training 60, Starting 30, Training 60, Uploading 5, Completed"
)
LIMITED = "Stopped/MaxRuntimeExceeded: Starting 90, Training 60, Stopping 5, MaxRuntimeExceeded"
Said = list[tuple[str, str]]


def response(text: str, changes: dict[str, Any] | None = None, at: float | None = None) -> Any:
    return written(poll(text, changes or {}, modified=at))


def said(*responses: Any, rule: str, **options: Any) -> Said:
    """What a rule says: severity and place."""
    report = trainstate.check(list(responses), select=[rule], **options)
    return [(str(found.severity), found.pointer) for found in report]


def after(seconds: float) -> str:
    return iso(CREATED + round(seconds * SECOND))


def trained(seconds: int | None) -> dict[str, Any]:
    return {"/TrainingTimeInSeconds": seconds, "/BillableTimeInSeconds": seconds}


def limit(seconds: int) -> dict[str, Any]:
    return {"/StoppingCondition/MaxRuntimeInSeconds": seconds}


@pytest.mark.parametrize(
    ("rule", "text", "changes", "expected"),
    [
        # Exactly as far apart as the tolerance says, and a millisecond less or more.
        ("TS308", "Failed/Failed: Starting 90, Failed 1", {}, ["error"]),
        ("TS308", "Failed/Failed: Starting 90, Failed 0.999", {}, []),
        ("TS410", ACTIVE, {"/CreationTime": after(-2)}, ["warning"]),
        ("TS410", ACTIVE, {"/CreationTime": after(-1.999)}, []),
        ("TS410", ACTIVE, {"/CreationTime": after(-60)}, ["warning"]),
        ("TS410", ACTIVE, {"/CreationTime": after(-60.001)}, ["error"]),
        ("TS409", DONE, {"/TrainingEndTime": after(95)}, ["warning"]),
        ("TS409", DONE, {"/TrainingEndTime": after(94.999)}, ["error"]),
        ("TS409", FAILED, {"/TrainingEndTime": after(94)}, ["warning"]),
        ("TS408", ACTIVE, {"/TrainingStartTime": after(30)}, ["warning"]),
        ("TS408", ACTIVE, {"/TrainingStartTime": after(29.999)}, ["error"]),
        # A time that is cut to the second hides one second more, and no two.
        ("TS405", DONE, trained(66), []),
        ("TS405", DONE, trained(67), ["error"]),
        ("TS405", DONE, {"/TrainingEndTime": after(155.5), **trained(67)}, []),
        (
            "TS405",
            DONE,
            {
                "/TrainingStartTime": after(90.001),
                "/TrainingEndTime": after(155.501),
                **trained(67),
            },
            ["error"],
        ),
        # Five of six seconds are the Stopping entry's.
        ("TS405", STOPPED, trained(59), []),
        # Times that are cut to the second hide one at each end of the training, and of its break.
        ("TS405", STOPPED, trained(58), []),
        ("TS405", STOPPED, trained(57), ["warning"]),
        # Of whole seconds the whole life says more than the start of an attempt.
        ("TS405", AGAIN, trained(200), ["warning"]),
        ("TS405", AGAIN, trained(400), ["error"]),
        # The upload takes what it takes: the limit is one of the run time.
        ("TS407", "Completed/Completed: Starting 90, Training 99, Uploading 9000, Completed",
         {**limit(3600), **trained(None)}, []),
        ("TS407", "Completed/Completed: Starting 90, Training 99, Uploading 9000, Completed",
         {**limit(3600), **trained(19_000)}, ["warning"]),
        ("TS407", "Completed/Completed: Starting 90, Training 99, Uploading 9000, Completed",
         {**limit(3600), **trained(99)}, []),
        ("TS407", "Completed/Completed: Starting 90, Training 4200, Uploading 5, Completed",
         {**limit(3600), **trained(4200)}, []),
        ("TS407", "Completed/Completed: Starting 90, Training 4201, Uploading 5, Completed",
         {**limit(3600), **trained(4201)}, ["warning"]),
        # One limit for all attempts; waiting to start again is none of it.
        ("TS407", "Stopped/Stopped: Starting 90, Training 60, Starting 90, Training 9000, Stopped",
         limit(60), ["warning"]),
        ("TS407", "Stopped/Stopped: Starting 90, Training 60, Starting 9000, Training 60, Stopped",
         limit(60), []),
        ("TS406", LIMITED, {**limit(125), **trained(None), "/TrainingEndTime": None}, []),
        ("TS406", LIMITED, {**limit(216), **trained(None), "/TrainingEndTime": None}, ["error"]),
        ("TS406", LIMITED, {**limit(215), **trained(None), "/TrainingEndTime": None}, []),
    ],
)  # fmt: skip
def test_a_time_at_the_edge(
    rule: str, text: str, changes: dict[str, Any], expected: list[str]
) -> None:
    """Each side of a tolerance is told from the other."""
    assert expected == [severity for severity, _ in said(response(text, changes), rule=rule)]


def test_a_response_without_a_name_and_an_arn_is_one_fault() -> None:
    """No job is named: the ARN alone is reported, for it would tell the name."""
    nameless = response(ACTIVE, {"/TrainingJobName": None, "/TrainingJobArn": None})

    assert [("info", "/TrainingJobArn")] == said(nameless, rule="TS002")


def test_a_response_with_a_name_needs_no_arn() -> None:
    """Whoever has the name knows the job, or the ARN; but the service gives both."""
    named, known = response(ACTIVE, {"/TrainingJobArn": None}), {"/TrainingJobName": None}

    assert [("warning", "/TrainingJobArn")] == said(named, rule="TS002")
    assert [("warning", "/TrainingJobName")] == said(response(ACTIVE, known), rule="TS002")


@pytest.mark.parametrize("member", ["/TrainingJobArn", "/TrainingJobName"])
@pytest.mark.parametrize("form", [dict, json.dumps])
def test_an_empty_name_or_arn_is_an_absent_one(member: str, form: Any) -> None:
    """It names no job, however it is read."""
    shown = form(response(ACTIVE, {member: ""}))

    assert [("warning", member)] == said(shown, rule="TS002")
    assert [] == said(shown, rule="TS006") == said(shown, rule="TS007")


def test_statuses_are_told_in_the_order_of_the_response() -> None:
    """The primary status first, then the secondary one, then the entries."""
    upper = response("INPROGRESS/TRAINING: Starting 90, TRAINING")
    places = ["/TrainingJobStatus", "/SecondaryStatus", "/SecondaryStatusTransitions/1/Status"]

    assert places == [place for _, place in said(upper, rule="TS104")]


def test_an_excerpt_whose_front_is_cut_off_may_have_had_what_was_before() -> None:
    """In an excerpt what a status must come after may have been cut off; in a response not."""
    text = "Stopped/Stopped: Uploading 5, Stopped"
    whole = response(text)
    excerpt = {name: whole[name] for name in whole if name in SHOWN}

    assert [("error", "/SecondaryStatusTransitions/1/Status")] == said(whole, rule="TS301")
    assert [] == said(excerpt, rule="TS301")


SHOWN = {"TrainingJobName", "TrainingJobStatus", "SecondaryStatus", "SecondaryStatusTransitions"}


def test_what_came_after_an_end_is_told_by_its_primary() -> None:
    """A job that went on after its end left it, whatever its secondary status was."""
    ended = response(LIMITED, at=500)
    on = response("InProgress/Training", at=600)

    assert ["TS604"] == [found.code for found in trainstate.check([ended, on], select=TOLD)]


def test_a_deleted_job_did_not_go_on() -> None:
    """A deletion that shows another secondary status is in no run, and no way out of the end."""
    ended = response(DONE, at=500)
    deleted = response("Deleting/Failed", at=600)

    assert ["TS605"] == [found.code for found in trainstate.check([ended, deleted], select=TOLD)]


TOLD = ["TS604", "TS605"]


@pytest.mark.parametrize(("begun", "severity"), [(500, "error"), (499.001, "info")])
def test_a_name_that_is_used_again_after_a_second(begun: float, severity: str) -> None:
    """The next job may be created less than a second before the last response of the one before."""
    first = response(DONE, at=begun)
    second = response("InProgress/Starting: Starting", {"/CreationTime": after(499)}, at=600)
    second["SecondaryStatusTransitions"][0]["StartTime"] = after(499)

    assert [(severity, "/CreationTime")] == said(first, second, rule="TS609")


@pytest.mark.parametrize("arrival", [*permutations(range(3))])
def test_jobs_of_one_name_overlap_in_whatever_order_they_arrive(arrival: tuple[int, ...]) -> None:
    """Each is compared with those created before and after it, whichever was seen last."""
    jobs = [
        response("InProgress/Starting: Starting", new_at(begun), at=seen)
        for begun, seen in ((0, 500), (300, 350), (9000, 9100))
    ]
    seen = [jobs[place] for place in arrival]
    once = said(*seen, rule="TS609")

    assert 1 == [severity for severity, _ in once].count("error")
    assert once == said(*(one for job in seen for one in (job, job)), rule="TS609")


def new_at(seconds: float) -> dict[str, Any]:
    return {"/CreationTime": after(seconds)} | {
        "/SecondaryStatusTransitions/0/StartTime": after(seconds)
    }


@pytest.mark.parametrize(
    "changes",
    [{"/WarmPoolStatus": "Nonsense"}, {"/ProfilingStatus": 3}, {"/DebugRuleEvaluationStatuses": 3}],
)
def test_a_status_of_an_attached_machine_of_another_type_is_one_fault(
    changes: dict[str, Any],
) -> None:
    """It is reported as what it is, and is no status of the machine."""
    report = trainstate.check([response(DONE, changes)])

    assert ["TS003"] == [found.code for found in report if found.severity == "error"]
    assert not [found.code for found in report if found.code.startswith("TS7")]


def test_a_row_of_a_list_that_names_no_job_is_an_excerpt() -> None:
    """Somebody made it of a row: what it lacks is no fault of the service."""
    row = {"TrainingJobStatus": "InProgress", "CreationTime": after(0)}

    assert [("info", "/TrainingJobArn")] == said(row, rule="TS002")


@pytest.mark.parametrize(("modified", "severity"), [(after(100), "warning"), (None, "info")])
def test_a_history_that_is_lacking_alone_was_dropped(modified: Any, severity: str) -> None:
    """Where more is absent than the history, the response is an excerpt."""
    bare = {"/SecondaryStatusTransitions": None, "/LastModifiedTime": modified}
    seen = response(ACTIVE, at=95), response(ACTIVE, bare)

    assert [(severity, "/SecondaryStatusTransitions")] == said(*seen, rule="TS309")


def test_the_response_to_blame_stands_on_the_side_that_contradicts() -> None:
    """What may follow an observation is not to blame for one like it that came before."""
    shown = ("Stopping/Stopping", 100), ("Stopping/Uploading", 700), ("Stopping/Stopping", 900)
    seen = [response(text, at=at) for text, at in (*shown, ("InProgress/Training", 500))]
    del seen[1]["SecondaryStatus"]
    report = trainstate.check(seen, select=["TS605"])

    assert [0] == [found.facts["at"] for found in report]


@pytest.mark.parametrize(("billable", "told"), [(77, []), (27, []), (78, [("error", 1)])])
def test_the_totals_of_a_log_are_held_against_each_other(
    billable: int, told: list[tuple[str, int]]
) -> None:
    """A log that prints more billed than trained seconds cannot be one of the service."""
    lines = ("Starting", "Downloading", "Training", "Uploading", "Completed")
    text = "".join(f"2022-11-14 10:5{at}:00 {status} - so\n" for at, status in enumerate(lines))
    totals = f"Training seconds: 77\nBillable seconds: {billable}\n"

    found = trainstate.check(text + totals, select=["billable-exceeds-training"])

    assert told == [(finding.severity, finding.line) for finding in found]


def test_a_hidden_primary_may_have_ended_in_a_status_that_is_not_terminal() -> None:
    """A job without capacity can be Stopped/Interrupted; another status of an active job ends."""
    hidden = {"/EnableManagedSpotTraining": True, "/TrainingJobStatus": None}
    withdrawn = response("Stopped/Interrupted: Starting 90, Training 60, Interrupted", hidden)

    assert [] == said(withdrawn, rule="TS307")
    assert said(response("InProgress/Training: Starting 90, Training 60", hidden), rule="TS307")


def test_what_only_an_excerpt_showed_has_not_vanished() -> None:
    """The client that made the excerpt may know a member that another client does not."""
    rules = [{"RuleConfigurationName": "loss", "RuleEvaluationStatus": "InProgress"}]
    whole = response("InProgress/Training: Starting 90, Training", at=200)
    shown = {**response("InProgress/Starting: Starting"), "ProfilerRuleEvaluationStatuses": rules}
    names = ("TrainingJobName", "TrainingJobStatus", "LastModifiedTime")
    excerpt = {name: shown[name] for name in (*names, "ProfilerRuleEvaluationStatuses")}

    assert [] == said(excerpt, whole, rule="TS706")
    assert [("warning", "/ProfilerRuleEvaluationStatuses")] == said(shown, whole, rule="TS706")
