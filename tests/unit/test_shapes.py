"""Shapes: what the API declares of the values inside members, and what does not fit."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trainstate
from tests.lives import BORN, COMPLETED, FAILED, SPOT, poll
from trainstate.history.shapes import misshapen
from trainstate.history.typed import decode_of, values_of
from trainstate.rules.model import Severity
from trainstate.spec.load import builtin_spec
from trainstate.testing.configuration import OPTIONAL

SPEC = builtin_spec()
DECODE = decode_of(SPEC)
CHANNEL: dict[str, Any] = {
    "ChannelName": "train",
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/train"}},
}
IMAGE = {"TrainingImage": "image", "TrainingInputMode": "File"}
GROUP = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "InstanceGroupName": "data"}
GROUPS = "InstanceGroups"
WHOLE = poll(
    *SPOT,
    AlgorithmSpecification=IMAGE,
    **{
        name: OPTIONAL[name]
        for name in OPTIONAL
        if name not in {"ServerlessJobConfig", "ProgressInfo"} and not name.endswith("JobArn")
    },
)
PLACE = "s3://bucket/path"
INSTANCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
METRIC = {"MetricName": "loss", "Value": "NaN", "Timestamp": BORN + 90}
CLIENTS = [
    {"InputDataConfig": []},
    {"InputDataConfig": [{**CHANNEL, "CompressionType": "", "RecordWrapperType": None}]},
    {"InputDataConfig": [{**CHANNEL, "DataSource": {**CHANNEL["DataSource"], "More": {}}}]},
    {"VpcConfig": {"SecurityGroupIds": [], "Subnets": []}},
    {"RetryStrategy": {}},
    {"WarmPoolStatus": {"Status": ""}},
    {"OutputDataConfig": {"KmsKeyId": "", "S3OutputPath": PLACE, "CompressionType": ""}},
    {"OutputDataConfig": {"S3OutputPath": "s3://bucket", "RemoveJobNameFromS3OutputPath": False}},
    {"ProfilerConfig": {"ProfilingIntervalInMilliseconds": 500.0}},
    {"FinalMetricDataList": [METRIC, {**METRIC, "MetricName": "acc", "Value": None}]},
    {"ResourceConfig": {"InstanceType": "ml.next-1.huge", "InstanceCount": 1}},
]
"""What clients write where there is nothing, numbers as they write them, and what is new."""
HIDDEN = [
    {"RoleArn": "arn:aws:iam::<account>:role/x"},
    {"RoleArn": "arn:aws:iam::ACCOUNT:role/x"},
    {"RoleArn": "the-role"},
    {"RoleArn": "REDACTED"},
    {"OutputDataConfig": {"S3OutputPath": "***"}},
    {"OutputDataConfig": {"S3OutputPath": "bucket"}},
    {"OutputDataConfig": {"S3OutputPath": "", "KmsKeyId": "alias/mine"}},
    {"VpcConfig": {"SecurityGroupIds": [""], "Subnets": []}},
    {"AlgorithmSpecification": {"TrainingInputMode": "", "TrainingImage": "image"}},
    {"InputDataConfig": [{**CHANNEL, "ChannelName": "<channel>"}] * 2},
    {"VpcConfig": {"SecurityGroupIds": ["sg-***"], "Subnets": ["[subnet]"]}},
    {"AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "TrainingInputMode"}},
]
"""What people write where they take something out, and what samples of the documentation have."""
MISSHAPEN = [
    ("AlgorithmSpecification/TrainingInputMode", "file", "TS514"),
    ("AlgorithmSpecification/TrainingInputMode", 5, "TS003"),
    ("AlgorithmSpecification/TrainingInputMode", None, "TS514"),
    ("InputDataConfig/0/ChannelName", "a channel", "TS514"),
    ("InputDataConfig/0/DataSource", None, "TS514"),
    ("InputDataConfig/0/DataSource", "s3://bucket", "TS003"),
    ("InputDataConfig/0/DataSource/S3DataSource/S3Uri", "/data", "TS514"),
    ("RoleArn", "arn:aws:iam::123:role/x", "TS514"),
    ("ProfilerConfig/ProfilingIntervalInMilliseconds", 7, "TS515"),
    ("OutputDataConfig/KmsKeyId", "arn:aws:iam::123456789012:role/x", "TS514"),
    ("DebugHookConfig/HookParameters", {"n" * 257: "x"}, "TS514"),
    ("ProfilerConfig/DisableProfiler", "no", "TS003"),
    ("VpcConfig/Subnets", None, "TS514"),
    ("VpcConfig/Subnets", "subnet-1", "TS003"),
    ("VpcConfig/Subnets/0", "a subnet", "TS514"),
    ("MlflowDetails/MlflowRunId", 5, "TS003"),
]


def alarms(response: dict[str, Any]) -> list[tuple[str, str]]:
    found = trainstate.check(json.dumps(response)).at_least(Severity.WARNING)
    return [(finding.code, finding.pointer) for finding in found]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The whole response with another value at a path; None takes it out."""
    response = copy.deepcopy(WHOLE)
    target: Any = response
    *way, last = path.split("/")
    for step in way:
        target = target[int(step)] if isinstance(target, list) else target[step]
    if value is None:
        del target[last]
    else:
        target[int(last) if isinstance(target, list) else last] = value
    return response


@pytest.mark.parametrize("members", [{}, *CLIENTS, *HIDDEN], ids=str)
def test_what_clients_and_people_write_fits(members: dict[str, Any]) -> None:
    """Empty values, masks, placeholders and what is new raise no alarm."""
    assert alarms(poll(*COMPLETED, **members)) == []


@pytest.mark.parametrize(("path", "value", "code"), MISSHAPEN)
def test_what_does_not_fit_is_told_at_its_place(path: str, value: Any, code: str) -> None:
    """A value of another type is TS003's, one that the API does not declare TS514's."""
    assert alarms(changed(path, value)) == [(code, f"/{path}")]


def test_an_empty_part_excuses_no_other() -> None:
    """The service writes an empty key where there is none, and a path beside it."""
    shown = poll(*COMPLETED, OutputDataConfig={"KmsKeyId": ""})
    cut = ("RoleArn", "StoppingCondition")
    excerpt = {key: value for key, value in shown.items() if key not in cut}

    assert [("TS514", "/OutputDataConfig/S3OutputPath")] == alarms(shown)
    assert [] == alarms(excerpt)


@pytest.mark.parametrize("held", [{"1A": "x", "2A": "y"}, {"A": "v" * 513}])
def test_a_map_is_told_without_what_it_holds(held: dict[str, str]) -> None:
    """Names of variables may be secrets as their values are: neither is shown."""
    report = trainstate.check(json.dumps(poll(*COMPLETED, Environment=held)))
    told = [finding for finding in report if finding.code == "TS514"]

    assert [finding.pointer for finding in told] == ["/Environment"]
    assert not any(word in str(told[0]) for word in ("1A", "2A", "vvv"))


EMPTY = [
    ("RoleArn", ""),
    ("OutputDataConfig", {}),
    ("OutputDataConfig/S3OutputPath", ""),
    ("AlgorithmSpecification/TrainingInputMode", ""),
    ("ResourceConfig", {}),
    ("InputDataConfig/0/ChannelName", ""),
    ("InputDataConfig/0/DataSource", {}),
    ("VpcConfig/Subnets", []),
    ("RetryStrategy", {}),
]


@pytest.mark.parametrize(("path", "value"), EMPTY, ids=str)
@pytest.mark.parametrize("form", [json.dumps, dict])
def test_an_empty_value_where_one_is_required_is_an_info(path: str, value: Any, form: Any) -> None:
    """The service never writes it, but who takes a value out by hand does."""
    found = list(trainstate.check([form(changed(path, value))]))

    assert [("TS514", f"/{path}", "info")] == [(f.code, f.pointer, f.severity) for f in found]


@pytest.mark.parametrize(("path", "value"), EMPTY, ids=str)
def test_an_empty_value_in_an_excerpt_says_nothing(path: str, value: Any) -> None:
    """What else is absent was taken out by somebody, and so was the value."""
    excerpt = changed(path, value)
    del excerpt["StoppingCondition"], excerpt["EnableManagedSpotTraining"]

    assert "TS514" not in [finding.code for finding in trainstate.check(json.dumps(excerpt))]


def test_a_list_item_without_anything_lacks_its_parts() -> None:
    """An item stands for something, so an empty one was not written by the service."""
    found = trainstate.check(json.dumps(changed("InputDataConfig/0", {})))

    assert ["/InputDataConfig/0"] == [f.pointer for f in found if f.code == "TS514"]


@pytest.mark.parametrize("value", [[], [1], {"a": 1}])
def test_a_metric_that_is_no_number_stops_no_check(value: Any) -> None:
    """A list where a number is expected is told, and the rest is judged."""
    metrics = [{**METRIC, "Value": value}]
    found = alarms(poll(*COMPLETED, FinalMetricDataList=metrics))

    assert found == ([("TS003", "/FinalMetricDataList/0/Value")] if value else [])


def test_what_an_excerpt_leaves_out_is_no_fault() -> None:
    """Parts are missed in a whole response alone; what is there is judged in any."""
    excerpt: dict[str, Any] = {"RoleArn": None, "OutputDataConfig": None}
    short = {**excerpt, "AlgorithmSpecification": {"TrainingImage": "image"}}

    assert alarms(poll(*COMPLETED, **short)) == []
    assert alarms(poll(*COMPLETED, **excerpt, FailureReason="x" * 2000)) != []


@pytest.mark.parametrize("forms", [json.dumps, dict])
def test_a_reason_that_is_too_long_is_told_however_it_is_read(forms: Any) -> None:
    """The one member with a shape that is no slice of the typed decode is held to it, too."""
    report = trainstate.check([forms(poll(*FAILED, FailureReason="x" * 1025))])

    assert ["TS514"] == [finding.code for finding in report]
    assert not list(trainstate.check([forms(poll(*FAILED, FailureReason="x" * 1024))]))


def test_two_items_of_one_name_are_told() -> None:
    """The second of two channels with one name is the one that cannot be."""
    told = alarms(poll(*COMPLETED, InputDataConfig=[CHANNEL, CHANNEL]))

    assert told == [("TS514", "/InputDataConfig/1/ChannelName")]


@pytest.mark.parametrize(
    ("member", "parts", "told"),
    [
        ("AlgorithmSpecification", {**IMAGE, "AlgorithmName": "mine"}, "AlgorithmName"),
        ("ResourceConfig", {**INSTANCES, "InstanceGroups": [GROUP]}, GROUPS),
    ],
)
def test_parts_that_exclude_each_other(member: str, parts: dict[str, Any], told: str) -> None:
    """The second of two parts that are never together is the one that cannot be."""
    changed: dict[str, Any] = {member: parts}

    assert alarms(poll(*COMPLETED, **changed)) == [("TS514", f"/{member}/{told}")]


def test_an_event_spells_its_own_way() -> None:
    """What is inside the detail of an event is not held against the shapes."""
    detail = poll(*COMPLETED, InputDataConfig=[{**CHANNEL, "CompressionType": "NONE"}])
    event = {"detail-type": "SageMaker Training Job State Change", "detail": detail}

    assert alarms(event) == []


@pytest.mark.parametrize("name", ["inputDataConfig", "input_data_config"])
def test_another_notation_has_the_same_shapes(name: str) -> None:
    """Names in camelCase and snake_case hide no value that the API does not declare."""
    snake = "_" in name
    whole = {_spelt(key, snake=snake): value for key, value in WHOLE.items()}
    whole[name] = [_inner({**CHANNEL, "CompressionType": "zip"}, snake=snake)]

    assert ("TS514", "/InputDataConfig/0/CompressionType") in alarms(whole)


def _spelt(name: str, *, snake: bool) -> str:
    if not snake:
        return name[:1].lower() + name[1:]
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _inner(value: Any, *, snake: bool) -> Any:
    if isinstance(value, dict):
        return {_spelt(key, snake=snake): _inner(item, snake=snake) for key, item in value.items()}
    return value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70_000) | st.sampled_from(["", "a", "s3://b", "/"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["Name", "Status", "S3Uri", "*"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_what_the_typed_decode_takes_fits(data: st.DataObject) -> None:
    """Members that are decoded by their shapes have nothing that a walk finds misshapen."""
    assert DECODE is not None
    whole = copy.deepcopy(WHOLE)
    target: Any = whole
    while isinstance(target, dict | list) and target:
        inner = range(len(target)) if isinstance(target, list) else sorted(target)
        step = data.draw(st.sampled_from(list(inner)))
        if not isinstance(target[step], dict | list) or data.draw(st.booleans()):
            target[step] = data.draw(JSON)
            break
        target = target[step]
    typed = DECODE.line(msgspec.json.encode(whole))
    if typed is not None and DECODE.inside(values_of(typed)) is not None:
        members = {one.name: whole[one.name] for one in DECODE.sliced if one.name in whole}
        assert list(misshapen(members, SPEC)) == []
