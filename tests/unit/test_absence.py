"""What is absent, and what is said: no verdict hangs on which response came first."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

import trainstate as ts
from tests.lives import COMPLETED, SPOT, poll

RETRIED = ("Starting", "Training", "Starting")
TWICE = {"MaximumRetryAttempts": 2}


def event(detail: dict[str, Any], *absent: str) -> dict[str, Any]:
    """An event: what it leaves out is not seen."""
    shown = {name: value for name, value in detail.items() if name not in absent}
    return {"detail-type": "SageMaker Training Job State Change", "detail": shown}


def names(*responses: Any) -> set[str]:
    """The rules that give an error or a warning, late arrivals aside."""
    found = ts.check(list(responses)).at_least(ts.Severity.WARNING)
    return {one.name for one in found} - {"stale-observation"}


def test_an_event_that_leaves_the_retries_out_decides_nothing() -> None:
    """A response with the strategy answers what events left open, before it or after it."""
    told = event(poll(*RETRIED), "RetryStrategy")
    shown = poll(*RETRIED, RetryStrategy=TWICE)
    reports = [ts.check(list(order)) for order in permutations([told, shown])]

    assert [[], []] == [list(map(str, one.at_least(ts.Severity.WARNING))) for one in reports]
    assert {ts.Verdict.CONSISTENT} == {report.verdict for report in reports}


def test_a_whole_response_without_retries_forbids_what_an_event_showed() -> None:
    """The way that the event told is judged when the configuration is shown, in any order."""
    told, shown = event(poll(*RETRIED), "RetryStrategy"), poll(*RETRIED[:2])

    assert {"guard-violated"} == names(told, shown) == names(shown, told)


@pytest.mark.parametrize("absent", ["EnableManagedSpotTraining", "RoleArn", "ResourceConfig"])
def test_who_leaves_one_setting_out_may_have_left_out_the_retries(absent: str) -> None:
    """An old client, and a query, show no more than what they show: only that is told."""
    shown = poll(*RETRIED)
    del shown[absent]

    assert names(shown) <= {"missing-member"}


def test_what_is_said_beats_what_is_implied() -> None:
    """A waiting limit beside a switch that is off makes no spot job, and is a finding itself."""
    shown = poll(*SPOT[:4], EnableManagedSpotTraining=False)

    assert {"guard-violated", "contradictory-configuration"} == names(shown)


def test_a_search_does_not_show_that_a_job_is_serverless() -> None:
    """That no time is billed is no saving where the reason is not in a result of Search."""
    billed: dict[str, Any] = {"TrainingTimeInSeconds": 180, "BillableTimeInSeconds": 0}
    shown = poll(*COMPLETED, **billed)

    assert {"spot-savings-without-spot"} == names(shown)
    assert set() == names({"Results": [{"TrainingJob": shown}]})
    assert set() == names(shown | {"Tags": []})


@pytest.mark.parametrize("name", ["VpcConfig", "RetryStrategy", "TuningJobArn", "RoleArn"])
def test_what_is_fixed_neither_comes_nor_goes(name: str) -> None:
    """Between two whole responses; between a whole one and an excerpt it may."""
    fixed: dict[str, Any] = {name: "arn:aws:iam::123456789012:role/r"}
    had = poll("Starting", **fixed)
    lacks = {key: value for key, value in poll("Starting", "Training").items() if key != name}
    picked = lacks.keys() - {"StoppingCondition", "ResourceConfig"}
    excerpt = {key: value for key, value in lacks.items() if key in picked}

    assert "changed-fixed-member" in names(had, lacks)
    assert "changed-fixed-member" not in names(had, excerpt)


SWITCHES = (
    *("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption"),
    "EnableManagedSpotTraining",
)


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize("setting", [False, True])
def test_a_switch_neither_comes_nor_goes(switch: str, setting: bool) -> None:
    """Off is said as well as on; a client that knows what is younger knows the switch."""
    younger: dict[str, Any] = {"Environment": {"stage": "test"}}
    had = poll("Starting", **younger) | {switch: setting}
    lacks = poll("Starting", "Training", **younger)
    lacks.pop(switch, None)

    assert "changed-fixed-member" in names(had, lacks)
    assert "changed-fixed-member" in names(lacks, had | {"LastModifiedTime": 1_700_000_900})


@pytest.mark.parametrize("day", ["2018-11-28", "2019-01-10", "2019-08-20", "2020-12-08"])
def test_an_older_client_drops_what_it_does_not_know(day: str) -> None:
    """Who lacks all that came after a day has a client of that day."""
    life: dict[str, Any] = {"VpcConfig": {"Subnets": ["a"]}, "RetryStrategy": TWICE}
    new = poll("Starting", "Training", **life) | dict.fromkeys(SWITCHES, False)
    known = ts.SPEC.member_by_name
    old = {name: value for name, value in new.items() if known[name].since <= day}

    for polls in ([new, old], [old, new], [old, new, old]):
        assert "changed-fixed-member" not in names(*polls)


@pytest.mark.parametrize("value", [3, 0.1, True, ["a"], {"a": "b"}])
def test_a_map_holds_texts(value: Any) -> None:
    """Another type is a fault where the form is the service's own, and its value is not told."""
    (found,) = ts.check(poll("Starting", HyperParameters={"key": value}), select=["TS003"])

    assert "/HyperParameters/key" == found.pointer
    assert repr(value) not in found.message
    assert () == ts.check({"hyper_parameters": {"key": value}}, select=["TS003"]).findings


@pytest.mark.parametrize("arn", ["x", "arn", "***", "arn:aws:sagemaker:us-east-1:REDACTED"])
def test_an_arn_without_a_job_names_none(arn: str) -> None:
    """The names decide: two jobs at one time are two, and nothing is said of the ARN."""
    one, two = (
        poll("Starting", name=name, born=born, TrainingJobArn=arn)
        for name, born in (("one", 1_700_000_000.0), ("two", 1_700_000_002.0))
    )
    report = ts.check([one, two, one, two])

    assert ["one", "two"] == [job.job for job in report.jobs]
    assert () == report.at_least(ts.Severity.WARNING)


def test_the_level_of_a_transition_is_named() -> None:
    """Where a source has it, and its evidence is not accepted, the message says what takes it."""
    stopped = poll("Starting", "Pending", "Stopped")
    del stopped["TrainingStartTime"]
    messages = [f.message for f in ts.check(stopped, accept="documented", select=["TS301"])]

    assert () == ts.check(stopped, accept="recorded", select=["TS301"]).findings
    assert all("`--accept recorded`" in message for message in messages)
    assert messages


OLD = [{}, {"DebugHookConfig": {"S3OutputPath": "s3://bucket"}}]
"""What clients show that are older than retries: one of 2019, and one of 2020."""


def whole(*statuses: str, **members: Any) -> dict[str, Any]:
    """A response with what the service always gave since 2019, and nothing younger."""
    shown = poll(*statuses, **members)
    return {name: value for name, value in shown.items() if name != "Environment"}


@pytest.mark.parametrize("older", OLD)
def test_a_client_that_is_older_than_retries_forbids_none(older: Any) -> None:
    """Its answer lacks the strategy of a job that has one."""
    report = ts.check([whole(*RETRIED, **older)])

    assert ["guard-unverified"] == [one.name for one in report]
    assert ts.Verdict.UNKNOWN is report.verdict


def test_a_job_that_is_older_than_retries_has_none() -> None:
    """Whoever shows it: nobody could ask for any."""
    assert {"guard-violated"} == names(whole(*RETRIED, born=1_600_000_000.0))


def test_a_client_that_knows_what_is_younger_knows_retries() -> None:
    """What it lacks, the job has not."""
    assert {"guard-violated"} == names(whole(*RETRIED, InfraCheckConfig={}))


@pytest.mark.parametrize("name", ["DebugRuleEvaluationStatuses", "ProfilerRuleEvaluationStatuses"])
def test_an_older_client_shows_no_evaluations(name: str) -> None:
    """It lacks the other members that came with them, too; who has those had to show them."""
    rules = [{"RuleConfigurationName": "loss", "RuleEvaluationStatus": "InProgress"}]
    rule = {"RuleConfigurationName": "loss", "RuleEvaluatorImage": "image"}
    beside: dict[str, Any] = {
        "DebugRuleConfigurations": [rule],
        "ProfilerRuleConfigurations": [rule],
        "ProfilingStatus": "Enabled",
    }
    had = whole("Starting", "Training", **{name: rules}, **beside)
    later = whole("Starting", "Training", "Uploading")

    assert set() == names(had, later)
    assert {"vanished-rule-evaluation"} == names(had, later | beside)


@pytest.mark.parametrize(
    ("name", "old", "young"),
    [
        ("StoppingCondition", {"MaxRuntimeInSeconds": 60}, {"MaxWaitTimeInSeconds": 90}),
        ("ResourceConfig", {"InstanceCount": 2}, {"TrainingPlanArn": "arn"}),
        ("AlgorithmSpecification", {"TrainingImage": "image"}, {"ContainerArguments": ["a"]}),
    ],
)
def test_parts_of_a_setting_may_be_left_out(name: str, old: Any, young: Any) -> None:
    """A client is older than they are, or a query did not ask for them; none may change."""
    shown: list[dict[str, Any]] = [{name: old}, {name: old | young}]
    shown.append({name: {**dict.fromkeys(old, 7), **young}})
    less, more, other = (poll("Starting", **one) for one in shown)
    changed = {one.name for polls in ([less, more], [more, less]) for one in ts.check(polls)}

    assert "changed-fixed-member" not in changed
    assert "changed-fixed-member" in {one.name for one in ts.check([less, other])}
    assert "changed-fixed-member" in {one.name for one in ts.check([other, more])}


def test_a_search_may_look_like_a_response() -> None:
    """Taken from its page, of a job without tags; it has no status of the profiler either."""
    rules = [{"RuleConfigurationName": "loss", "RuleEvaluationStatus": "InProgress"}]
    had = poll(
        "Starting", "Training", ProfilingStatus="Enabled", ProfilerRuleEvaluationStatuses=rules
    )
    later = poll("Starting", "Training", "Uploading")

    assert set() == names(had, later)
    assert {"vanished-rule-evaluation"} == names(had, later | {"ProfilingStatus": "Enabled"})


def test_a_list_that_cut_its_times_orders_nothing_within_a_second() -> None:
    """The row of a later status may have an earlier time than a poll of the one before."""
    at = 1_700_000_300
    polls = [poll("Starting", "Training") | {"LastModifiedTime": at + 0.1}]
    names_it = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
    row = {name: polls[0][name] for name in names_it}
    rows = [
        row | {"SecondaryStatus": status, "LastModifiedTime": at}
        for status in ("Training", "Uploading")
    ]
    later = [polls[0] | {"LastModifiedTime": at + 2}]

    assert set() == names(*rows, *polls) == names(*polls, *rows) == names(*polls, *rows, *polls)
    assert {"unreachable-state"} == names(*rows, *later)


def told(*polls: dict[str, Any], rule: str) -> set[tuple[str, str]]:
    """The place and severity of each finding of a rule, however the polls are read."""
    found = [
        {(f.pointer, str(f.severity)) for f in ts.check(form(polls), select=[rule])}
        for form in FORMS
    ]
    assert all(one == found[0] for one in found)
    return found[0]


FORMS = (list, lambda polls: "\n".join(map(json.dumps, polls)))


@pytest.mark.parametrize("name", ["RetryStrategy", "Environment"])
def test_what_an_older_client_may_not_know_comes_and_goes_as_an_info(name: str) -> None:
    """Nothing in the response without it shows that its client knows the member."""
    value: Any = TWICE if name == "RetryStrategy" else {"stage": "test"}
    had = poll("Starting") | {name: value}
    lacks = {key: value for key, value in poll("Starting", "Training").items() if key != name}
    lacks.pop("Environment", None)
    later = had | {"LastModifiedTime": 1_700_000_900}

    assert (f"/{name}", "info") in told(had, lacks, rule="TS606")
    assert (f"/{name}", "info") in told(lacks, later, rule="TS606")


def test_an_older_client_in_between_loses_no_evaluation() -> None:
    """What it does not show of the configuration excuses it from showing what came of it."""
    rules: dict[str, Any] = {
        "DebugHookConfig": {"S3OutputPath": "s3://bucket/debug"},
        "DebugRuleConfigurations": [{"RuleConfigurationName": "loss", "RuleEvaluatorImage": "i"}],
        "DebugRuleEvaluationStatuses": [
            {"RuleConfigurationName": "loss", "RuleEvaluationStatus": "InProgress"}
        ],
    }
    old = [poll(*COMPLETED[:length]) for length in (1, 2, 3)]
    for shown in old:
        shown.pop("Environment", None)
    polls = [old[0], old[1] | rules, old[2]]

    assert set() == names(*polls)


PARTS = [
    ("ResourceConfig", "VolumeSizeInGB", 30),
    ("ResourceConfig", "VolumeKmsKeyId", "alias/mine"),
]


@pytest.mark.parametrize(("name", "part", "value"), PARTS)
def test_a_part_that_every_client_knows_neither_comes_nor_goes(
    name: str, part: str, value: Any
) -> None:
    """It is as old as what every whole response shows."""
    had, lacks = poll("Starting"), poll("Starting", "Training")
    had[name] = {**had[name], part: value}
    lacks[name] = {key: held for key, held in lacks[name].items() if key != part}
    later = had | {"LastModifiedTime": 1_700_000_900}

    assert told(had, lacks, rule="TS606") == {(f"/{name}/{part}", "warning")}
    assert told(lacks, later, rule="TS606") == {(f"/{name}/{part}", "warning")}


def serverless(*statuses: str, **members: Any) -> dict[str, Any]:
    """A response of a serverless job: it has no image and no instances."""
    model = "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/a/1.0.0"
    config = {"JobType": "FineTuning", "BaseModelArn": model}
    shown = poll(*statuses, ServerlessJobConfig=config, **members)
    return {
        key: shown[key] for key in shown if key not in ("AlgorithmSpecification", "ResourceConfig")
    }


def test_a_job_does_not_become_serverless() -> None:
    """Its members of the same release show that the client knows what it lacks."""
    young: dict[str, Any] = {"MlflowConfig": {"MlflowResourceArn": "arn"}}
    was = serverless("Starting", **young)
    del was["ServerlessJobConfig"]
    now = serverless("Starting", "Training", **young)

    assert told(was, now, rule="TS606") == {("/ServerlessJobConfig", "warning")}


def test_remote_debugging_stays_as_it_was_at_the_end() -> None:
    """It can be updated while the job downloads or trains."""
    values = ({"EnableRemoteDebug": value} for value in (True, False))
    on, off = ({"RemoteDebugConfig": value} for value in values)
    training = poll("Starting", "Training") | on
    ended = poll("Starting", "Training", "Uploading", "Completed") | off
    later = ended | on | {"LastModifiedTime": 1_700_000_900}

    assert set() == told(training, ended, rule="TS612")
    assert {("/RemoteDebugConfig", "error")} == told(training, ended, later, rule="TS612")


@pytest.mark.parametrize("known", [COMPLETED[:3], COMPLETED])
def test_a_setting_that_changes_with_or_after_the_end_is_reported(known: tuple[str, ...]) -> None:
    """Not only the results of an ended job stay as they are."""
    other = poll(*COMPLETED, RoleArn="arn:aws:iam::123456789012:role/other")

    assert "changed-fixed-member" in names(poll(*known), other)


@pytest.mark.parametrize("kind", ["event", "search"])
def test_only_a_described_job_loses_a_part_of_a_setting(kind: str) -> None:
    """Events and searches may leave out what a setting consists of; a whole response does not."""
    image = {"TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1"}
    algorithm = {**image, "TrainingInputMode": "File"}
    metrics = {"MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*)"}]}
    had = poll(*COMPLETED[:3], AlgorithmSpecification={**algorithm, **metrics})
    lacks = poll(*COMPLETED[:3], AlgorithmSpecification=algorithm)
    other = event(lacks) if kind == "event" else {"Results": [{"TrainingJob": lacks}]}

    assert "changed-fixed-member" in names(had, lacks)
    assert "changed-fixed-member" not in names(had, other)
