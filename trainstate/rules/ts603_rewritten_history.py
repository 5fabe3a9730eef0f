"""TS603 rewritten-history."""

from __future__ import annotations

from trainstate.rules.example import poll
from trainstate.rules.model import Place, Places, Relation, Step, rule
from trainstate.rules.rewriting import gone, rewritten

_THREE = "InProgress/Training: Starting 90, Downloading 20, Training"


@rule(
    severity="error",
    sources=["api-describe", "api-transition", "recordings-responses"],
    message="entry {at}: `{member}` was {before} and is {after}",
    help="only append to the history; times that moved were perhaps taken from another clock",
    bad=[
        ["InProgress/Downloading: Starting 80, Downloading", _THREE],
        [_THREE, poll("InProgress/Downloading: Starting 90, Downloading", modified=500)],
    ],
    good=[
        ["InProgress/Downloading: Starting 90, Downloading", _THREE],
        [_THREE, poll(_THREE, modified=500)],
    ],
    needs=["history"],
    follows=["TS0", "TS1", "TS2", "TS3", "TS4", "TS602", "TS603"],
)
def rewritten_history(step: Step) -> Places:
    """An entry that was recorded has other times in another response, or is gone.

    The history is only ever appended to: once an entry is there its start is fixed, and
    its end once it is closed. A later response therefore begins with all that an
    earlier one showed.
    """
    if step.relation is Relation.REWRITTEN and step.at is not None:
        change = rewritten(step, step.at)
    elif step.relation is Relation.SMALLER and step.ordered_later:
        change = gone(step)
    else:
        return
    yield Place(
        pointer=change.pointer,
        facts={
            "at": change.at,
            "member": change.member,
            "before": change.before,
            "after": change.after,
        },
    )
