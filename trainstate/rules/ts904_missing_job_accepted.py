"""TS904 missing-job-accepted."""

from trainstate.rules.example import IS_DONE, IS_GONE, calls
from trainstate.rules.exchange import Exchange, Why
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-errors", "api-describe", "api-stop", "api-delete"],
    message="{operation} accepts a job that does not exist",
    help="refuse the request; clients match the text `Requested resource not found`",
    bad=[calls("stop a"), calls("create a", IS_DONE, "delete a", IS_GONE, "stop a")],
    good=[
        calls("stop a !ValidationException Requested resource not found."),
        calls("create a", "stop a"),
    ],
)
def missing_job_accepted(exchange: Exchange) -> Violations:
    """A request for a job that does not exist is accepted.

    Code that stops or deletes a job must cope with one that is gone. If every name is
    accepted, that code is never tested.
    """
    if exchange.accepted and exchange.why is Why.ABSENT:
        yield Violation(facts={"operation": exchange.operation})
