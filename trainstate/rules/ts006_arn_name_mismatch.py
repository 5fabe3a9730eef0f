"""TS006 arn-name-mismatch."""

from trainstate.history.identity import arn_of, is_masked, job_of
from trainstate.history.model import Kind
from trainstate.rules.example import STARTING, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Identity

_ARN = "arn:aws:sagemaker:eu-west-1:123456789012"


@rule(
    severity="error",
    sources=["api-describe", "guide-eventbridge"],
    message="the ARN names `{segment}`, the response names `{name}`",
    help="two jobs were mixed up, or the ARN or the name was edited by hand",
    bad=[
        poll(STARTING, {"/TrainingJobName": "another"}),
        poll(STARTING, {"/TrainingJobArn": f"{_ARN}:training-job/another"}),
        poll(STARTING, {"/TrainingJobArn": f"{_ARN}:training-job/EXAMPLE"}),
        poll(STARTING, {"/TrainingJobArn": f"{_ARN}:training-job/example/"}),
    ],
    good=[
        STARTING,
        poll(STARTING, {"/TrainingJobName": "Example"}),
        poll(STARTING, {"/TrainingJobArn": "arn:aws:sagemaker:***:training-job/hidden"}),
        poll(STARTING, {"/TrainingJobArn": "arn:aws:sagemaker:eu-west-1:REDACTED"}),
        poll(STARTING, {"/TrainingJobArn": f"{_ARN}:training-job/"}),
    ],
)
def arn_name_mismatch(identity: Identity) -> Violations:
    """The ARN and the name of a job differ.

    The ARN ends with the job's name, which the service writes in lower case there. Other
    capitals are only suspicious. An ARN that was redacted, or contains no job, is not
    compared. In an event another name is only a warning: the sample in AWS's documentation
    of the events has one.
    """
    name, segment = identity.name, job_of(identity.arn) or _unended(identity.arn)
    if name is None or segment is None or is_masked(name) or segment in (name, name.lower()):
        return
    spelt = segment.casefold() == name.casefold()
    yield Violation(
        pointer=f"/{identity.spec.layout.arn}",
        facts={"segment": segment, "name": name},
        severity=Severity.WARNING if spelt or identity.kind is Kind.EVENT else None,
    )


def _unended(arn: str | None) -> str | None:
    """What an ARN names with a slash at its end, which no name has; None without a name."""
    whole = arn_of(arn)
    name = whole.resource.partition("/")[2] if whole else ""
    return name if name.strip("/") else None
