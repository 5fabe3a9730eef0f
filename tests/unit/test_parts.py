"""Parts of a response: what is counted, and what the rules are asked about."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

import trainstate
from tests.lives import COMPLETED, life
from trainstate.checking import ask
from trainstate.checking.jobs import JobState
from trainstate.checking.report import Finding
from trainstate.checking.rulebook import rulebook
from trainstate.checking.stream import Checker
from trainstate.history.readers import value_records
from trainstate.history.readers.lines import Line
from trainstate.history.typed import HISTORY
from trainstate.rules.example import poll, written
from trainstate.rules.model import Severity
from trainstate.rules.shown import kind_of

SPEC = trainstate.SPEC
ACTIVE = "InProgress/Training: Starting 90, Training"


def line(changes: dict[str, Any] | None = None, *, modified: float | None = None) -> str:
    return json.dumps(written(poll(ACTIVE, changes or {}, modified=modified)))


def checked(lines: list[str]) -> tuple[list[str], int]:
    """The names of the findings that are no infos, and how many lines were counted."""
    checker = Checker()
    found = [one for record in value_records(lines, SPEC) for one in checker.feed(record)]
    return [one.name for one in found if one.severity != "info"], checker.counted


def test_what_shows_nothing_new_is_counted() -> None:
    """A later LastModifiedTime alone is nothing new; neither is a first response like others."""
    assert ([], 3) == checked([line(), line(), line(modified=500)])


def test_a_name_that_is_not_the_arn_s_is_bound_to_no_job() -> None:
    """The response that has it is reported once, and counted when it comes again."""
    other = line({"/TrainingJobName": "another"})

    assert (["arn-name-mismatch"], 1) == checked([other, other])


def test_a_new_member_without_its_shape_is_reported() -> None:
    """Of a continuation only what is new is looked into."""
    nameless = line({"/FinalMetricDataList": [{"Value": 0.5}]}, modified=500)

    assert (["undeclared-value"], 1) == checked([line(), nameless])


@pytest.mark.parametrize(
    "lines",
    [
        [line({"/TrainingJobName": "another"})],
        [line(), line({"/TrainingTimeInSeconds": 90_000}, modified=300)],
    ],
    ids=["judged", "asked"],
)
def test_a_slice_that_cannot_be_read_as_a_whole_is_unreadable(lines: list[str]) -> None:
    """Whatever the typed decode passed over, it costs that record alone."""
    *others, read, _ = value_records([*lines, line()], SPEC)
    assert isinstance(read, Line)
    checker = Checker()
    before = [checker.feed(one) for one in others]
    found = checker.feed(evolve(read, text=read.text + b"}"))

    assert not any(before)
    assert ["unreadable-record"] == [one.name for one in found]


def test_metrics_with_times_of_another_kind_are_judged() -> None:
    """They are compared as instants: the service's own clients write one kind."""
    metric = {"MetricName": "loss", "Value": 0.5, "Timestamp": 1_767_348_100}
    other = line({"/FinalMetricDataList": [metric]})
    found, _ = checked([other, other])

    assert [] == found


@pytest.mark.parametrize(
    "changes",
    [
        {"/LastModifiedTime": 1_767_348_200},
        {"/SecondaryStatusTransitions/0/StartTime": 1_767_348_000},
    ],
    ids=["members", "entries"],
)
def test_times_of_two_kinds_are_not_regular(changes: dict[str, Any]) -> None:
    """The rules judge them: a text and a number can be one time."""
    found, _ = checked([line(), line(changes, modified=300)])

    assert [] == found


def test_milliseconds_are_not_regular() -> None:
    """Numbers beyond the year 5138 as seconds are read by the tolerant reader, every time."""
    times = {"CreationTime": 1_767_348_000_000, "LastModifiedTime": 1_767_348_090_000}
    starts = [1_767_348_000_000, 1_767_348_090_000]
    shown = json.loads(line()) | times
    for entry, start in zip(shown[SPEC.layout.history], starts, strict=True):
        entry["StartTime"] = start
    shown[SPEC.layout.history][0]["EndTime"] = starts[1]
    shown["TrainingStartTime"] = starts[1]

    assert ([], 0) == checked([json.dumps(shown)] * 2)


def test_what_rules_said_of_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is forgotten beyond a number of values, and said again."""
    monkeypatch.setattr(ask, "_MOST", 1)
    polls = [written(poll(text)) for text in (ACTIVE, "InProgress/Starting: Starting")]

    assert [] == [str(found) for found in trainstate.check(polls[::-1])]


def test_what_is_known_of_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number of values they are asked about anew."""
    rulebook.cache_clear()
    monkeypatch.setattr(ask, "_MOST", 1)
    polls = [json.dumps(written(poll(text))) for text in ("InProgress/Starting: Starting", ACTIVE)]

    assert [] == checked([*polls, *polls[1:]])[0]


def test_a_job_holds_its_changes_and_not_its_polls() -> None:
    """Metrics that are new in each poll are none, and what did not change is held once."""
    metrics = [[{"MetricName": "loss", "Value": at / 7}] for at in range(60)]
    polls = [
        line({"/FinalMetricDataList": shown}, modified=300 + at) for at, shown in enumerate(metrics)
    ]
    grown = [line({"/TrainingTimeInSeconds": at}, modified=400 + at) for at in range(5)]
    checker = Checker()
    for record in value_records([*polls, *grown], SPEC):
        assert not [one for one in checker.feed(record) if one.severity is not Severity.INFO]
    (state,) = checker.states

    assert (65, 6) == (state.responses, len(state.pending))
    assert len({id(change.values[HISTORY]) for change in state.pending}) == 1


def test_a_milder_finding_of_the_same_words_is_not_new() -> None:
    """A worse one is: what a later response shows can make an error of a warning."""
    words: dict[str, Any] = {
        "code": "TS000",
        "name": "any",
        "message": "words",
        "help": "",
        "sources": (),
    }
    milder, worse = (Finding(severity=one, **words) for one in (Severity.WARNING, Severity.ERROR))
    first, second = JobState(), JobState()

    assert [True, True, False] == [first.takes(one) for one in (milder, worse, milder)]
    assert [True, False] == [second.takes(one) for one in (worse, milder)]


def test_an_update_out_of_bounds_is_reported() -> None:
    """Members that may change are judged where what they allow changes."""
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    kept = [
        {"/ResourceConfig": resources | {"KeepAlivePeriodInSeconds": seconds}}
        for seconds in (60, 10**6)
    ]
    found, _ = checked([line(kept[0]), line(kept[1], modified=500)])

    assert ["number-out-of-range"] == found


def test_a_pool_is_reused_by_one_job() -> None:
    """Which job reused it stays, whatever else of the pool goes on."""
    done = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
    kept = {"/ResourceConfig/KeepAlivePeriodInSeconds": 600}
    pools = [kept | {"/WarmPoolStatus": {"Status": "Reused", "ReusedByJob": job}} for job in "ab"]
    times = 500, 600
    shown = [written(poll(done, one, modified=at)) for one, at in zip(pools, times, strict=True)]

    assert ["changed-after-end"] == checked([json.dumps(one) for one in shown])[0]


def test_a_job_that_was_modified_before_its_creation_is_not_regular() -> None:
    """In seconds since 1970 as in texts."""
    shown = json.loads(line()) | {"CreationTime": 1_767_348_900.0, "LastModifiedTime": 1.0}
    for entry in shown[SPEC.layout.history]:
        entry |= {name: 1_767_348_900.0 for name in ("StartTime", "EndTime") if name in entry}
    shown["TrainingStartTime"] = 1_767_348_900.0

    assert [] != checked([json.dumps(shown)])[0]


def test_nothing_has_no_kind() -> None:
    """A value that is null is called nothing."""
    assert "nothing" == kind_of(None)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:sagemaker:eu-west-1:123456789012:example",
        "arn:aws:sagemaker::123456789012:training-job/example",
    ],
)
def test_an_arn_without_a_part_is_strange(arn: str) -> None:
    """A training job's ARN has a region, and its resource is a type and a name."""
    found = trainstate.check(written(poll(ACTIVE, {"/TrainingJobArn": arn})))

    assert "foreign-arn" in {one.name for one in found}


@pytest.mark.parametrize("arn", ["***", "arn:aws:sagemaker:eu-west-1:1:processing-job/x"])
def test_an_event_about_no_job_is_not_compared_with_its_envelope(arn: str) -> None:
    """An ARN that names no training job tells no account, region or resource."""
    event = {
        "detail-type": SPEC.layout.event,
        "account": "123456789012",
        "region": "eu-west-1",
        "resources": ["arn:aws:sagemaker:eu-west-1:123456789012:training-job/example"],
        "detail": written(poll(ACTIVE, {"/TrainingJobArn": arn})),
    }
    found = [one for one in trainstate.check(event) if one.pointer == "/resources"]

    assert [] == found


def test_a_fixed_member_that_cannot_be_read_is_not_gone() -> None:
    """TS003 reports the value, and TS606 that it is another one, once."""
    values: list[Any] = [{"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}, []]
    polls = [written(poll(ACTIVE, {"/VpcConfig": value})) for value in values]
    found = [one.name for one in trainstate.check(polls) if one.severity != "info"]

    assert ["wrong-type", "changed-fixed-member"] == found


def test_an_entry_before_the_creation_is_not_regular() -> None:
    """As near as it is: the history begins with the job."""
    early = life("Starting", "Downloading")[-1]
    early["SecondaryStatusTransitions"][0]["StartTime"] -= 5

    assert ["times-out-of-order"] == checked([json.dumps(early)])[0]


def test_a_pool_hides_no_other_change_of_its_moment() -> None:
    """What was billed goes back with the poll that shows the pool available."""
    pooled = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "KeepAlivePeriodInSeconds": 600}
    seconds = {"TrainingTimeInSeconds": 180, "BillableTimeInSeconds": 180}
    in_use, available = (
        life(*COMPLETED, ResourceConfig=pooled, WarmPoolStatus={"Status": status}, **seconds)[-1]
        for status in ("InUse", "Available")
    )
    found, _ = checked([json.dumps(in_use), json.dumps({**available, "TrainingTimeInSeconds": 90})])

    assert "changed-after-end" in found
