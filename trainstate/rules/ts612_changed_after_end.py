"""TS612 changed-after-end."""

from trainstate.rules.example import DONE, Poll, poll
from trainstate.rules.model import Comparison, Severity, Violation, Violations, rule

_FAILED = "Failed/Failed: Starting 90, Training 60, Failed"
_WHAT = {"": "differs from", "gone": "is absent, but was present in"}
_MOVED = {"/ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/out/example/output/model/"}}
_UNSTARTED = {"/TrainingStartTime": None}
_UNBILLED = {"/BillableTimeInSeconds": None}


def _pooled(status: str, job: str, modified: float) -> Poll:
    pool = {"Status": status, "ReusedByJob": job}
    return poll(DONE, {"/WarmPoolStatus": pool}, modified=modified)


@rule(
    severity="error",
    sources=["api-describe-times", "recordings-responses"],
    message="`{member}` {what} response {at}, when the job had already ended",
    help="write times, seconds, reason and artifacts of a job once, with its end",
    bad=[
        [DONE, poll(DONE, _MOVED, modified=500)],
        [_FAILED, poll(_FAILED, {"/FailureReason": "another one"}, modified=500)],
        [_FAILED, poll(_FAILED, {"/TrainingTimeInSeconds": None} | _UNBILLED, modified=500)],
        [DONE, poll(DONE, _UNSTARTED), poll(DONE, _UNSTARTED, modified=500)],
        [_pooled("Reused", "next", 500), _pooled("Reused", "another", 600)],
    ],
    good=[
        [_pooled("Reused", "next", 500), _pooled("Reused", "next", 600)],
        [DONE, poll(DONE, modified=500)],
        [poll(DONE, {"/ModelArtifacts": None}), poll(DONE, _MOVED, modified=500)],
        [DONE, poll(DONE, {"/TrainingEndTime": "2026-01-02T10:02:35.400Z"}, modified=500)],
    ],
    follows=["TS4", "TS5", "TS612"],
)
def changed_after_end(comparison: Comparison) -> Violations:
    """A result of an ended job has changed.

    After its end a job's record still changes: the message of the last entry, attached
    machines and LastModifiedTime. When it ran, how long, why it failed and where its model is
    do not change, nor does the job that reused its warm pool. A value that appears later is
    not a change; one that a later whole response lacks may have been removed by hand.
    """
    shrunk = {change.member for change in comparison.billing}  # TS608 reports them
    for change in comparison.changes:
        member, place = comparison.spec.member_by_name.get(change.member), change.member
        kept = member is None or member.final or member.role == "result"
        part = bool(change.moved) and "/" in place  # TS606 reports it
        if kept and place not in shrunk and not part:
            name, what = place.rpartition("/")[2], _WHAT[change.moved]
            facts = {"member": name, "what": what, "at": change.at}
            severity = Severity.WARNING if change.moved else None
            yield Violation(pointer=f"/{place}", facts=facts, severity=severity)
