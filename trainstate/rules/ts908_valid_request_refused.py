"""TS908 valid-request-refused."""

from trainstate.rules.example import IS_ACTIVE, IS_DONE, IS_GONE, calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Violation, Violations, rule


@rule(
    severity="error",
    sources=["api-create", "api-describe", "api-stop", "api-delete", "api-list-jobs"],
    message="{operation} refuses what the service accepts: {error}: {said}",
    help="accept the request: it is possible for this job at this moment",
    bad=[
        calls("create a", IS_GONE),
        calls("create a", IS_ACTIVE, "stop a !ValidationException no"),
        calls("create a", "list !ValidationException no"),
    ],
    good=[
        calls("create a", IS_ACTIVE, "stop a", "list"),
        calls("create a", IS_DONE, "stop a !ValidationException The job is in status Completed."),
    ],
)
def valid_request_refused(exchange: Exchange) -> Violations:
    """A request that the service documents as possible is refused.

    A new job can be described, one in progress can be stopped, an ended one can be deleted,
    and jobs can be listed by every filter of the API.
    """
    fault = exchange.fault
    if fault is not None and exchange.refused and exchange.expected:
        yield Violation(
            facts={"operation": exchange.operation, "error": fault.code, "said": fault.message}
        )
