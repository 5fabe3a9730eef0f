"""TS603 rewritten-history."""

from trainstate.history.instants import same_instant
from trainstate.rules.example import poll
from trainstate.rules.model import Comparison, Relation, Violation, Violations, rule
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
def rewritten_history(comparison: Comparison) -> Violations:
    """A recorded entry has other times in another response, or is gone.

    The history is append-only: an entry's start is fixed once it is there, and its end once
    it is closed. So a later response begins with everything that an earlier one showed.
    """
    if comparison.relation is Relation.REWRITTEN and comparison.at is not None:
        yield _changed(comparison, comparison.at)
    elif comparison.relation is Relation.SMALLER and comparison.ordered_later:
        yield _gone(comparison)


def _changed(comparison: Comparison, at: int) -> Violation:
    """The time that differs in an entry that both histories have."""
    layout = comparison.spec.layout
    old, new = comparison.known[at], (comparison.response.history or ())[at]
    if old.start is not None and new.start is not None and not same_instant(old.start, new.start):
        return _violation(comparison, at, layout.entry_start, old.start, new.start)
    return _violation(comparison, at, layout.entry_end, old.end, new.end)


def _gone(comparison: Comparison) -> Violation:
    """The first entry that disappeared, or the end of the last one."""
    seen, layout = comparison.response.history or (), comparison.spec.layout
    at = len(seen)
    if at == len(comparison.known):
        before, after = comparison.known[-1].end, seen[-1].end
        return _violation(comparison, at - 1, layout.entry_end, before, after)
    facts = {"at": at, "member": layout.entry_status, "before": comparison.known[at].status}
    return Violation(pointer=f"/{layout.history}", facts=facts | {"after": "absent"})


def _violation(
    comparison: Comparison, at: int, member: str, before: int | None, after: int | None
) -> Violation:
    facts = {"at": at, "member": member, "before": time_text(before), "after": time_text(after)}
    return Violation(pointer=comparison.reading.statuses.entry_pointer(at, member), facts=facts)
