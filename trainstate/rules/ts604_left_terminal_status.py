"""TS604 left-terminal-status."""

from trainstate.rules.example import poll
from trainstate.rules.model import Comparison, Violation, Violations, rule
from trainstate.rules.wording import pair_text

_BARE = {"/SecondaryStatusTransitions": None}
_DONE = poll("Completed/Completed", _BARE, modified=300)
_STOPPED = poll("Stopped/Stopped", _BARE, modified=300)


@rule(
    severity="error",
    sources=["waiter", "api-describe"],
    message="{after} comes after {before}, which ended the job; compare response {at}",
    help="split the responses by ARN and CreationTime; an ended job never runs again",
    bad=[
        [_DONE, poll("InProgress/Training", _BARE, modified=400)],
        [_STOPPED, poll("Completed/Completed", _BARE, modified=400)],
    ],
    good=[
        [_DONE, poll("Completed/Completed", _BARE, modified=400)],
        [_STOPPED, poll("Deleting/Stopped", _BARE, modified=400)],
    ],
    follows=["TS201", "TS305"],
)
def left_terminal_status(comparison: Comparison) -> Violations:
    """A job has another status after its end.

    No terminal status has a way out: waiters stop there, and the bill is final. Only a
    deletion follows it. A status after the end means that two jobs of one name were merged,
    or that responses are in the wrong order.
    """
    if comparison.clash is not None and comparison.left_end:
        yield Violation(
            pointer=f"/{comparison.spec.layout.primary}",
            facts={
                "before": pair_text(comparison.clash.before, comparison.spec),
                "after": pair_text(comparison.clash.after, comparison.spec),
                "at": comparison.clash.at,
            },
        )
