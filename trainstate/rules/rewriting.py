"""What was rewritten in a history: the first thing in which it differs from the known one."""

from __future__ import annotations

from attrs import frozen

from trainstate.history.instants import same_instant
from trainstate.rules.model import Step
from trainstate.rules.wording import time_text


@frozen(kw_only=True)
class Rewriting:
    """A member of an entry that had another value, or that is not there any more."""

    at: int
    pointer: str
    member: str
    before: str
    after: str


def rewritten(step: Step, at: int) -> Rewriting:
    """The time that differs in the entry at a place that both histories have."""
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
    """The first entry that is not there any more, or the end of the last one.

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
