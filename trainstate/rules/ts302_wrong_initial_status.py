"""TS302 wrong-initial-status."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.machine.step import Refusal
from trainstate.machine.witness import witness
from trainstate.rules.model import Place, Reading, Severity, rule


@rule(
    code="TS302",
    name="wrong-initial-status",
    severity="error",
    scope="response",
    reads=["SecondaryStatusTransitions"],
    sources=["guide-spot", "recordings-logs", "recordings-responses"],
    message="the history begins with `{status}`, where {initial} is expected",
    help="the first entries were lost, or a simulator begins too late",
    bad=[
        "InProgress/Training: Training",
        "Completed/Completed: Downloading 20, Training 60, Uploading 5, Completed",
    ],
    good=[
        "InProgress/Starting: Starting",
        "InProgress/Downloading: Starting 90, Downloading",
    ],
    since="0.1.0",
)
def wrong_initial_status(reading: Reading) -> Iterator[Place]:
    """A history begins with a status that no job begins with.

    All recorded jobs begin with the same status, at their creation, and the history
    lists every status since. The front of an excerpt or a log may have been cut off:
    there the verdict is open.
    """
    moves, spec = reading.moves, reading.spec
    if not moves or moves[0].refusal is not Refusal.NOT_INITIAL:
        return
    status = reading.response.statuses[0]
    initial = " or ".join(f"`{row.secondary}`" for row in spec.initials)
    yield Place(
        pointer=reading.entry_pointer(0, spec.layout.entry_status),
        facts={"status": status, "initial": initial},
        severity=Severity.INFO if reading.trimmed else None,
        unknown=reading.trimmed,
        witness=witness(spec, (), status, reading.config),
    )
