"""TS905 ended-job-stopped."""

from trainstate.rules.example import IS_ACTIVE, IS_DONE, IS_STOPPED, calls
from trainstate.rules.exchange import Exchange, Why
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["transcript-stop", "api-stop"],
    message="{operation} accepts a job that is {pair}",
    help="refuse the request: a job in this status cannot be stopped",
    bad=[
        calls("create a", IS_DONE, "stop a"),
        calls("create a", IS_STOPPED, "advance 60", "stop a"),
    ],
    good=[
        calls("create a", IS_DONE, "stop a !ValidationException The job is in status Completed."),
        calls("create a", IS_ACTIVE, "stop a"),
    ],
)
def ended_job_stopped(exchange: Exchange) -> Violations:
    """A request to stop an ended job is accepted.

    The service refuses it, so code that stops jobs must expect the error: a job may end
    between the check and the request.
    """
    standing = exchange.standing
    if exchange.accepted and exchange.why is Why.OVER and standing is not None:
        yield Violation(
            facts={"operation": exchange.operation, "pair": standing.pair(exchange.spec)}
        )
