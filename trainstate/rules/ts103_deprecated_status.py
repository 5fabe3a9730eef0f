"""TS103 deprecated-status."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.model import Place, Reading, rule
from trainstate.rules.shown import shown
from trainstate.spec.model import Evidence


@rule(
    code="TS103",
    name="deprecated-status",
    severity="warning",
    scope="response",
    reads=["SecondaryStatus", "SecondaryStatusTransitions"],
    sources=["api-describe", "api-enum"],
    message="`{status}` is a retired status",
    help="normal in recordings of its time; a simulator of today's service must not show it",
    bad=[
        "InProgress/LaunchingMLInstances: Starting 9, LaunchingMLInstances",
        "InProgress/Training: Starting 9, DownloadingTrainingImage 20, Training",
    ],
    good=[
        "InProgress/Training: Starting 90, Training",
        "InProgress/Downloading: Starting 90, Downloading",
    ],
    since="0.1.0",
)
def deprecated_status(reading: Reading) -> Iterator[Place]:
    """A secondary status is one that the service no longer supports.

    AWS lists it as retired, though the API's enumeration still has it. A job of today
    cannot have it; whoever handles it handles the past.
    """
    seen: set[str] = set()
    for place in shown(reading):
        row = reading.spec.secondary_by_name.get(place.status)
        if row is None or row.evidence is not Evidence.DEPRECATED or row.name in seen:
            continue
        seen.add(row.name)
        yield Place(pointer=place.pointer, facts={"status": row.name})
