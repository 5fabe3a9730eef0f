"""TS513 savings-mismatch."""

from trainstate.rules.example import Example, text
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Amounts

_NEAR = 0.1
"""What rounding to one digit can hide: the savings and the seconds are both rounded."""


def _log(training: int, billable: int, savings: str) -> Example:
    return text(
        "2026-01-02 10:00:00 Starting - Starting the training job\n"
        "2026-01-02 10:01:30 Training - Training in progress\n"
        "2026-01-02 10:20:00 Uploading - Uploading generated training model\n"
        "2026-01-02 10:20:00 Completed - Training job completed\n"
        f"Training seconds: {training}\nBillable seconds: {billable}\n"
        f"Managed Spot Training savings: {savings}%\n"
    )


@rule(
    severity="warning",
    sources=["api-describe-times", "recordings-logs"],
    message="{printed} % savings are printed; {billable} of {training} seconds give {right} %",
    help="look for lines of two jobs in one log",
    bad=[_log(1000, 1000, "70.0"), _log(1000, 300, "30.0")],
    good=[_log(1000, 300, "70.0"), _log(1110, 367, "66.9")],
    needs=["billable_seconds"],
)
def savings_mismatch(amounts: Amounts) -> Violations:
    """The savings in a log do not follow from its seconds.

    The SDK prints (1 - billable / training) * 100 with one digit: 26 of 26 logs of jobs with
    managed spot training agree.
    """
    layout, printed = amounts.spec.layout, amounts.printed
    training = amounts.seconds.get(layout.training_seconds)
    billable = amounts.seconds.get(layout.billable_seconds)
    if printed is None or not training or billable is None:
        return
    right = (1 - billable / training) * 100
    if abs(printed - right) > _NEAR:
        facts = {"printed": printed, "billable": billable, "training": training}
        yield Violation(
            pointer=f"/{layout.billable_seconds}", facts=facts | {"right": round(right, 1)}
        )
