"""TS606 changed-fixed-member."""

from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Comparison, MemberChange, Severity, Violation, Violations, rule

_NETWORK = {"Subnets": ["a"], "SecurityGroupIds": ["b"]}
_CHECKPOINTS = (1, {"S3Uri": "s3://bucket/c", "LocalPath": "/c"}), (2, {"S3Uri": "s3://bucket/c"})
_WHAT = {
    "": "differs from",
    "gone": "is absent, but was present in",
    "appeared": "is present, but was absent from",
}


@rule(
    severity="error",
    sources=["api-members", "api-update"],
    message="`{member}` {what} response {at}",
    help="only the members that UpdateTrainingJob takes can change; compare the two responses",
    bad=[
        [poll(ACTIVE, {"/RoleArn": "one"}), poll(ACTIVE, {"/RoleArn": "two"}, modified=200)],
        [
            poll(ACTIVE, {"/HyperParameters": {"epochs": "1"}}),
            poll(ACTIVE, {"/HyperParameters": {"epochs": "2"}}, modified=200),
        ],
        [poll(ACTIVE, {"/VpcConfig": _NETWORK}), poll(ACTIVE, modified=200)],
        [ACTIVE, poll(ACTIVE, {"/TuningJobArn": "arn"}, modified=200)],
        [poll(ACTIVE, {"/CheckpointConfig": at}, modified=100 * n) for n, at in _CHECKPOINTS],
        [poll(ACTIVE, {"/ResourceConfig/VolumeSizeInGB": None}), poll(ACTIVE, modified=200)],
    ],
    good=[
        [poll(ACTIVE, {"/RoleArn": "one"}), poll(ACTIVE, {"/RoleArn": "one"}, modified=200)],
        [ACTIVE, poll(ACTIVE, {"/Environment": {}}, modified=200)],
    ],
    follows=["TS002", "TS003"],
)
def changed_fixed_member(comparison: Comparison) -> Violations:
    """A member that is fixed at creation has changed.

    Identity, origin and most of the configuration are written once. A change means that
    responses of two jobs were merged, or that a simulator lets jobs be edited. The values are
    not printed: hyperparameters and environments hold secrets. A member that only one of two
    whole responses has may have been removed by hand: that is only suspicious. It is an info
    if the client of the other may be too old to know the member.
    """
    for change in comparison.changes:
        name = change.member.partition("/")[0] if change.moved else change.member
        member = comparison.spec.member_by_name.get(name)
        if member is None or member.final or member.role == "result":
            continue  # TS612 reports it
        place = f"{change.member}/{change.part}" if change.part else change.member
        yield Violation(
            pointer=f"/{place}",
            facts={"member": place, "at": change.at, "what": _WHAT[change.moved]},
            severity=_severity(change),
        )


def _severity(change: MemberChange) -> Severity | None:
    if not change.moved:
        return None
    return Severity.WARNING if change.sure else Severity.INFO
