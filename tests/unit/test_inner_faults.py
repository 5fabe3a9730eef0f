"""Faults inside members, around details and before all times are found where they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

import trainstate as ts
from tests.lives import BORN, COMPLETED, poll

SERVERLESS: dict[str, Any] = {
    "ServerlessJobConfig": {"JobType": "FineTuning", "BaseModelArn": "a-model"}
}
FIRST = datetime.min.replace(tzinfo=UTC)
ITEM = {"RuleConfigurationName": "loss", "RuleEvaluationStatus": "InProgress"}


def places(*responses: Any, code: str) -> list[str]:
    """The places of a rule's findings."""
    found = ts.check(responses[0] if isinstance(responses[0], str) else list(responses))
    return [one.pointer for one in found if one.code == code]


@pytest.mark.parametrize("odd", ["noon", True, [1], {"at": 1}, -3])
@pytest.mark.parametrize(
    ("member", "item", "name"),
    [
        ("FinalMetricDataList", {"MetricName": "loss", "Value": 0.5}, "Timestamp"),
        ("DebugRuleEvaluationStatuses", ITEM, "LastModifiedTime"),
        ("ProfilerRuleEvaluationStatuses", ITEM, "LastModifiedTime"),
    ],
)
def test_a_time_in_a_list_that_is_none_is_found(
    odd: Any, member: str, item: dict[str, Any], name: str
) -> None:
    """As that of a member is; an absent one, and the empty text of Go's SDK, is no fault."""
    done = poll(*COMPLETED)
    shown = [done | {member: [item, {**item, name: time}]} for time in (odd, None, "")]

    assert [[f"/{member}/1/{name}"], [], []] == [places(one, code="TS004") for one in shown]
    assert f"/{member}/1/{name}" in places(*[shown[1]] * 2, shown[0], code="TS004")


@pytest.mark.parametrize(
    "name", ["CurrentEpoch", "MaxEpoch", "CurrentStep", "TotalStepCountPerEpoch"]
)
def test_progress_is_told_in_numbers_from_zero(name: str) -> None:
    """The API declares each of them as such."""
    below, text = (poll(*COMPLETED, **SERVERLESS, ProgressInfo={name: odd}) for odd in (-1, "one"))

    assert [f"/ProgressInfo/{name}"] == places(below, code="TS509")
    assert [f"/ProgressInfo/{name}"] == places(text, code="TS003")


def test_an_epoch_beyond_the_last_is_the_one_that_is_wrong() -> None:
    """How many there are was asked for."""
    shown = poll(*COMPLETED, **SERVERLESS, ProgressInfo={"CurrentEpoch": 9, "MaxEpoch": 3})

    assert ["/ProgressInfo/CurrentEpoch"] == places(shown, code="TS509")


@pytest.mark.parametrize(
    ("name", "odd"), [("time", "noon"), ("time", ["x"]), ("resources", "x"), ("resources", [3])]
)
def test_an_envelope_has_a_time_and_a_list_of_resources(name: str, odd: Any) -> None:
    """What cannot be read is told; what was masked by hand says nothing."""
    kind = "SageMaker Training Job State Change"
    event = {"detail-type": kind, "source": "aws.sagemaker", "detail": poll("Starting")}

    assert [f"/{name}"] == places(event | {name: odd}, code="TS008")
    assert [] == places(event | {name: "***"}, code="TS008")


@pytest.mark.parametrize("born", [0.0, "0001-01-01T00:00:00Z", "2017-11-28T23:59:59Z"])
def test_no_job_is_older_than_the_service(born: Any) -> None:
    """A time that was never set is one that no job had; in lists, too."""
    job = poll(*COMPLETED) | {"CreationTime": born}
    row = {name: job[name] for name in ("TrainingJobName", "TrainingJobStatus", "CreationTime")}

    assert "/CreationTime" in places(job, code="TS404")
    assert ["/CreationTime"] == places(row, code="TS404")
    assert [] == places(row | {"CreationTime": "2017-11-29T00:00:00Z"}, code="TS404")


def test_a_serverless_job_keeps_its_results() -> None:
    """Its responses have neither instances nor an algorithm, and are whole."""
    job = poll(*COMPLETED, **SERVERLESS, OutputModelPackageArn="arn:aws:sagemaker:x")
    for name in ("ResourceConfig", "AlgorithmSpecification"):
        del job[name]
    later = job | {"LastModifiedTime": job["LastModifiedTime"] + 60}
    del later["OutputModelPackageArn"]

    assert ["/OutputModelPackageArn"] == places(job, later, code="TS612")


PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/mine/3"
GROUP = "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/Mine"


@pytest.mark.parametrize(
    ("package", "stands"),
    [
        (PACKAGE, True),
        (PACKAGE.replace("mine", "***"), True),
        ("my-package", True),
        (PACKAGE.replace("mine", "mine-too"), False),
        (PACKAGE.replace("123456789012", "210987654321"), False),
    ],
)
def test_a_package_is_one_of_the_jobs_group(package: str, stands: bool) -> None:
    """The API calls it the group of the output; ARNs of packages are in lower case."""
    config: dict[str, Any] = {"ModelPackageConfig": {"ModelPackageGroupArn": GROUP}}
    job = poll(*COMPLETED, **SERVERLESS, **config, OutputModelPackageArn=package)

    assert ([] if stands else ["/OutputModelPackageArn"]) == places(job, code="TS515")


@pytest.mark.parametrize(
    ("length", "stands"), [("1K", True), ("1024K", True), ("0K", False), ("1025K", False)]
)
def test_a_sequence_has_1_to_1024_thousand_tokens(length: str, stands: bool) -> None:
    """The documentation names both ends."""
    config = {**SERVERLESS["ServerlessJobConfig"], "SequenceLength": length}
    job = poll("Starting", ServerlessJobConfig=config)

    place = "/ServerlessJobConfig/SequenceLength"
    assert ([] if stands else [place]) == places(job, code="TS514")


@pytest.mark.parametrize(("at", "stands"), [(BORN + 1, False), (BORN + 55, True), (BORN, False)])
def test_a_metric_is_no_older_than_the_training(at: float, stands: bool) -> None:
    """The algorithm has a clock of its own: a minute is no fault.

    A restart may set the start anew.
    """
    metric = {"MetricName": "loss", "Value": 0.5, "Timestamp": at}
    running = poll(*COMPLETED[:3], step=100)
    done = poll(*COMPLETED, step=100, FinalMetricDataList=[metric])

    expected = [] if stands else ["/FinalMetricDataList/0/Timestamp"]
    assert expected == places(done, code="TS413") == places(running, done, code="TS413")
    lines = "\n".join(map(json.dumps, (running, done, done)))
    assert expected == places(lines, code="TS413")
    restarted = done | {"TrainingStartTime": BORN + 100 * 3}
    assert expected == places(restarted, code="TS413")
    # The history shows when the training started, too.
    unstarted = {name: value for name, value in done.items() if name != "TrainingStartTime"}
    assert expected == places(unstarted, code="TS413")


@pytest.mark.parametrize("statuses", [("Starting",), ("Starting", "Pending")])
def test_a_job_that_never_trained_has_no_metric(statuses: tuple[str, ...]) -> None:
    """The training algorithm emits them; a history with training of before shows that it ran."""
    metrics = [{"MetricName": "loss", "Value": 0.5, "Timestamp": BORN + 2}]
    first = poll("Starting", step=100)
    never = poll(*statuses, step=100, FinalMetricDataList=metrics)
    expected = ["/FinalMetricDataList/0/Timestamp"]

    assert expected == places(never, code="TS413") == places(first, never, code="TS413")
    lines = "\n".join(map(json.dumps, (first, never, never)))
    assert expected == places(lines, code="TS413")
    again = poll(*COMPLETED[:3], "Starting", step=100, FinalMetricDataList=metrics)
    later = [{**metrics[0], "Timestamp": BORN + 250}]
    assert [] == places(again | {"FinalMetricDataList": later}, code="TS413")
    assert [] == places(never | {"FinalMetricDataList": []}, code="TS413")


@pytest.mark.parametrize(
    "hidden", [{"SecondaryStatusTransitions": []}, {"SecondaryStatusTransitions": None}]
)
def test_a_job_without_a_history_may_have_trained(hidden: dict[str, Any]) -> None:
    """Nor does an event tell, a status that no fact knows, or entries without times."""
    metrics = [{"MetricName": "loss", "Value": 0.5, "Timestamp": BORN + 2}]
    never = poll("Starting", step=100, FinalMetricDataList=metrics)
    event = {"detail-type": "SageMaker Training Job State Change", "detail": never}
    fresh = json.loads(json.dumps(never).replace("Starting", "Igniting"))

    assert [] == places(never | hidden, code="TS413")
    assert [] == places(event, code="TS413") == places(fresh, code="TS413")
    done = poll(*COMPLETED, step=100, FinalMetricDataList=metrics)
    bare = [{"Status": one["Status"]} for one in done["SecondaryStatusTransitions"]]
    timeless = done | {"SecondaryStatusTransitions": bare, "TrainingStartTime": None}
    assert [] == places(timeless, code="TS413")


@pytest.mark.parametrize("unset", ["0001-01-01T00:00:00", "0001-01-01T00:00:00Z", FIRST])
def test_an_unset_time_inside_a_member_is_absent(unset: Any) -> None:
    """Go programs write it for an evaluation that has no time, or a metric."""
    rule = {"RuleConfigurationName": "loss"}
    rules = [rule | {"RuleEvaluatorImage": "rules:1"}]
    evaluated = [rule | {"RuleEvaluationStatus": "InProgress", "LastModifiedTime": unset}]
    metrics = [{"MetricName": "loss", "Value": 0.5, "Timestamp": unset}]
    written = poll(*COMPLETED) | {
        "DebugRuleConfigurations": rules,
        "DebugRuleEvaluationStatuses": evaluated,
        "FinalMetricDataList": metrics,
    }

    assert [] == [str(one) for one in ts.check([written]).findings]


def test_a_metric_of_a_job_without_a_training_start_is_no_older_than_the_job() -> None:
    """An excerpt says no more."""
    metric = {"MetricName": "loss", "Value": 0.5, "Timestamp": BORN + 1}
    done = poll(*COMPLETED, step=100, FinalMetricDataList=[metric])
    excerpt = {key: done[key] for key in ("TrainingJobName", "CreationTime", "FinalMetricDataList")}

    assert [] == places(excerpt | {"TrainingJobStatus": "Completed"}, code="TS413")


@pytest.mark.parametrize("member", ["FinalMetricDataList", "SecondaryStatusTransitions"])
def test_each_list_has_one_unit_of_time(member: str) -> None:
    """Another list, and the members around it, may have another one."""
    done = poll(*COMPLETED)
    done["FinalMetricDataList"] = [
        {"MetricName": name, "Value": 0.5, "Timestamp": BORN + 130} for name in ("loss", "acc")
    ]
    name = {"FinalMetricDataList": "Timestamp"}.get(member, "StartTime")
    odd = [dict(item) for item in done[member]]
    odd[1][name] *= 1000
    mixed = done | {member: odd}

    for shown in ([mixed], [done, mixed | {"LastModifiedTime": BORN + 900}]):
        lines = "\n".join(map(json.dumps, shown))
        assert (
            [f"/{member}/1/{name}"] == places(*shown, code="TS010") == places(lines, code="TS010")
        )


@pytest.mark.parametrize(
    ("member", "parts", "place"),
    [
        ("ResourceConfig", {"InstanceType": "ml.m5.xlarge"}, "ResourceConfig/InstanceType"),
        ("StoppingCondition", {"MaxRuntimeInSeconds": 60}, "StoppingCondition/MaxRuntimeInSeconds"),
        ("ResourceConfig", {"InstanceType": "ml.x.large", "InstanceCount": 1}, "ResourceConfig"),
        ("HyperParameters", {"api-key": "aloud"}, "HyperParameters"),
    ],
)
def test_the_part_of_a_setting_that_changed_is_named(
    member: str, parts: dict[str, Any], place: str
) -> None:
    """If it is one; the names in a map can be secrets, as its values."""
    was = poll(*COMPLETED[:2])
    now = poll(*COMPLETED[:3]) | {member: {**was[member], **parts}}

    lines = "\n".join(map(json.dumps, (was, now)))
    assert [f"/{place}"] == places(was, now, code="TS606") == places(lines, code="TS606")
    (found,) = [one for one in ts.check([was, now]) if one.code == "TS606"]
    assert f"`{place}` differs" in found.message
