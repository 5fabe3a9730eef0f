"""TS403 gap-between-entries."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from trainstate.history.model import Kind
from trainstate.rules.example import poll
from trainstate.rules.model import Place, rule
from trainstate.rules.parts import Times
from trainstate.rules.wording import time_text

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"


@rule(
    severity="error",
    sources=["api-transition", "recordings-responses"],
    message="`{before}` ends at {end}, but `{after}` starts only at {start}",
    help="an entry between the two was lost, or the times were taken from two clocks",
    bad=[
        poll(_DONE, {"/SecondaryStatusTransitions/0/EndTime": "2026-01-02T10:01:20Z"}),
        poll(_DONE, {"/SecondaryStatusTransitions/1/EndTime": "2026-01-02T10:02:29Z"}),
    ],
    good=[
        _DONE,
        poll(_DONE, {"/SecondaryStatusTransitions/0/EndTime": "2026-01-02T10:01:29.100Z"}),
    ],
    needs=["history"],
    follows=["TS103", "TS301", "TS304", "TS401", "TS402"],
)
def gap_between_entries(times: Times) -> Iterator[Place]:
    """An entry of the history starts some time after the one before it ended.

    A job always has a secondary status, and the history lists all of them: an entry
    ends when the job moves to the next. The two times are equal in 84 of 84 recorded
    joints. A gap means that an entry was lost or that a time was invented.
    """
    if times.kind is Kind.LOG:
        return
    tolerance = times.tolerances.microseconds("join")
    for index, (one, two) in enumerate(pairwise(times.history), 1):
        if one.end is None or two.start is None or two.start - one.end < tolerance:
            continue
        yield Place(
            pointer=times.entry_pointer(index, times.spec.layout.entry_start),
            facts={
                "before": one.status,
                "after": two.status,
                "end": time_text(one.end),
                "start": time_text(two.start),
            },
        )
