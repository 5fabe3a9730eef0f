"""TS313 primary-contradicts-history."""

from functools import lru_cache

from trainstate.machine.step import Position, State, run_ahead
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.spec.model import Spec


@rule(
    severity="error",
    sources=["api-describe", "api-stop", "recordings-logs"],
    message="the primary status is `{primary}`; the history leads to {expected}",
    help="a stopping job stays so until it ends; keep the primary status",
    bad=[
        "InProgress/Uploading: Starting 90, Training 60, Stopping 5, Uploading",
        "InProgress/Uploading: Starting 90, Downloading 20, Stopping 5, Uploading",
    ],
    good=[
        "Stopping/Uploading: Starting 90, Training 60, Stopping 5, Uploading",
        "Stopping/Uploading: Starting 90, Training 60, Uploading",
    ],
    needs=["history"],
)
def primary_contradicts_history(statuses: Statuses) -> Violations:
    """The history cannot lead to the primary status.

    The pair is legal, and so is the history, but not both together: the history passed a
    status after which the job cannot show this primary status again.
    """
    moves = statuses.moves
    if not moves or statuses.pair is None or any(move.refusal for move in moves):
        return
    position = moves[-1].position
    if position.secondary != statuses.secondary:
        return
    expected = _expected(statuses.spec, position)
    if statuses.primary not in expected:
        yield Violation(
            pointer=f"/{statuses.spec.layout.primary}",
            facts={
                "primary": statuses.primary,
                "expected": " or ".join(f"`{primary}`" for primary in expected),
            },
        )


@lru_cache(maxsize=1024)
def _expected(spec: Spec, position: Position) -> tuple[str, ...]:
    """Primary statuses that the job can show after an entry."""
    shown = [State(position.primary, position)]
    for state in shown:
        shown += (ahead for ahead, _ in run_ahead(spec, state) if ahead not in shown)
    return tuple(dict.fromkeys(state.primary for state in shown))
