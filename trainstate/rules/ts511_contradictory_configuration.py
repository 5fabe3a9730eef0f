"""TS511 contradictory-configuration."""

from __future__ import annotations

from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Place, Places, rule
from trainstate.rules.parts import Settings

_WAIT = {"/StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}}


@rule(
    severity="error",
    sources=["clients-wait-without-spot", "api-stopping-condition"],
    message="`{member}` is there, and `{switch}` is false: it is accepted only where {says}",
    help="one of the two was edited by hand, or a simulator accepts what the service refuses",
    bad=[poll(ACTIVE, _WAIT)],
    good=[
        ACTIVE,
        poll(ACTIVE, _WAIT | {"/EnableManagedSpotTraining": True}),
        poll(ACTIVE, _WAIT | {"/EnableManagedSpotTraining": None}),
    ],
)
def contradictory_configuration(settings: Settings) -> Places:
    """A job has a setting that the service accepts only beside another, which is off.

    The service refuses the request for such a job, so that none was created. What is said
    counts: the job is judged as one for which the setting is off.
    """
    for guard in settings.spec.guards:
        if guard.implied_by is None or settings.get(guard.member) is not False:
            continue
        if settings.get(guard.implied_by) is not None:
            yield Place(
                pointer=guard.implied_by,
                facts={
                    "member": guard.implied_by.rpartition("/")[2],
                    "switch": guard.member.rpartition("/")[2],
                    "says": guard.says,
                },
            )
