"""Known forms that cannot be read: what they are, and what to record instead."""

import re
from collections.abc import Mapping
from typing import Any

from trainstate.history.machines import folded, unknown_machine
from trainstate.history.readers.counts import shows_status
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
    rb'"BaseTags"\s*:': (
        f"is what a container gets (`trainingjobconfig.json`), which shows no status; {_DESCRIBE}"
    ),
    rb'(?s)\A(?=.*"apiVersion").*"(?:operations|shapes)"\s*:\s*\{': (
        "is the model of an API, which has no jobs; `trainstate drift` compares the facts with it"
    ),
    rb'"terraform_version"\s*:': (
        f"is a state of Terraform, which has what was asked for and no history; {_DESCRIBE}"
    ),
    # Every answer of AWS has a `RequestId`.
    rb'(?s)\A(?!.*"TrainingJobArn")(?=.*"TrainingJob(?:Status|Set)")'
    rb'.*"(?:Response|RequestId|RoleName|TrainingJobSet)"\s*:': (
        "is another service's DescribeTrainingJob, for it has no ARN; only jobs of Amazon"
        " SageMaker can be checked"
    ),
}
PRINT_JSON = (
    "; it names a job's status, so print that as JSON: `json.Marshal` in Go, `to_h.to_json` in"
    " Ruby, `json_encode` in PHP, `ConvertTo-Json -Depth 10` in PowerShell, `kubectl get -o json`"
)
"""What to do with a job in a notation that cannot be read."""

_DESCRIBED = frozenset({"type", "shape", "$ref"})
_TAR = re.compile(rb"[\s\S]{257}ustar")
_COMPILED = tuple((re.compile(form), sentence) for form, sentence in _FORMS.items())


def archive(head: bytes) -> str | None:
    """What an archive of files is, and what to do; None for anything else."""
    kind = "zip" if head.startswith(b"PK\x03\x04") else "tar" if _TAR.match(head) else None
    return kind and f"is a {kind} archive; unpack it, and give the folder"


def is_notation(head: bytes, spec: Spec) -> bool:
    """Whether a text shows a job, in whatever notation; `kubectl describe` splits names."""
    return shows_status(head.replace(b" ", b""), spec)


def named_form(head: bytes, spec: Spec, *, text: bool = False) -> str | None:
    """What an input without a response is, and what to do; None if unknown.

    A ``text`` in no known format may name anything: an ARN in it does not say what it is.
    """
    for form, sentence in _COMPILED:
        if form.search(head):
            return sentence
    if text:
        return None
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
    """Whether a mapping is CloudTrail's, another service's page, or what a container gets.

    A container's configuration has the names of a response, and other enumerators.
    """
    trail = "eventSource" in value and "eventVersion" in value
    return trail or not {"TrainingJobSet", "BaseTags"}.isdisjoint(value)


def is_schema(value: Mapping[str, Any]) -> bool:
    """Whether each member is described, as in the API's own model: by a type or a shape."""
    kinds = (set(item) if isinstance(item, Mapping) else () for item in value.values())
    return all(not _DESCRIBED.isdisjoint(kind) for kind in kinds)
