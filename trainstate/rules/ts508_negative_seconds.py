"""TS508 negative-seconds."""

from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Amounts

_NOTHING = {"/TrainingTimeInSeconds": 0, "/BillableTimeInSeconds": 0}


@rule(
    severity="error",
    sources=["api-members", "api-describe-times"],
    message="`{member}` is {value}",
    help="subtract the start from the end; a job that never trained has 0, or no such member",
    bad=[
        poll(ACTIVE, {"/TrainingTimeInSeconds": -5}),
        poll(ACTIVE, {"/BillableTimeInSeconds": -1}),
        poll(ACTIVE, {"/BillableTokenCount": -1}),
    ],
    good=[ACTIVE, poll("Failed/Failed: Starting 90, Failed", _NOTHING)],
    needs=["billable_seconds"],
)
def negative_seconds(amounts: Amounts) -> Violations:
    """A number of seconds or tokens is negative.

    Trained and billed amounts count up from zero. Savings computed from a negative number
    mean nothing.
    """
    for member, value in amounts.seconds.items():
        if value < 0:
            yield Violation(pointer=f"/{member}", facts={"member": member, "value": value})
