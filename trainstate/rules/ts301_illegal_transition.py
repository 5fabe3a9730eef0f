"""TS301 illegal-transition."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.machine.step import Refusal
from trainstate.machine.witness import witness
from trainstate.rules.model import Place, Reading, rule
from trainstate.spec.model import Spec

_REFUSALS = {Refusal.NO_TRANSITION, Refusal.NOT_UNDER}


@rule(
    code="TS301",
    name="illegal-transition",
    severity="error",
    scope="response",
    reads=["SecondaryStatusTransitions"],
    sources=["api-describe", "api-transition", "guide-spot", "recordings-logs"],
    message="`{after}` follows `{before}`: {refusal}",
    help="compare the history with `trainstate next`; a simulator that skips a stage does this",
    bad=[
        "Completed/Completed: Starting 90, Uploading 5, Completed",
        "Stopped/Stopped: Starting 90, Downloading 20, Training 60, Uploading 5, Stopped",
    ],
    good=[
        "Completed/Completed: Starting 90, Downloading 20, Training 60, Uploading 5, Completed",
        "Stopped/Stopped: Starting 90, Training 60, Stopping 5, Uploading 5, Stopped",
    ],
    since="0.1.0",
)
def illegal_transition(reading: Reading) -> Iterator[Place]:
    """A status follows another in the history, and no source has that transition.

    The history lists all secondary statuses that the job went through, without gaps, so
    that each neighbouring pair of entries is a transition of the machine. One that no
    documentation and no recording shows means that entries were lost, invented or
    taken from another job. Where the front of an excerpt is cut off, what a status must
    come after may have been there. Where a source has the transition, and its evidence is
    weaker than what is accepted, the message names the level.
    """
    statuses = reading.response.statuses
    if not reading.has_illegal_move:
        return
    refusals = _REFUSALS - {Refusal.NOT_UNDER} if _is_cut(reading) else _REFUSALS
    legal = next((at for at, step in enumerate(reading.moves) if step.refusal), len(statuses))
    for index, step in enumerate(reading.moves):
        if step.refusal in refusals:
            yield Place(
                pointer=reading.entry_pointer(index, reading.spec.layout.entry_status),
                facts={
                    "before": statuses[index - 1],
                    "after": statuses[index],
                    "refusal": _refusal(reading.spec, statuses[index - 1 : index + 1])
                    or str(step.refusal),
                },
                witness=witness(
                    reading.spec,
                    # From what is no run itself no witness goes on.
                    statuses[:index] if index <= legal else (),
                    statuses[index],
                    reading.config,
                ),
            )


def _refusal(spec: Spec, pair: tuple[str, ...]) -> str | None:
    """Why a transition that a source has is refused: its evidence is not accepted here."""
    rows = [row for row in spec.weaker if (row.before, row.after) == pair]
    if not rows:
        return None
    level = min((row.evidence for row in rows), key=lambda each: each.rank)
    return f"its evidence is `{level}`, and `--accept {level}` takes it"


def _is_cut(reading: Reading) -> bool:
    moves = reading.moves
    return reading.trimmed and bool(moves) and moves[0].refusal is Refusal.NOT_INITIAL
