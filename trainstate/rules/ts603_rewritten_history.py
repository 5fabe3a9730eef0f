"""TS603 rewritten-history."""

from __future__ import annotations

from attrs import frozen

from trainstate.history.instants import same_instant
from trainstate.rules.example import poll
from trainstate.rules.model import Relation, Step, Violation, Violations, rule
from trainstate.rules.wording import time_text

_THREE = "InProgress/Training: Starting 90, Downloading 20, Training"


@rule(
    severity="error",
    sources=["api-describe", "api-transition", "recordings-responses"],
    message="entry {at}: `{member}` was {before} and is {after}",
    help="only append to the history; changed times may come from another clock",
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
def rewritten_history(step: Step) -> Violations:
    """A recorded entry has other times in another response, or is gone.

    The history is append-only: an entry's start is fixed once it is there, and its end once
    it is closed. So a later response begins with everything that an earlier one showed.
    """
    if step.relation is Relation.REWRITTEN and step.at is not None:
        change = rewritten(step, step.at)
    elif step.relation is Relation.SMALLER and step.ordered_later:
        change = gone(step)
    else:
        return
    yield Violation(
        pointer=change.pointer,
        facts={
            "at": change.at,
            "member": change.member,
            "before": change.before,
            "after": change.after,
        },
    )


@frozen(kw_only=True)
class Rewriting:
    """A member of an entry that had another value or has disappeared."""

    at: int
    pointer: str
    member: str
    before: str
    after: str


def rewritten(step: Step, at: int) -> Rewriting:
    """The time that differs in an entry that both histories have."""
    seen, layout = step.response.history or (), step.spec.layout
    old, new = step.known[at], seen[at]
    moved = None not in (old.start, new.start) and not _agree(old.start, new.start)
    member = layout.entry_start if moved else layout.entry_end
    before, after = (old.start, new.start) if moved else (old.end, new.end)
    return Rewriting(
        at=at,
        pointer=step.reading.statuses.entry_pointer(at, member),
        member=member,
        before=time_text(before),
        after=time_text(after),
    )


def gone(step: Step) -> Rewriting:
    """The first entry that disappeared, or the end of the last one.

    The response has a history, and a larger one is known.
    """
    seen, layout = step.response.history or (), step.spec.layout
    at = len(seen)
    if at < len(step.known):
        return Rewriting(
            at=at,
            pointer=f"/{layout.history}",
            member=layout.entry_status,
            before=step.known[at].status,
            after="absent",
        )
    return Rewriting(
        at=at - 1,
        pointer=step.reading.statuses.entry_pointer(at - 1, layout.entry_end),
        member=layout.entry_end,
        before=time_text(step.known[at - 1].end),
        after=time_text(seen[-1].end),
    )


def _agree(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and same_instant(one, other)
