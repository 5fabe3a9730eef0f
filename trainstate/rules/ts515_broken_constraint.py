"""TS515 broken-constraint."""

from trainstate.history.model import Kind
from trainstate.rules.constraints import Broken
from trainstate.rules.example import ACTIVE, DONE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Presence
from trainstate.spec.load import builtin_spec

_FILES = {
    "FileSystemId": "fs-0a1b2c3d",
    "FileSystemAccessMode": "ro",
    "FileSystemType": "EFS",
    "DirectoryPath": "/data",
}
_CHANNEL = {"ChannelName": "train", "DataSource": {"FileSystemDataSource": _FILES}}
_GROUPED = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in", "InstanceGroupNames": ["cpu"]}
_OF_A_GROUP = {"ChannelName": "train", "DataSource": {"S3DataSource": _GROUPED}}
_POOLED = {"/ResourceConfig/KeepAlivePeriodInSeconds": 600}
_SPOT = {"/EnableManagedSpotTraining": True, "/StoppingCondition/MaxWaitTimeInSeconds": 90_000}
_NETWORK = {"/VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}}
_KEY = {"/OutputDataConfig/KmsKeyId": "arn:aws-cn:kms:eu-west-1:123456789012:key/one"}
_RESULT = builtin_spec().machines[0].statuses[1]
_ELSEWHERE = {
    "RuleConfigurationName": "loss",
    "RuleEvaluationStatus": _RESULT,
    "RuleEvaluationJobArn": "arn:aws:sagemaker:us-east-1:123456789012:processing-job/a",
}


def _artifacts(place: str) -> dict[str, object]:
    return {"/ModelArtifacts": {"S3ModelArtifacts": place}}


def _pool(status: str, by: str | None = None) -> dict[str, object]:
    return {"/WarmPoolStatus": {"Status": status} | ({"ReusedByJob": by} if by else {})}


@rule(
    severity="warning",
    sources=["api-create", "api-members", "guide-training-data", "guide-warm-pool"],
    message="`{member}` contradicts the rest of the response: {says}",
    help="look for merged responses of two jobs, or a simulator that accepts any request",
    bad=[
        poll(ACTIVE, {"/InputDataConfig": [_CHANNEL]}),
        poll(ACTIVE, {"/InputDataConfig": [_OF_A_GROUP]}),
        poll(ACTIVE, {"/ResourceConfig/InstanceType": None}),
        poll(ACTIVE, {"/ResourceConfig/InstanceCount": None}),
        poll(ACTIVE, {"/ResourceConfig/SelectedInstanceType": "ml.m5.large"}),
        poll(ACTIVE, _POOLED | _SPOT),
        poll(ACTIVE, _pool("InUse", by="another")),
        poll(DONE, _POOLED | _pool("Reused", by="example")),
        poll(DONE, _pool("Available")),
        poll(DONE, _pool("Reused", by="another")),
        poll(ACTIVE, {"/ProfilerConfig": {"ProfilingIntervalInMilliseconds": 250}}),
        poll(DONE, _artifacts("s3://another/out/example/output/model.tar.gz")),
        poll(DONE, _artifacts("s3://bucket/out/another/output/model.tar.gz")),
        poll(ACTIVE, _KEY),
        poll(ACTIVE, {"/DebugRuleEvaluationStatuses": [_ELSEWHERE]}),
    ],
    good=[
        ACTIVE,
        DONE,
        poll(ACTIVE, {"/InputDataConfig": [_CHANNEL]} | _NETWORK),
        poll(ACTIVE, {"/InputDataConfig": [_CHANNEL], "/RoleArn": None, "/OutputDataConfig": None}),
        poll(DONE, _artifacts("s3://bucket/out/example/output/model.tar.gz")),
        poll(DONE, _artifacts("s3://***/example/output/model.tar.gz")),
        poll(DONE, _POOLED | _pool("Reused", by="another")),
        *(poll(DONE, _pool(status)) for status in ("InUse", "Terminated")),
        poll(ACTIVE, _POOLED),
    ],
    needs=["constraints"],
    follows=["TS003", "TS514"],
)
def broken_constraint(presence: Presence) -> Violations:
    """Two members of a response contradict each other.

    The service refuses a request with contradictory settings, and writes results where the
    configuration says. Each constraint is a row of the facts. What an event, an excerpt or a result
    of Search leaves out breaks none, nor does a masked value. Other values may have been edited in
    one place, so a broken constraint is only suspicious.
    """
    rows = presence.spec.constraints
    for one in presence.broken:
        if not presence.is_unread(one.pointer) and (not one.absent or _is_due(presence, one)):
            names = [name for name in one.pointer.split("/") if not name.isdigit()]
            facts = {"member": names[-1], "says": rows[one.number].says}
            yield Violation(pointer=one.pointer, facts=facts)


def _is_due(presence: Presence, one: Broken) -> bool:
    """Whether the response had to show what is absent."""
    row = presence.spec.constraints[one.number]
    asked = {path.partition("/")[0] for path in (*row.needs, row.among)}
    hidden = presence.spec.layout.unsearched if presence.kind is Kind.SEARCH else ()
    return presence.excused and asked.isdisjoint(hidden)
