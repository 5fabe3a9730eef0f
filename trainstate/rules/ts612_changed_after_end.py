"""TS612 changed-after-end."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import poll
from trainstate.rules.model import Place, Step, rule

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
_FAILED = "Failed/Failed: Starting 90, Training 60, Failed"
_MOVED = {"/ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/another"}}


@rule(
    code="TS612",
    name="changed-after-end",
    severity="error",
    scope="sequence",
    sources=["api-describe-times", "recordings-responses"],
    message="`{member}` changed after the job had ended; compare response {at}",
    help="write times, seconds, reason and artifacts of a job once, with its end",
    bad=[
        [_DONE, poll(_DONE, _MOVED, modified=500)],
        [_FAILED, poll(_FAILED, {"/FailureReason": "another one"}, modified=500)],
    ],
    good=[
        [_DONE, poll(_DONE, modified=500)],
        [poll(_DONE, {"/ModelArtifacts": None}), poll(_DONE, _MOVED, modified=500)],
        [_DONE, poll(_DONE, {"/TrainingEndTime": "2026-01-02T10:02:35.400Z"}, modified=500)],
    ],
    since="0.1.0",
    follows=["TS4", "TS5", "TS612"],
)
def changed_after_end(step: Step) -> Iterator[Place]:
    """What an ended job has to tell has changed since.

    After the end of a job its record is touched: the message of the last entry, attached
    machines and LastModifiedTime change. When it ran, how long, why it failed and where
    its model is do not. A value that comes later is no change.
    """
    shrunk = {change.member for change in step.billing}  # TS608's
    for change in step.changes:
        if step.spec.member_by_name[change.member].final and change.member not in shrunk:
            facts = {"member": change.member, "at": change.at}
            yield Place(pointer=f"/{change.member}", facts=facts)
