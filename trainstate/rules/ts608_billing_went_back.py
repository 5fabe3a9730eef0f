"""TS608 billing-went-back."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.example import Poll, poll
from trainstate.rules.model import Place, Step, rule

_TRAINING = "InProgress/Training: Starting 90, Training"
_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"


def _kept(status: str, seconds: int, modified: float) -> Poll:
    pool = {"Status": status, "ResourceRetainedBillableTimeInSeconds": seconds}
    return poll(_DONE, {"/WarmPoolStatus": pool}, modified=modified)


@rule(
    code="TS608",
    name="billing-went-back",
    severity="error",
    scope="sequence",
    sources=["api-describe-times", "api-members"],
    message="`{member}` fell to {after}, from {before} in response {at}",
    help="seconds and tokens only add up; perhaps a retry began to count anew",
    bad=[
        [poll(_TRAINING, {"/TrainingTimeInSeconds": 90}, modified=130), _DONE],
        [_DONE, poll(_DONE, {"/BillableTimeInSeconds": 60}, modified=500)],
        [_kept("Available", 30, 500), _kept("Available", 20, 600)],
    ],
    good=[
        [poll(_TRAINING, {"/TrainingTimeInSeconds": 30}, modified=120), _DONE],
        [_DONE, poll(_DONE, modified=500)],
        [_kept("Available", 20, 500), _kept("Available", 30, 600)],
    ],
    needs=["billable_seconds"],
    since="0.1.0",
    follows=["TS405", "TS505", "TS506", "TS508", "TS607"],
)
def billing_went_back(step: Step) -> Iterator[Place]:
    """A number of seconds or tokens is smaller than in an earlier response of the job.

    What was trained and what is billed only grows while the job runs, and is fixed
    when it has ended. What its warm pool was kept only grows, too.
    """
    counted = {pointer for counter in step.spec.counters for pointer in counter.pointers}
    # TS613 has the counters.
    for change in (one for one in step.billing if f"/{one.member}" not in counted):
        if change.member.endswith(f"/{step.spec.layout.modified}"):
            continue  # TS607's
        yield Place(
            pointer=f"/{change.member}",
            facts={
                "member": change.member,
                "before": change.before,
                "after": change.after,
                "at": change.at,
            },
        )
