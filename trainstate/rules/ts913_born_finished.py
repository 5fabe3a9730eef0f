"""TS913 born-finished."""

from trainstate.history.instants import SECOND
from trainstate.rules.example import IS_ACTIVE, IS_DONE, calls
from trainstate.rules.exchange import Exchange
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.wording import pair_text
from trainstate.spec.outcome import Outcome

_SOONEST = 1.0


@rule(
    severity="warning",
    sources=["api-describe", "api-describe-times"],
    message="the job is {pair} when first seen, {seconds:g} s after its creation",
    help="start a job as InProgress, and change it with a clock that a test can drive",
    bad=[calls("create a", "describe a = Completed/Completed: Starting 0, Completed")],
    good=[calls("create a", IS_ACTIVE), calls("create a", IS_DONE)],
)
def born_finished(exchange: Exchange) -> Violations:
    """A job has completed at the moment of its creation.

    No training starts its instances, trains and uploads within a second. Code that waits for
    such a job never waits, and its handling of a job in progress is never tested.
    """
    response, standing, spec = exchange.response, exchange.standing, exchange.spec
    if response is None or standing is None or standing.seen is not None:
        return
    ended = response.instants.get(spec.layout.ended or "")
    if ended is None or response.created is None:
        return
    outcome = spec.outcome_by_key.get((response.primary or "", ""))
    seconds = (ended - response.created) / SECOND
    if outcome is not None and outcome.name is Outcome.SUCCEEDED and seconds < _SOONEST:
        pair = pair_text((response.primary, response.secondary), spec)
        yield Violation(facts={"pair": pair, "seconds": seconds})
