"""TS305 entry-after-terminal."""

from trainstate.machine.step import Refusal
from trainstate.rules.example import DONE
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses


@rule(
    severity="error",
    sources=["api-describe", "waiter", "recordings-logs"],
    message="`{after}` follows `{before}`, which ends a job",
    help="a second run is another job with its own history; write an end once",
    bad=[
        "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed 0, Completed",
        "InProgress/Starting: Starting 90, Failed 0, Starting",
    ],
    good=[DONE, "Failed/Failed: Starting 90, Training 60, Failed"],
    needs=["history"],
    follows=["TS302"],
)
def entry_after_terminal(statuses: Statuses) -> Violations:
    """The history continues after a status that ends a job.

    No terminal status has a way out: after the end only the message of the last entry
    changes. A later job of the same name has a history of its own.
    """
    history = statuses.history
    for index, step in enumerate(statuses.moves):
        if step.refusal is Refusal.AFTER_END:
            yield Violation(
                pointer=statuses.entry_pointer(index, statuses.spec.layout.entry_status),
                facts={"before": history[index - 1], "after": history[index]},
            )
