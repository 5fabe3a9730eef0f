"""TS311 retry-budget-exceeded."""

from trainstate.machine.step import Move
from trainstate.rules.example import poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.spec.model import Transition

_TWICE = "InProgress/Starting: Starting 90, Training 60, Starting 90, Training 60, Starting"
_ONCE = "InProgress/Starting: Starting 90, Training 60, Starting"


@rule(
    severity="error",
    sources=["api-retry"],
    message="the history shows {used} retries; the configuration allows {budget}",
    help="compare the history with the number of attempts in the job's configuration",
    bad=[
        poll(_TWICE, {"/RetryStrategy": {"MaximumRetryAttempts": 1}}),
        poll(_ONCE, {"/RetryStrategy": {"MaximumRetryAttempts": 0}}),
    ],
    good=[
        poll(_TWICE, {"/RetryStrategy": {"MaximumRetryAttempts": 2}}),
        poll(_ONCE, {"/RetryStrategy": {"MaximumRetryAttempts": 30}}),
    ],
    needs=["history", "guards"],
)
def retry_budget_exceeded(statuses: Statuses) -> Violations:
    """A job was retried more often than its configuration allows.

    The retry strategy says how often the service retries after its own error. Starts after
    a spot interruption do not count; they need no strategy.
    """
    for guard in statuses.spec.guards:
        budget = statuses.config.of(guard.name).budget
        if budget is None or len(statuses.moves) <= budget:
            continue
        used = [at for at, move in enumerate(statuses.moves) if _uses(move, guard.name)]
        for at in used[max(budget, 0) :][:1]:
            pointer = statuses.entry_pointer(at, statuses.spec.layout.entry_status)
            yield Violation(pointer=pointer, facts={"used": len(used), "budget": budget})


def _uses(move: Move, guard: str) -> bool:
    return isinstance(move.row, Transition) and move.row.guard == guard
