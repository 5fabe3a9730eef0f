"""Verdicts that a mutation of the package could change without another test seeing it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import trainstate
from trainstate.rules.example import poll, written


def response(text: str, changes: dict[str, Any] | None = None, at: float | None = None) -> Any:
    return written(poll(text, changes, modified=at))


def errors(*responses: Any, **options: Any) -> set[str]:
    """The names of the errors that the check finds."""
    report = trainstate.check(list(responses), **options)
    return {finding.name for finding in report if finding.severity == "error"}


def closed_alone(**members: Any) -> dict[str, Any]:
    """An excerpt: a name, and a history of one entry that has an end."""
    times = {"StartTime": "2026-01-02T10:00:00Z", "EndTime": "2026-01-02T10:01:00Z"}
    entry = {"Status": "Starting", **times}
    return {"TrainingJobName": "a", "SecondaryStatusTransitions": [entry], **members}


def test_a_record_last_modified_before_its_last_entry_ends() -> None:
    """The end of the last entry alone tells that LastModifiedTime is too early."""
    lasting = response("Failed/Failed: Starting 90, Failed 60", {"/TrainingEndTime": None}, at=95)

    assert {"times-out-of-order", "open-terminal-entry"} == errors(lasting)


def test_an_excerpt_of_closed_entries_without_a_primary() -> None:
    """What an excerpt cut off may have been the end: a closed last entry is no error."""
    assert set() == errors(closed_alone())


def test_an_excerpt_of_closed_entries_of_an_active_job() -> None:
    """Where an excerpt shows that the job goes on, a closed last entry is an error."""
    active = closed_alone(TrainingJobStatus="InProgress", SecondaryStatus="Starting")

    assert {"closed-last-entry-while-active"} == errors(active)


def test_two_histories_at_one_moment_that_no_run_shows() -> None:
    """Of responses without an order among them each counts, not only the first."""
    stopping = response("Stopping/Starting: Starting", at=100)
    going_on = response("InProgress/Downloading: Starting 90, Downloading", at=100)

    assert {"unreachable-state"} == errors(stopping, going_on, order="free")
    assert {"unreachable-state"} == errors(going_on, stopping, order="free")


def test_an_updatable_part_of_a_fixed_member() -> None:
    """The keep-alive period of the instances may change, and their number may not."""

    def on(**resources: Any) -> Any:
        return response("InProgress/Starting: Starting", {"/ResourceConfig": resources})

    one = on(InstanceCount=1, KeepAlivePeriodInSeconds=60)
    kept_longer = on(InstanceCount=1, KeepAlivePeriodInSeconds=90)
    more = on(InstanceCount=2, KeepAlivePeriodInSeconds=60)

    assert set() == errors(one, kept_longer)
    assert {"changed-fixed-member"} == errors(one, more)


def test_an_excerpt_with_both_statuses_can_be_told() -> None:
    """An excerpt without an ARN and a history is judged by its two statuses."""
    excerpt = {
        "TrainingJobName": "a",
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Training",
    }

    assert "CONSISTENT" == trainstate.check([excerpt]).verdict


def test_an_excerpt_with_neither_secondary_status_nor_history_is_open() -> None:
    """Without a secondary status and a history nobody can tell."""
    excerpt = {"TrainingJobName": "a", "TrainingJobStatus": "InProgress", "RoleArn": "r"}

    assert "UNKNOWN" == trainstate.check([excerpt]).verdict


def test_an_excerpt_with_a_history_alone_can_be_told() -> None:
    """A history from the first entry on is judged without any status beside it."""
    assert "CONSISTENT" == trainstate.check([closed_alone()]).verdict


def test_an_older_response_in_another_file_is_not_late(tmp_path: Path) -> None:
    """Each file has its own order of arrival: only in one file is a response late."""
    newer, older = (
        json.dumps(response(text))
        for text in ("InProgress/Training: Starting 90, Training", "InProgress/Starting: Starting")
    )
    (tmp_path / "a.json").write_text(newer, encoding="utf-8")
    (tmp_path / "b.json").write_text(older, encoding="utf-8")
    (tmp_path / "both.ndjson").write_text(f"{newer}\n{older}\n", encoding="utf-8")
    apart = trainstate.check([tmp_path / "a.json", tmp_path / "b.json"])
    together = trainstate.check(tmp_path / "both.ndjson")

    assert [] == [finding.name for finding in apart if finding.severity != "info"]
    assert ["stale-observation"] == [f.name for f in together if f.severity != "info"]


def test_an_illegal_transition_names_its_neighbours() -> None:
    """The finding tells the entry and the one right before it."""
    history = "InProgress/Training: Starting 90, Downloading 20, Stopping 5, Training"
    report = trainstate.check([response(history)], select=["illegal-transition"])
    (found,) = report.findings

    assert ("Stopping", "Training") == (found.facts["before"], found.facts["after"])


def undated(pair: str) -> Any:
    """A response with statuses alone: no history, and no time that orders it."""
    return response(pair, {"/SecondaryStatusTransitions": None, "/LastModifiedTime": None})


def test_responses_without_any_order_that_a_run_shows() -> None:
    """Responses that nothing orders are explained by any run that shows them all."""
    seen = [undated("InProgress/Training"), undated("InProgress/Starting")]

    assert "CONSISTENT" == trainstate.check(seen, order="free").verdict


def test_responses_without_any_order_that_no_run_shows() -> None:
    """No run shows two ends, in whatever order."""
    seen = [undated("Completed/Completed"), undated("Failed/Failed")]

    assert "INCONSISTENT" == trainstate.check(seen, order="free").verdict


def test_the_end_of_the_last_entry_that_is_gone() -> None:
    """The finding tells which entry was closed and is open in a later response."""
    done = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
    opened = response(done, {"/SecondaryStatusTransitions/3/EndTime": None}, at=500)
    (found,) = trainstate.check([response(done), opened], select=["rewritten-history"]).findings

    assert 3 == found.facts["at"]


def test_the_number_of_responses() -> None:
    """Each response is counted once, a repeated one, too."""
    seen = [response("InProgress/Starting: Starting")] * 3

    assert 3 == trainstate.check(seen).summary.responses


def test_a_retired_status_is_not_accepted_for_a_documented_way_out() -> None:
    """A retry leads out of any status; that does not make a retired one documented."""
    retired = response("InProgress/LaunchingMLInstances: Starting 9, LaunchingMLInstances")

    assert {"illegal-pair", "illegal-transition"} == errors(retired, accept="documented")


def severities(*responses: Any, **options: Any) -> dict[str, str]:
    """The findings that are shown by default, by name."""
    report = trainstate.check(list(responses), **options)
    return {found.name: str(found.severity) for found in report if found.severity != "info"}


def test_the_sample_event_of_the_documentation_is_legal() -> None:
    """Its times are epoch milliseconds as text, its history empty, its ARN another job's."""
    times = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime")
    detail = {
        "TrainingJobName": "4a1b0c6e-0000-4000-8000-5d1c6a1f0001",
        "TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/kmeans-1",
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "SecondaryStatusTransitions": [],
        "Tags": {},
        **dict.fromkeys(times, "1583831889050"),
    }
    event = {"detail-type": "SageMaker Training Job State Change", "detail": detail}

    assert "CONSISTENT" == trainstate.check(event).verdict
    assert {"arn-name-mismatch": "warning"} == severities(event)


def test_the_seconds_of_an_attempt_that_was_broken_off() -> None:
    """No recording shows if it is billed, so that savings of a retried job are suspicious."""
    text = "Completed/Completed: Starting 9, Training 60, Starting 9, Training 60, Completed"
    retried = response(
        text, {"/RetryStrategy": {"MaximumRetryAttempts": 2}, "/BillableTimeInSeconds": 60}
    )

    assert {"spot-savings-without-spot": "warning"} == severities(retried)


def test_the_end_of_a_job_that_trained_and_was_stopped() -> None:
    """It has the time of its end; a job that failed may lack it."""
    gone = {"/TrainingEndTime": None}
    stopped = response("Stopped/Stopped: Starting 9, Training 60, Stopping 5, Stopped", gone)
    failed = response("Failed/Failed: Starting 9, Training 60, Failed", gone)

    assert {"missing-end-time": "error"} == severities(stopped)
    assert {"missing-end-time": "warning"} == severities(failed)
    assert {} == severities(response("Stopped/Stopped: Starting 9, Stopping 5, Stopped", gone))


def test_types_of_what_rules_read_inside_members() -> None:
    """A limit, a budget or a status of another type is told, and no other rule takes it."""
    rule = {"RuleConfigurationName": "loss", "RuleEvaluationStatus": 3}
    changes = {
        "/StoppingCondition": {"MaxRuntimeInSeconds": "60", "MaxWaitTimeInSeconds": [1]},
        "/RetryStrategy": {"MaximumRetryAttempts": True},
        "/ResourceConfig": {"InstanceCount": 1.5},
        "/WarmPoolStatus": {"Status": {}},
        "/DebugRuleEvaluationStatuses": [rule, "InProgress"],
        "/EnableManagedSpotTraining": True,
    }
    report = trainstate.check(response("InProgress/Training: Starting 90, Training", changes))

    assert {"wrong-type"} == {found.name for found in report if found.severity == "error"}
    assert 7 == sum(found.name == "wrong-type" for found in report)
