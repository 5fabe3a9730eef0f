"""TS910 stop-without-effect."""

from trainstate.rules.example import IS_ACTIVE, IS_DONE, IS_STOPPED, calls
from trainstate.rules.exchange import Exchange, stoppable, stops_at
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.wording import pair_text


@rule(
    severity="error",
    sources=["api-stop"],
    message="the service accepted the stop, but the job is {pair}",
    help="change the primary status to Stopping with the request, and end the job as Stopped",
    bad=[
        calls("create a", IS_ACTIVE, "stop a", IS_ACTIVE),
        calls(
            "create a",
            IS_ACTIVE,
            "stop a",
            "describe a = Stopping/Training: Starting 90, Training",
            "describe a = Completed/Completed: Training 60, Stopping 5, Completed",
        ),
    ],
    good=[
        calls(
            "create a",
            IS_ACTIVE,
            "stop a",
            "describe a = Stopping/Training: Starting 90, Training",
            IS_STOPPED,
        ),
        calls("create a", IS_ACTIVE, IS_DONE),
    ],
)
def stop_without_effect(exchange: Exchange) -> Violations:
    """A job continues as if its accepted stop had not happened.

    The service changes the status to Stopping when it receives the request, and to Stopped
    after the job has stopped. Another end is possible if the request coincided with the end
    of the job; that is a warning.
    """
    standing, response, spec = exchange.standing, exchange.response, exchange.spec
    if response is None or standing is None or not standing.stopped:
        return
    facts = {"pair": pair_text((response.primary, response.secondary), spec)}
    if response.primary in stoppable(spec):
        yield Violation(facts=facts)
    elif response.primary in spec.terminal_primaries - stops_at(spec):
        # A job may end by itself before it is stopped: rare, and no proof.
        yield Violation(facts=facts, severity=Severity.WARNING)
