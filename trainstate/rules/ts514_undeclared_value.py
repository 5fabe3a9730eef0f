"""TS514 undeclared-value."""

from collections.abc import Iterator

from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Severity, Violation, rule
from trainstate.rules.parts import Problems
from trainstate.rules.shown import quoted_at

_CHANNEL = {
    "ChannelName": "train",
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/train"}},
    "CompressionType": "None",
}


@rule(
    severity="warning",
    sources=["api-members"],
    message="`{member}` is {value}; the API declares {expected}",
    help="look for a value that was edited by hand, or that only a simulator accepts",
    bad=[
        poll(ACTIVE, {"/AlgorithmSpecification/TrainingInputMode": "file"}),
        poll(ACTIVE, {"/ResourceConfig/InstanceType": "m5.large"}),
        poll(ACTIVE, {"/OutputDataConfig/S3OutputPath": "/opt/ml/output"}),
        poll(ACTIVE, {"/InputDataConfig": [{**_CHANNEL, "CompressionType": "zip"}]}),
        poll(ACTIVE, {"/InputDataConfig": [{"ChannelName": "train"}]}),
        poll(ACTIVE, {"/InputDataConfig": [_CHANNEL, _CHANNEL]}),
        poll(ACTIVE, {"/HyperParameters": {f"h{number}": "1" for number in range(101)}}),
    ],
    good=[
        ACTIVE,
        poll(ACTIVE, {"/InputDataConfig": [_CHANNEL, {**_CHANNEL, "ChannelName": "test"}]}),
        poll(ACTIVE, {"/InputDataConfig": []}),
        poll(ACTIVE, {"/OutputDataConfig/S3OutputPath": "s3://***/output"}),
        poll(ACTIVE, {"/ResourceConfig/InstanceType": "ml.z9.first-of-its-kind"}),
    ],
)
def undeclared_value(problems: Problems) -> Iterator[Violation]:
    """A value inside a member is not one that the API declares, or is missing.

    The service would not have accepted it: the API declares enumerations, patterns, the
    lengths of texts and lists, and the required parts of structures. AWS widens limits and
    adds values over the years, so a newer service may return values that the facts lack. An
    empty value where one is required may have been removed by hand, and is an info. An empty
    optional one says nothing, nor does one that was partly removed; a part missing from an
    excerpt is not a fault.
    """
    for problem in problems.problems:
        pointer, absent = problem.pointer, problem.kind == "absent-part"
        if not absent and problem.kind != "undeclared-value":
            continue
        empty = absent and problem.value is not None
        shown = "empty" if empty else "absent"
        if not absent:
            shown = quoted_at(pointer, problem.value, problems.spec)
        facts = {"member": pointer.rpartition("/")[2], "value": shown, "expected": problem.expected}
        severity = Severity.INFO if empty else None
        yield Violation(pointer=pointer, facts=facts, severity=severity)
