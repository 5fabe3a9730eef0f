"""TS303 undocumented-transition."""

from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.spec.model import Evidence


@rule(
    severity="info",
    sources=["model", "api-enum", "reports-pending"],
    message="`{after}` {place}: inferred; no documentation and no recording shows it",
    help="the transition is accepted; narrow `--accept` to refuse inferred ones",
    bad=[
        "InProgress/Pending: Pending",
        "Stopped/Stopped: Starting 90, Training 60, Stopped",
        "InProgress/Training: Starting 90, Training 60, Updating 5, Training",
    ],
    good=[
        "Completed/Completed: Starting 90, Downloading 20, Training 60, Uploading 5, Completed",
        "Stopped/Stopped: Starting 90, Training 60, Stopping 5, Uploading 5, Stopped",
    ],
    needs=["history"],
)
def undocumented_transition(statuses: Statuses) -> Violations:
    """No documentation shows this transition.

    The transition follows from how the service must work: a job can be stopped, fail or be
    interrupted at any moment. It is not a fault, but the verdict rests on it.
    """
    history = statuses.history
    for index, step in enumerate(statuses.moves):
        if step.row is not None and step.row.evidence is Evidence.INFERRED:
            before = history[index - 1] if index else None
            yield Violation(
                pointer=statuses.entry_pointer(index, statuses.spec.layout.entry_status),
                facts={
                    "before": before,
                    "after": history[index],
                    "place": f"follows `{before}`" if before else "begins the history",
                },
            )
