"""TS608 billing-went-back."""

from trainstate.rules.example import ACTIVE, DONE, Poll, poll
from trainstate.rules.model import Comparison, Violation, Violations, rule


def _kept(status: str, seconds: int, modified: float) -> Poll:
    pool = {"Status": status, "ResourceRetainedBillableTimeInSeconds": seconds}
    return poll(DONE, {"/WarmPoolStatus": pool}, modified=modified)


@rule(
    severity="error",
    sources=["api-describe-times", "api-members"],
    message="`{member}` fell to {after}, from {before} in response {at}",
    help="seconds and tokens only add up; perhaps a retry restarted the count",
    bad=[
        [poll(ACTIVE, {"/TrainingTimeInSeconds": 90}, modified=130), DONE],
        [DONE, poll(DONE, {"/BillableTimeInSeconds": 60}, modified=500)],
        [_kept("Available", 30, 500), _kept("Available", 20, 600)],
    ],
    good=[
        [poll(ACTIVE, {"/TrainingTimeInSeconds": 30}, modified=120), DONE],
        [DONE, poll(DONE, modified=500)],
        [_kept("Available", 20, 500), _kept("Available", 30, 600)],
    ],
    needs=["billable_seconds"],
    follows=["TS405", "TS505", "TS506", "TS508", "TS607"],
)
def billing_went_back(comparison: Comparison) -> Violations:
    """A number of seconds or tokens is smaller than in an earlier response.

    Trained and billed amounts only grow while the job runs, and are fixed when it has ended.
    The time for which its warm pool was kept only grows too.
    """
    counted = {pointer for counter in comparison.spec.counters for pointer in counter.pointers}
    # TS613 reports the counters.
    for change in (one for one in comparison.billing if f"/{one.member}" not in counted):
        if change.member.endswith(f"/{comparison.spec.layout.modified}"):
            continue  # TS607 reports it
        yield Violation(
            pointer=f"/{change.member}",
            facts={
                "member": change.member,
                "before": change.before,
                "after": change.after,
                "at": change.at,
            },
        )
