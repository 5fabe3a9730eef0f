"""TS509 number-out-of-range."""

from trainstate.history.nested import excesses
from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Settings
from trainstate.rules.shown import quoted

_SPOT = {"/EnableManagedSpotTraining": True, "/StoppingCondition/MaxRuntimeInSeconds": 3600}
_WAIT = "/StoppingCondition/MaxWaitTimeInSeconds"


@rule(
    severity="error",
    sources=["api-stopping-condition", "api-retry", "api-create"],
    message="`{member}` is {value}; it must be {allowed}",
    help="look for a wrong unit, or a limit that was edited by hand",
    bad=[
        poll(ACTIVE, {"/StoppingCondition/MaxRuntimeInSeconds": 0}),
        poll(ACTIVE, {"/ResourceConfig/InstanceCount": -1}),
        poll(ACTIVE, {"/RetryStrategy": {"MaximumRetryAttempts": 31}}),
        poll(ACTIVE, _SPOT | {_WAIT: 60}),
    ],
    good=[
        ACTIVE,
        poll(ACTIVE, {"/ResourceConfig/InstanceCount": 0}),
        poll(ACTIVE, {"/RetryStrategy": {"MaximumRetryAttempts": 30}}),
        poll(ACTIVE, _SPOT | {_WAIT: 3600}),
    ],
)
def number_out_of_range(settings: Settings) -> Violations:
    """A number in the job's configuration is out of range.

    A job is only created with limits and budgets in the ranges that the API declares, and
    with a waiting-time limit no less than the run-time limit. A response shows the accepted
    configuration. If a range has changed over the years, the widest counts.
    """
    for pointer, value, allowed in excesses(settings.members, settings.spec):
        yield Violation(
            pointer=pointer,
            facts={
                "member": pointer.rpartition("/")[2],
                "value": quoted(value),
                "allowed": allowed,
            },
        )
