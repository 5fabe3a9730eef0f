"""TS301 illegal-transition."""

from trainstate.machine.step import Refusal
from trainstate.machine.witness import witness
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.spec.model import Spec

_REFUSALS = {Refusal.NO_TRANSITION, Refusal.NOT_UNDER}


@rule(
    severity="error",
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
    needs=["history"],
    follows=["TS003", "TS102", "TS103", "TS301", "TS302", "TS305"],
)
def illegal_transition(statuses: Statuses) -> Violations:
    """The history has a transition that no source shows.

    The history lists all secondary statuses of the job without gaps, so neighbouring entries
    are a transition of the machine. One that no documentation and no recording shows means
    that entries were lost, invented or taken from another job. In an excerpt whose front is
    cut off, an entry that must come earlier may be missing. If a source has the transition
    but its evidence is not accepted, the message names the level.
    """
    history = statuses.history
    if not statuses.has_illegal_move:
        return
    refusals = _REFUSALS - {Refusal.NOT_UNDER} if _is_cut(statuses) else _REFUSALS
    legal = next((at for at, step in enumerate(statuses.moves) if step.refusal), len(history))
    for index, step in enumerate(statuses.moves):
        if step.refusal in refusals:
            yield Violation(
                pointer=statuses.entry_pointer(index, statuses.spec.layout.entry_status),
                facts={
                    "before": history[index - 1],
                    "after": history[index],
                    "refusal": _refusal(statuses.spec, history[index - 1 : index + 1])
                    or str(step.refusal),
                },
                witness=witness(
                    statuses.spec,
                    # An illegal history has no legal continuation to show.
                    history[:index] if index <= legal else (),
                    history[index],
                    statuses.config,
                ),
            )


def _refusal(spec: Spec, pair: tuple[str, ...]) -> str | None:
    """Why the transition is refused although a source has it: its evidence is not accepted."""
    rows = [row for row in spec.weaker if (row.before, row.after) == pair]
    if not rows:
        return None
    level = min((row.evidence for row in rows), key=lambda each: each.rank)
    return f"its evidence is `{level}`, and `--accept {level}` accepts it"


def _is_cut(statuses: Statuses) -> bool:
    moves = statuses.moves
    return statuses.trimmed and bool(moves) and moves[0].refusal is Refusal.NOT_INITIAL
