"""TS007 foreign-arn."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import poll
from trainstate.rules.model import Place, Reading, rule
from trainstate.rules.shown import is_masked

_ACTIVE = "InProgress/Starting: Starting"
_ARN = "arn:aws:sagemaker:eu-west-1:123456789012"


@rule(
    code="TS007",
    name="foreign-arn",
    severity="error",
    scope="response",
    reads=["TrainingJobArn"],
    sources=["api-members"],
    message="the ARN is that of a `{kind}`, where a `{expected}` is expected",
    help="a record of another kind of job was mixed in, or a simulator makes ARNs of its own",
    bad=[
        poll(_ACTIVE, {"/TrainingJobArn": f"{_ARN}:processing-job/example"}),
        poll(_ACTIVE, {"/TrainingJobArn": f"{_ARN}:trainingjob/example"}),
    ],
    good=[
        _ACTIVE,
        poll(_ACTIVE, {"/TrainingJobArn": "arn:aws:sagemaker:***:processing-job/hidden"}),
    ],
    since="0.1.0",
)
def foreign_arn(reading: Reading) -> Iterator[Place]:
    """A job's ARN is that of a resource of another type.

    The API gives the pattern of the ARN of a training job, with the type before the name.
    Processing and transform jobs have statuses of the same words, and other lives. An ARN
    that was masked by hand is not looked at.
    """
    arn, expected = reading.response.arn, reading.spec.layout.resource
    if not expected or arn is None or not arn.startswith("arn:") or is_masked(arn):
        return
    *_, resource = arn.split(":", 5)
    kind, slash, _ = resource.partition("/")
    if slash and kind != expected:
        yield Place(
            pointer=f"/{reading.spec.layout.arn}", facts={"kind": kind, "expected": expected}
        )
