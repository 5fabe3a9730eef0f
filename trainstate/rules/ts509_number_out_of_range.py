"""TS509 number-out-of-range."""

from __future__ import annotations

from trainstate.history.nested import excesses
from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Place, Places, rule
from trainstate.rules.parts import Settings
from trainstate.rules.shown import quoted

_SPOT = {"/EnableManagedSpotTraining": True, "/StoppingCondition/MaxRuntimeInSeconds": 3600}
_WAIT = "/StoppingCondition/MaxWaitTimeInSeconds"


@rule(
    severity="error",
    sources=["api-stopping-condition", "api-retry", "api-create"],
    message="`{member}` is {value}, and can only be {allowed}",
    help="look for a unit that was mixed up, or a limit that was edited by hand",
    bad=[
        poll(ACTIVE, {"/StoppingCondition/MaxRuntimeInSeconds": 0}),
        poll(ACTIVE, {"/ResourceConfig": {"InstanceCount": -1}}),
        poll(ACTIVE, {"/RetryStrategy": {"MaximumRetryAttempts": 31}}),
        poll(ACTIVE, _SPOT | {_WAIT: 60}),
    ],
    good=[
        ACTIVE,
        poll(ACTIVE, {"/ResourceConfig": {"InstanceCount": 0}}),
        poll(ACTIVE, {"/RetryStrategy": {"MaximumRetryAttempts": 30}}),
        poll(ACTIVE, _SPOT | {_WAIT: 3600}),
    ],
)
def number_out_of_range(settings: Settings) -> Places:
    """A number of the job's configuration is none that the service accepts.

    A job is created only with limits and budgets in the ranges that the API declares, and
    with a limit of the waiting time that is no less than that of the run time. A
    response shows the configuration that was accepted. Where a range has changed over the
    years the widest counts.
    """
    for pointer, value, allowed in excesses(settings.members, settings.spec):
        yield Place(
            pointer=pointer,
            facts={
                "member": pointer.rpartition("/")[2],
                "value": quoted(value),
                "allowed": allowed,
            },
        )
