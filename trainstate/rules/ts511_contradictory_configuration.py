"""TS511 contradictory-configuration."""

from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Settings

_WAIT = {"/StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}}


@rule(
    severity="error",
    sources=["clients-wait-without-spot", "api-stopping-condition"],
    message="`{member}` is {state}: it is accepted only where {says}",
    help="one of the two was edited by hand, or a simulator accepts what the service refuses",
    bad=[poll(ACTIVE, _WAIT), poll(ACTIVE, {"/EnableManagedSpotTraining": True})],
    good=[
        ACTIVE,
        poll(ACTIVE, _WAIT | {"/EnableManagedSpotTraining": True}),
        poll(ACTIVE, _WAIT | {"/EnableManagedSpotTraining": None}),
        poll(ACTIVE, {"/EnableManagedSpotTraining": True, "/RoleArn": None}),
    ],
)
def contradictory_configuration(settings: Settings) -> Violations:
    """A job lacks a setting that another of its settings requires.

    The service refuses the request for such a job, so none was created. The stated value
    counts: the job is judged with the setting off. A whole response that has the switch and
    lacks its companion is only suspicious.
    """
    for guard in settings.spec.guards:
        if guard.implied_by is None:
            continue
        switch, beside = settings.get(guard.member), settings.get(guard.implied_by)
        named = f"`{guard.member.rpartition('/')[2]}`"
        if switch is False and beside is not None:
            yield _violation(guard.implied_by, f"set, but {named} is false", guard.says, None)
        elif (
            switch is True
            and beside is None
            and settings.whole
            and not settings.is_unread(guard.implied_by)
        ):
            says = f"{named} is not true"
            yield _violation(guard.implied_by, "absent", says, Severity.WARNING)


def _violation(pointer: str, state: str, says: str, severity: Severity | None) -> Violation:
    facts = {"member": pointer.rpartition("/")[2], "state": state, "says": says}
    return Violation(pointer=pointer, facts=facts, severity=severity)
