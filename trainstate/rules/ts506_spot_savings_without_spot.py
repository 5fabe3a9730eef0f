"""TS506 spot-savings-without-spot."""

from trainstate.history.model import Kind
from trainstate.rules.example import ACTIVE, DONE, STOPPED, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Amounts

_SAVED, _UNTIMED = {"/BillableTimeInSeconds": 30}, {"/BillableTimeInSeconds": 0}
_SERVERLESS = {"/ServerlessJobConfig": {"JobType": "FineTuning", "BaseModelArn": "a-model"}}


@rule(
    severity="error",
    sources=["api-describe-times", "recordings-responses", "recordings-logs"],
    message="only {billable} of {training} seconds are billed, without managed spot training",
    help="bill all of the training time, or enable managed spot training",
    bad=[
        *(poll(text, _SAVED) for text in (DONE, STOPPED)),
        *(poll(DONE, members) for members in (_UNTIMED, _SAVED | _SERVERLESS)),
    ],
    good=[
        DONE,
        poll(DONE, _SAVED | {"/EnableManagedSpotTraining": True}),
        poll(ACTIVE, _SAVED | {"/TrainingTimeInSeconds": 40}),
        poll(DONE, _UNTIMED | _SERVERLESS),
    ],
    needs=["billable_seconds"],
    follows=["TS310", "TS405", "TS407", "TS511"],
)
def spot_savings_without_spot(amounts: Amounts) -> Violations:
    """A job without managed spot training is billed for less than it trained.

    Only managed spot training saves: without it the two are equal in 21 of 21 recorded
    responses and in 638 of 638 logs. Serverless jobs are billed by tokens, not seconds. While
    a job runs the billed time may lag, and no recording shows whether an attempt that the
    service broke off is billed.
    """
    spec = amounts.spec
    if amounts.kind in (Kind.SUMMARY, Kind.LOG) or not amounts.ended:
        return
    training = amounts.seconds.get(spec.layout.training_seconds)
    billable = amounts.seconds.get(spec.layout.billable_seconds)
    if billable == 0 and amounts.billed_otherwise:
        return
    saved = training is not None and billable is not None and billable < training
    if saved and amounts.saves is False:
        yield Violation(
            pointer=f"/{spec.layout.billable_seconds}",
            facts={"billable": billable, "training": training},
            severity=Severity.WARNING if amounts.repeated else None,
        )
