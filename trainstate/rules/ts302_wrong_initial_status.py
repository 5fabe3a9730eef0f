"""TS302 wrong-initial-status."""

from trainstate.machine.step import Refusal
from trainstate.machine.witness import witness
from trainstate.rules.example import STARTING
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Statuses


@rule(
    severity="error",
    sources=["guide-spot", "recordings-logs", "recordings-responses"],
    message="the history begins with `{status}`; expected {initial}",
    help="the first entries were lost, or a simulator starts too late",
    bad=[
        "InProgress/Training: Training",
        "Completed/Completed: Downloading 20, Training 60, Uploading 5, Completed",
    ],
    good=[STARTING, "InProgress/Downloading: Starting 90, Downloading"],
    needs=["history"],
)
def wrong_initial_status(statuses: Statuses) -> Violations:
    """A history begins with a status that no job begins with.

    All recorded jobs begin with the same status, at their creation, and the history lists
    every status since. An excerpt or a log may have lost its front: there the verdict stays
    open.
    """
    moves, spec = statuses.moves, statuses.spec
    if not moves or moves[0].refusal is not Refusal.NOT_INITIAL:
        return
    status = statuses.history[0]
    initial = " or ".join(f"`{row.secondary}`" for row in spec.initials)
    yield Violation(
        pointer=statuses.entry_pointer(0, spec.layout.entry_status),
        facts={"status": status, "initial": initial},
        severity=Severity.INFO if statuses.trimmed else None,
        unknown=statuses.trimmed,
        witness=witness(spec, (), status, statuses.config),
    )
