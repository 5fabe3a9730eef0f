"""TS505 billable-exceeds-training."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.history.model import Kind
from trainstate.rules.example import poll
from trainstate.rules.model import Place, rule
from trainstate.rules.parts import Amounts

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"


@rule(
    severity="error",
    sources=["api-describe-times", "recordings-responses", "recordings-logs"],
    message="{billable} billable seconds exceed {training} seconds of training",
    help="both are seconds of the clock: neither is multiplied by the number of instances",
    bad=[poll(_DONE, {"/BillableTimeInSeconds": seconds}) for seconds in (66, 130)],
    good=[
        _DONE,
        poll(_DONE, {"/BillableTimeInSeconds": 30, "/EnableManagedSpotTraining": True}),
    ],
    needs=["billable_seconds"],
    follows=["TS508"],
)
def billable_exceeds_training(amounts: Amounts) -> Iterator[Place]:
    """More time is billed than the job trained.

    Billed and trained time are equal in all recordings without managed spot training,
    and with it the billed time is shorter. Savings, (1 - billable / training) * 100,
    would be negative. A log prints both times the number of instances, so that they
    compare all the same.
    """
    layout = amounts.spec.layout
    training = amounts.seconds.get(layout.training_seconds)
    billable = amounts.seconds.get(layout.billable_seconds)
    if amounts.kind is Kind.SUMMARY or training is None or billable is None:
        return
    if billable > training:
        yield Place(
            pointer=f"/{layout.billable_seconds}",
            facts={"billable": billable, "training": training},
        )
