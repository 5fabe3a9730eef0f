"""TS103 deprecated-status."""

from functools import cache

from trainstate.rules.example import ACTIVE
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.rules.shown import shown, shows
from trainstate.spec.model import Evidence, Spec


@rule(
    severity="warning",
    sources=["api-describe", "api-enum"],
    message="`{status}` is a retired status",
    help="normal in recordings of its time; a simulator of the present service must not show it",
    bad=[
        "InProgress/LaunchingMLInstances: Starting 9, LaunchingMLInstances",
        "InProgress/Training: Starting 9, DownloadingTrainingImage 20, Training",
    ],
    good=[ACTIVE, "InProgress/Downloading: Starting 90, Downloading"],
)
def deprecated_status(statuses: Statuses) -> Violations:
    """A secondary status is retired.

    AWS no longer supports it, though the API's enumeration still lists it. No job of today
    has it, and code that handles it handles the past.
    """
    if not shows(statuses, _retired(statuses.spec)):
        return
    seen: set[str] = set()
    for place in shown(statuses):
        if place.status in _retired(statuses.spec) and place.status not in seen:
            seen.add(place.status)
            yield Violation(pointer=place.pointer, facts={"status": place.status})


@cache
def _retired(spec: Spec) -> frozenset[str]:
    rows = spec.secondary_by_name.values()
    return frozenset(row.name for row in rows if row.evidence is Evidence.DEPRECATED)
