"""TS906 active-job-deleted."""

from trainstate.rules.example import IS_ACTIVE, IS_DONE, calls
from trainstate.rules.exchange import Exchange, Why
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-delete"],
    message="{operation} accepts a job that is {pair}",
    help="refuse the request until the job has ended",
    bad=[
        calls("create a", IS_ACTIVE, "delete a"),
        calls(
            "create a",
            IS_ACTIVE,
            "stop a",
            "describe a = Stopping/Training: Starting 90, Training",
            "delete a",
        ),
    ],
    good=[
        calls(
            "create a", IS_ACTIVE, "delete a !ValidationException The job is in status InProgress."
        ),
        calls("create a", IS_DONE, "delete a"),
    ],
)
def active_job_deleted(exchange: Exchange) -> Violations:
    """A request to delete a job that has not ended is accepted.

    Only a Stopped, Failed or Completed job can be deleted. Code that deletes a job must first
    stop it and wait.
    """
    standing = exchange.standing
    if exchange.accepted and exchange.why is Why.ACTIVE and standing is not None:
        yield Violation(
            facts={"operation": exchange.operation, "pair": standing.pair(exchange.spec)}
        )
