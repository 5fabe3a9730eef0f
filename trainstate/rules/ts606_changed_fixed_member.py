"""TS606 changed-fixed-member."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import poll
from trainstate.rules.model import Place, Severity, Step, rule

_TRAINING = "InProgress/Training: Starting 90, Training"
_NETWORK = {"Subnets": ["a"], "SecurityGroupIds": ["b"]}
_WHAT = {
    "": "is not what it was in",
    "gone": "is absent, and was there in",
    "appeared": "is there, and was absent from",
}


@rule(
    code="TS606",
    name="changed-fixed-member",
    severity="error",
    scope="sequence",
    sources=["api-members", "api-update"],
    message="`{member}` {what} response {at}",
    help="only the members that UpdateTrainingJob takes can change; compare the two responses",
    bad=[
        [poll(_TRAINING, {"/RoleArn": "one"}), poll(_TRAINING, {"/RoleArn": "two"}, modified=200)],
        [
            poll(_TRAINING, {"/HyperParameters": {"epochs": "1"}}),
            poll(_TRAINING, {"/HyperParameters": {"epochs": "2"}}, modified=200),
        ],
        [poll(_TRAINING, {"/VpcConfig": _NETWORK}), poll(_TRAINING, modified=200)],
        [_TRAINING, poll(_TRAINING, {"/TuningJobArn": "arn"}, modified=200)],
    ],
    good=[
        [poll(_TRAINING, {"/RoleArn": "one"}), poll(_TRAINING, {"/RoleArn": "one"}, modified=200)],
        [_TRAINING, poll(_TRAINING, {"/Environment": {}}, modified=200)],
    ],
    since="0.1.0",
    follows=["TS002", "TS003"],
)
def changed_fixed_member(step: Step) -> Iterator[Place]:
    """A member that is fixed when the job is created has changed.

    Identity, origin and most of the configuration are written once. A change means that
    responses of two jobs were merged, or that a simulator lets a job be edited. The
    values are not printed: hyperparameters and environments hold secrets. A member that one
    whole response has and another one lacks may have been taken out by hand, or by a client
    that is too old to know it: that is only suspicious.
    """
    for change in step.changes:
        member = step.spec.member_by_name.get(change.member)
        if member is None or member.final or member.role == "result":
            continue  # TS612's
        yield Place(
            pointer=f"/{change.member}",
            facts={"member": change.member, "at": change.at, "what": _WHAT[change.moved]},
            severity=Severity.WARNING if change.moved else None,
        )
