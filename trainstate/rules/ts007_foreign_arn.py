"""TS007 foreign-arn."""

from collections.abc import Iterator

from trainstate.history.identity import ACCOUNT, arn_of, differing, is_elsewhere, is_masked
from trainstate.rules.example import STARTING, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Identity
from trainstate.rules.shown import quoted
from trainstate.spec.facts import RecordLayout

_ARN = "arn:aws:sagemaker:eu-west-1:123456789012"
_NAME, _TUNING = ":training-job/example", ":hyper-parameter-tuning-job/example"


@rule(
    severity="error",
    sources=["api-members", "api-partitions"],
    message="the ARN has {part}; expected {expected}",
    help="a record of another kind of job was mixed in, or a simulator invents ARNs",
    bad=[
        poll(STARTING, {"/TrainingJobArn": f"{_ARN}:processing-job/example"}),
        poll(STARTING, {"/TrainingJobArn": f"{_ARN}:trainingjob/example"}),
        poll(STARTING, {"/TrainingJobArn": f"{_ARN.replace(':sagemaker:', ':s3:')}{_NAME}"}),
        poll(STARTING, {"/TrainingJobArn": f"{_ARN.replace('arn:aws:', 'arn:other:')}{_NAME}"}),
        poll(STARTING, {"/TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:12345{_NAME}"}),
        poll(STARTING, {"/TrainingJobArn": f"{_ARN}:example"}),
        poll(STARTING, {"/TrainingJobArn": "example"}),
        poll(STARTING, {"/TrainingJobArn": f"{_ARN}:training-job/", "/TrainingJobName": None}),
        poll(STARTING, {"/TrainingJobArn": f"{_ARN.replace('eu-west-1', 'cn-north-1')}{_NAME}"}),
        poll(STARTING, {"/RoleArn": "arn:aws-cn:iam::123456789012:role/example-role"}),
        poll(STARTING, {"/TuningJobArn": _ARN + _NAME}),
        poll(STARTING, {"/TuningJobArn": f"{_ARN}{_TUNING}".replace("eu-west-1", "eu-west-2")}),
    ],
    good=[
        STARTING,
        poll(STARTING, {"/TrainingJobArn": "arn:aws:sagemaker:***:processing-job/hidden"}),
        poll(
            STARTING,
            {
                "/TrainingJobArn": f"arn:aws-cn:sagemaker:cn-north-1:ACCOUNT{_NAME}",
                "/RoleArn": "arn:aws-cn:iam::123456789012:role/example-role",
            },
        ),
        poll(STARTING, {"/TuningJobArn": f"{_ARN}{_TUNING}"}),
        poll(STARTING, {"/TuningJobArn": f"{_ARN}{_TUNING}".replace("123456789012", "ACCOUNT")}),
    ],
)
def foreign_arn(identity: Identity) -> Violations:
    """The ARN of a job, its role or the job that began it belongs elsewhere or is not an ARN.

    The API declares the pattern of a training job's ARN: partition, service, region, account,
    and the type before the name. Processing and transform jobs have statuses with the same
    words, but other lives. Each region belongs to one partition. A truncated account or region
    is only suspicious. Text that is not an ARN at all stands for a removed one, and a masked ARN
    is not checked. The role and the job that began this one have the same partition, region and
    account; a difference is only suspicious, as people remove them one by one.
    """
    yield from _origins(identity)
    arn, layout = identity.arn, identity.spec.layout
    if not layout.resource or arn is None or is_masked(arn):
        return
    for part, expected, severity in _strange(arn, layout):
        yield Violation(
            pointer=f"/{layout.arn}", facts={"part": part, "expected": expected}, severity=severity
        )


def _origins(identity: Identity) -> Violations:
    """The ARNs of the role and of the jobs that began this one, if they belong elsewhere."""
    job = arn_of(identity.arn)
    for name, text in identity.origins.items():
        arn = arn_of(text)
        if arn is None:
            continue
        kind, slash, _ = arn.resource.partition("/")
        expected = identity.spec.member_by_name[name].resource
        if slash and kind != expected:
            facts = {"part": f"the type `{kind}`", "expected": f"`{expected}`"}
            yield Violation(pointer=f"/{name}", facts=facts)
        for part, there, here in differing(arn, job) if job else ():
            facts = {"part": f"the {part} `{there}`", "expected": f"the job's `{here}`"}
            yield Violation(pointer=f"/{name}", facts=facts, severity=Severity.WARNING)


Strange = tuple[str, str, Severity | None]
"""A part of an ARN that a training job's cannot have: part, expected, severity."""


def _strange(text: str, layout: RecordLayout) -> Iterator[Strange]:
    if not text.startswith("arn:"):
        yield f"the text {quoted(text)}", "an ARN", Severity.INFO
    arn = arn_of(text)
    if arn is None:
        return
    partition, service, region, account, resource = arn
    yield from _strange_resource(resource, layout)
    if not partition.startswith("aws"):
        yield f"the partition `{partition}`", "a partition of AWS", None
    if layout.service and service != layout.service:
        yield f"the service `{service}`", f"`{layout.service}`", None
    if not region:
        yield "no region", "one", Severity.WARNING
    elif is_elsewhere(partition, region, layout.regions):
        yield f"the region `{region}`", f"one of the partition `{partition}`", None
    if not account or (account.isdecimal() and len(account) != ACCOUNT):
        yield f"the account `{account}`", f"one of {ACCOUNT} digits", Severity.WARNING


def _strange_resource(resource: str, layout: RecordLayout) -> Iterator[Strange]:
    kind, slash, name = resource.partition("/")
    if slash and kind != layout.resource:
        yield f"the type `{kind}`", f"`{layout.resource}`", None
    if not name:
        yield f"the resource `{resource}`", f"`{layout.resource}/` and a name", Severity.WARNING
