"""TS006 arn-name-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.history.model import Kind
from trainstate.rules.example import poll
from trainstate.rules.model import Place, Reading, Severity, rule
from trainstate.rules.shown import is_masked

_ACTIVE = "InProgress/Starting: Starting"


@rule(
    code="TS006",
    name="arn-name-mismatch",
    severity="error",
    scope="response",
    sources=["api-describe", "guide-eventbridge"],
    message="the ARN names `{segment}`, the response `{name}`",
    help="two jobs were mixed up, or one of the two was edited by hand",
    bad=[
        poll(_ACTIVE, {"/TrainingJobName": "another"}),
        poll(_ACTIVE, {"/TrainingJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:example"}),
    ],
    good=[
        _ACTIVE,
        poll(_ACTIVE, {"/TrainingJobName": "Example"}),
        poll(_ACTIVE, {"/TrainingJobArn": "arn:aws:sagemaker:***:training-job/hidden"}),
    ],
    since="0.1.0",
)
def arn_name_mismatch(reading: Reading) -> Iterator[Place]:
    """A job's ARN ends with another name than its own.

    The ARN's last segment is the job's name; the service may write it in lower case
    there. An ARN that was masked by hand is not compared; one without any segment is
    only a warning, and so is another name in an event, as in the sample that the
    documentation of the events shows.
    """
    name, arn = reading.response.name, reading.response.arn
    if name is None or arn is None:
        return
    _, slash, segment = arn.rpartition("/")
    alike = segment == name or segment.casefold() == name.casefold()
    if (slash and alike) or not arn.startswith("arn:") or is_masked(name + arn):
        return
    yield Place(
        pointer=f"/{reading.spec.layout.arn}",
        facts={"segment": segment if slash else "", "name": name},
        severity=None if slash and reading.response.kind is not Kind.EVENT else Severity.WARNING,
    )
