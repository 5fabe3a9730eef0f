"""TS104 misspelt-status."""

from trainstate.rules.example import ACTIVE
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.rules.shown import ShownStatus, shown


@rule(
    severity="error",
    sources=["api-enum", "api-describe", "api-retry", "sdk-docs-2019"],
    message="`{written}` is another spelling of `{status}`",
    help="write statuses as the API's enumeration does, and compare them exactly",
    bad=[
        "INPROGRESS/Training: Starting 90, Training",
        "InProgress/Training: starting 90, Training",
        "InProgress/PreparingTraining: Starting 90, PreparingTraining",
    ],
    good=[ACTIVE, "Stopping/Stopping: Starting 90, Training 60, Stopping"],
)
def misspelt_status(statuses: Statuses) -> Violations:
    """A status is not spelt as the API's enumeration spells it.

    The response is judged as if the spelling were right, but a program that compares statuses
    exactly takes it for another one. A spelling that some text of AWS uses is a warning. Any
    other change of case is an error, because the service does not write it.
    """
    spec = statuses.spec
    written = statuses.written_primary
    as_spelt = statuses.written_secondary == statuses.secondary and written == statuses.primary
    if as_spelt and statuses.written == statuses.history:
        return
    places = list(shown(statuses))
    if written is not None and statuses.primary is not None:
        places.insert(0, ShownStatus(f"/{spec.layout.primary}", statuses.primary, written))
    for place in places:
        if place.written != place.status:
            # Only secondaries have aliases; TS105 reports a primary that is spelt like one.
            declared = place.written in spec.alias_by_written
            yield Violation(
                pointer=place.pointer,
                facts={"written": place.written, "status": place.status},
                severity=Severity.WARNING if declared else None,
            )
