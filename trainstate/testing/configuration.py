"""The members of a job: values for those outside the model, and what the model decides.

The values have the API's types and patterns, so that code under test finds what a real
response has. Members that a specification lacks are left out. Guards, limits and attached
machines decide the others.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from trainstate.history.instants import SECOND
from trainstate.machine.record import Record, training_seconds
from trainstate.spec.model import AttachedMachine, Guard, Member, Spec

ACCOUNT, REGION = "123456789012", "eu-west-1"
ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
BUCKET = "s3://example-bucket"


def arn_of(name: str, spec: Spec) -> str:
    """The ARN of a job, with its name in lower case as the service writes it."""
    return f"{ARN}:{spec.layout.resource or spec.name}/{name.lower()}"


INPUT_MODES = ("File", "FastFile", "Pipe")
"""The first one downloads the data before training."""

_IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/train:1"
_RULE = {"RuleConfigurationName": "loss", "RuleEvaluatorImage": _IMAGE}

ALWAYS: Mapping[str, Any] = {
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/example-role",
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "OutputDataConfig": {"S3OutputPath": f"{BUCKET}/out"},
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
}
"""Configuration that every response has."""

OPTIONAL: Mapping[str, Any] = {
    "HyperParameters": {"epochs": "3", "rate": "0.1"},
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{BUCKET}/in"},
            },
        }
    ],
    "VpcConfig": {"SecurityGroupIds": ["sg-0a1b2c3d"], "Subnets": ["subnet-0a1b2c3d"]},
    "CheckpointConfig": {"S3Uri": f"{BUCKET}/checkpoints"},
    "DebugHookConfig": {"S3OutputPath": f"{BUCKET}/debug"},
    "DebugRuleConfigurations": [_RULE],
    "TensorBoardOutputConfig": {"S3OutputPath": f"{BUCKET}/board"},
    "ProfilerConfig": {"S3OutputPath": f"{BUCKET}/profile", "DisableProfiler": False},
    "ProfilerRuleConfigurations": [_RULE],
    "Environment": {"MODE": "test"},
    "RemoteDebugConfig": {"EnableRemoteDebug": False},
    "InfraCheckConfig": {"EnableInfraCheck": True},
    "ServerlessJobConfig": {
        "BaseModelArn": "arn:aws:sagemaker:eu-west-1:aws:hub-content/Public/Model/base/1.0.0",
        "JobType": "FineTuning",
    },
    "MlflowConfig": {"MlflowResourceArn": f"{ARN}:mlflow-app/example"},
    "ModelPackageConfig": {"ModelPackageGroupArn": f"{ARN}:model-package-group/example"},
    "TuningJobArn": f"{ARN}:hyper-parameter-tuning-job/tuning",
    "LabelingJobArn": f"{ARN}:labeling-job/labels",
    "AutoMLJobArn": f"{ARN}:automl-job/auto",
    "ExperimentConfig": {"ExperimentName": "experiment", "TrialName": "trial"},
    "ProgressInfo": {"TotalStepCountPerEpoch": 10, "CurrentStep": 1, "MaxEpoch": 3},
    "MlflowDetails": {"MlflowExperimentId": "1", "MlflowRunId": "2"},
}
"""Optional members of a response, from the creation on."""

OUTCOME: Mapping[str, Any] = {
    "ModelArtifacts": {"S3ModelArtifacts": f"{BUCKET}/out/model.tar.gz"},
    "FailureReason": "AlgorithmError: the training script exited with code 1",
}
"""Members that the end of a job adds, at the primaries in the specification."""

RESULTS: Mapping[str, Any] = {
    "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.5}],
    "OutputModelPackageArn": f"{ARN}:model-package/example/1",
    "BillableTokenCount": 4096,
}
"""Members that the end of a job may add; ``dated`` sets the times of metrics."""

MESSAGES: Mapping[str, tuple[str, ...]] = {
    "Starting": ("Starting the training job", "Preparing the instances for training"),
    "Pending": ("Training job waiting for capacity", "Insufficient capacity; still waiting"),
    "Downloading": ("Downloading input data", "Downloading the training image"),
    "Training": ("Training image download completed. Training in progress.", "Training"),
    "Uploading": ("Uploading generated training model", "Uploading the model"),
    "Interrupted": ("Spot instances were interrupted", "Waiting for spot capacity"),
    "Stopping": ("Stopping the training job", "Stopping"),
    "Stopped": ("Training job stopped", "Resource released"),
    "Completed": ("Training job completed", "Resource retained for reuse"),
    "Failed": ("Training job failed", "Resource released due to keep alive period expiry"),
}
"""The service's messages for a status: first, and later."""


def kept(members: Mapping[str, Any], spec: Spec) -> dict[str, Any]:
    """The members that the specification has."""
    known = {member.name for member in spec.members if member.role != "identity"}
    return {name: value for name, value in members.items() if name in known}


def chosen(members: Mapping[str, Any], spec: Spec, bits: int) -> dict[str, Any]:
    """The members with their bit set, if the specification has them."""
    known = kept(members, spec)
    return {name: value for at, (name, value) in enumerate(known.items()) if bits >> at & 1}


def fitting(members: Mapping[str, Any], spec: Spec, beside: Mapping[str, Any]) -> dict[str, Any]:
    """The members without those that need an absent one."""
    needed = ((name, spec.member_by_name[name].only_with) for name in members)
    return {name: members[name] for name, other in needed if not other or other in beside}


def dated(members: Mapping[str, Any], spec: Spec, at: datetime) -> dict[str, Any]:
    """The members, with this time in each list whose items have one."""
    found = dict(members)
    for member, time in (pointer.strip("/").split("/") for pointer in spec.layout.moments):
        if member in found:
            found[member] = [{**item, time: at} for item in found[member]]
    return found


def message(status: str, times: int) -> str:
    """The message of an entry after so many rewrites."""
    texts = MESSAGES.get(status)
    if texts is None:
        return status if not times else f"{status} ({times})"
    return texts[times % len(texts)]


_LIMIT = 86_400
_SAMPLES = {"string": "example", "list": [], "integer": 1, "boolean": False}
_ALGORITHM = "AlgorithmSpecification"


def configured(
    spec: Spec, guards: frozenset[str], *, budget: int, bits: int, mode: str
) -> dict[str, Any]:
    """The configuration of a job for which these guards hold, without its limits."""
    needed = {member.name: _SAMPLES.get(member.type, {}) for member in _needed(spec)}
    fields = {**needed, **kept(ALWAYS, spec), **chosen(OPTIONAL, spec, bits)}
    if _ALGORITHM in spec.member_by_name:
        fields[_ALGORITHM] = {"TrainingImage": _IMAGE, "TrainingInputMode": mode}
    for guard in spec.guards:
        _set(fields, guard.member, _guard_value(spec, guard, guard.name in guards, budget))
    for machine in spec.machines:
        if bits >> len(OPTIONAL) + spec.machines.index(machine) & 1:
            fields[machine.member] = attached(machine, machine.statuses[0])
    return fitting(fields, spec, fields)


def _needed(spec: Spec) -> Iterator[Member]:
    """Required members that no part of the model fills."""
    told = {"identity", "status", "time", "history"}
    own = {spec.layout.stopping, spec.layout.artifacts, _ALGORITHM}
    for member in spec.members:
        if member.required and member.role not in told and member.name not in own:
            yield member


def input_mode(file_mode: bool | None, number: int) -> str:
    """The input mode for the option."""
    if file_mode is None:
        return INPUT_MODES[number % len(INPUT_MODES)]
    return INPUT_MODES[0] if file_mode else INPUT_MODES[1 + number % (len(INPUT_MODES) - 1)]


def attached(machine: AttachedMachine, status: str) -> Any:
    """The value of an attached machine's member with a status."""
    if not machine.status:
        return status
    item = {machine.status: status}
    return [{machine.key: "loss", **item}] if machine.items else item


def status_of(machine: AttachedMachine, value: Any) -> str:
    """The status in the value of an attached machine's member."""
    item = value[0] if machine.items else value
    found: str = item[machine.status] if machine.status else item
    return found


def limited(spec: Spec, guards: frozenset[str], last: Record) -> dict[str, Any]:
    """The limits of a job with this end: reached if the end says so, else far off."""
    fields: dict[str, Any] = {spec.layout.stopping: {}} if spec.layout.stopping else {}
    reached = spec.time.limits.get(last.status)
    lived = ((last.ended or last.modified) - last.created) // SECOND
    from_creation = spec.time.spans.get(last.status) == spec.layout.created
    for status, pointer in spec.time.limits.items():
        if not _may_be_set(spec, guards, pointer):
            continue
        spent = lived if spec.time.spans.get(status) == spec.layout.created else None
        spent = (training_seconds(last, spec) or 0) if spent is None else spent
        near = pointer == reached or (reached is not None and from_creation)
        _set(fields, pointer, max(1, spent if pointer == reached else lived) if near else _FAR)
    return fields


_FAR = 30 * _LIMIT


def _may_be_set(spec: Spec, guards: frozenset[str], pointer: str) -> bool:
    """Whether the limit proves no guard that does not hold."""
    return all(guard.name in guards for guard in spec.guards if guard.implied_by == pointer)


def _guard_value(spec: Spec, guard: Guard, holds: bool, budget: int) -> Any:
    """The value of a guard's member; None if absent."""
    steps = guard.member.strip("/").split("/")
    member = spec.member_by_name.get(steps[0])
    if member is not None and member.type == "boolean" and len(steps) == 1:
        return holds
    if not holds:
        return None
    if guard.budget is not None and guard.budget.startswith(f"{guard.member}/"):
        return {guard.budget.rpartition("/")[2]: budget}
    return f"{ARN}:training-plan/example-plan"


def _set(fields: dict[str, Any], pointer: str, value: Any) -> None:
    """Sets a value at a JSON pointer, in copies of the structures on the way."""
    if value is None:
        return
    *path, last = pointer.strip("/").split("/")
    for step in path:
        fields[step] = dict(fields.get(step) or {})
        fields = fields[step]
    fields[last] = value


def machine_steps(spec: Spec, record: Record, pick: int) -> Iterator[tuple[str, Any]]:
    """One step of one of the job's attached machines: its member and the new value.

    While the job is active, no machine has a status that comes only after its end.
    """
    fields, active = record.fields, record.ended is None
    present = [machine for machine in spec.machines if machine.member in fields]
    if not present:
        return
    machine = present[pick % len(present)]
    before = status_of(machine, fields[machine.member])
    late = machine.after_end if active else ()
    following = [end for start, end in machine.transitions if start == before and end not in late]
    if following:
        after = following[pick // len(present) % len(following)]
        yield machine.member, attached(machine, after)
