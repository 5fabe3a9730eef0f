"""TS505 billable-exceeds-training."""

from trainstate.history.model import Kind
from trainstate.rules.example import DONE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Amounts


@rule(
    severity="error",
    sources=["api-describe-times", "recordings-responses", "recordings-logs"],
    message="{billable} billable seconds exceed {training} training seconds",
    help="both are seconds of the clock: multiply neither by the number of instances",
    bad=[poll(DONE, {"/BillableTimeInSeconds": seconds}) for seconds in (66, 130)],
    good=[DONE, poll(DONE, {"/BillableTimeInSeconds": 30, "/EnableManagedSpotTraining": True})],
    needs=["billable_seconds"],
    follows=["TS508"],
)
def billable_exceeds_training(amounts: Amounts) -> Violations:
    """A job is billed for longer than it trained.

    Billed and trained time are equal in all recordings without managed spot training; with it
    the billed time is shorter. Savings, (1 - billable / training) * 100, would be negative. A
    log multiplies both by the number of instances, so they stay comparable.
    """
    layout = amounts.spec.layout
    training = amounts.seconds.get(layout.training_seconds)
    billable = amounts.seconds.get(layout.billable_seconds)
    if amounts.kind is Kind.SUMMARY or training is None or billable is None:
        return
    if billable > training:
        yield Violation(
            pointer=f"/{layout.billable_seconds}",
            facts={"billable": billable, "training": training},
        )
