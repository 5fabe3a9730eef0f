"""Known forms that cannot be read: what they are, and what to record instead."""

import re
from collections.abc import Mapping
from typing import Any

from trainstate.history.machines import folded, unknown_machine
from trainstate.spec.model import Spec

_DESCRIBE = "record what `aws sagemaker describe-training-job` answers"
_FORMS = {
    rb"(?m)^(?:TRAININGJOBSUMMARIES|SECONDARYSTATUSTRANSITIONS|RESOURCECONFIG|VPCCONFIG)\t": (
        "is text output of the AWS CLI, in which members have no names; use `--output json`"
    ),
    rb"(?m)^\|+ +(?:DescribeTrainingJob|ListTrainingJobs|Search) +\|+\r?$": (
        "is a table of the AWS CLI, made to be looked at; use `--output json`"
    ),
    rb'"eventSource"\s*:\s*"sagemaker\.amazonaws\.com"': (
        "is a trail of CloudTrail, which has calls and no statuses;"
        f" {_DESCRIBE}, or EventBridge's events of state changes"
    ),
    rb'"PipelineExecutionSteps"\s*:': (
        "is a list of a pipeline's steps, whose statuses are not those of their jobs; record"
        " what `aws sagemaker describe-processing-job`, or the like, answers of each job"
    ),
    rb'"terraform_version"\s*:': (
        f"is a state of Terraform, which has what was asked for and no history; {_DESCRIBE}"
    ),
    rb'"(?:Response|RequestId|RoleName|TrainingJobSet)"\s*:': (
        "is another service's DescribeTrainingJob, for it has no ARN; only jobs of Amazon"
        " SageMaker can be checked"
    ),
}
_COMPILED = tuple((re.compile(form), sentence) for form, sentence in _FORMS.items())


def named_form(head: bytes, spec: Spec) -> str | None:
    """What an input without a response is, and what to do; None if unknown."""
    for form, sentence in _COMPILED:
        if form.search(head):
            return sentence
    kind = unknown_machine(head.decode("utf-8", "replace"), spec)
    return None if kind is None else f"is {unknown_facts(kind, spec)}"


def unknown_facts(kind: str, spec: Spec) -> str:
    """The description of a record whose machine has no facts."""
    known = ", ".join(spec.family)
    return f"a record of type `{kind}`, which has no facts here; these have: {known}"


def is_foreign(value: Mapping[str, Any], spec: Spec) -> bool:
    """Whether a mapping with statuses is of another service or kind of job.

    Tencent Cloud's API has the same name and similar statuses. Its responses have no ARN, but the
    request's id and a role's name.
    """
    if spec.layout.arn in value or spec.layout.created in value:
        return False
    names = {folded(name) for name in value if isinstance(name, str)}
    if folded(spec.layout.arn) in names:
        return False
    return not names.isdisjoint({"requestid", "rolename"})


def is_other(value: Mapping[str, Any]) -> bool:
    """Whether a mapping is a CloudTrail record or a page of another service."""
    return ("eventSource" in value and "eventVersion" in value) or "TrainingJobSet" in value
