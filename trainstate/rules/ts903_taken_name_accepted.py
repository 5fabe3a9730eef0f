"""TS903 taken-name-accepted."""

from __future__ import annotations

from trainstate.rules.example import calls
from trainstate.rules.exchange import Exchange, Why
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-create", "api-errors"],
    message="{operation} accepts the name of an existing job",
    help="refuse the request with the error ResourceInUse, and leave the job as it is",
    bad=[
        calls("create a", "create a"),
        calls(
            "create a",
            "describe a = Completed/Completed: Starting 90, Training 60, Uploading 5, Completed",
            "create a",
        ),
    ],
    good=[
        calls("create a", "create a !ResourceInUse taken"),
        calls(
            "create a",
            "describe a = Completed/Completed: Starting 90, Training 60, Uploading 5, Completed",
            "delete a",
            "describe a !ValidationException Requested resource not found.",
            "create a",
        ),
    ],
)
def taken_name_accepted(exchange: Exchange) -> Violations:
    """A second job is created under a taken name.

    Names are unique within a region of an account, and the name of an ended job stays taken
    until the job is deleted. A simulator that replaces the job loses its history, and code
    that creates jobs twice by mistake passes its tests.
    """
    if exchange.accepted and exchange.why is Why.TAKEN:
        yield Violation(facts={"operation": exchange.operation})
