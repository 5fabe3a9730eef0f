"""TS403 gap-between-entries."""

from itertools import pairwise

from trainstate.history.model import Kind
from trainstate.rules.example import DONE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Times
from trainstate.rules.wording import time_text


@rule(
    severity="error",
    sources=["api-transition", "recordings-responses"],
    message="`{before}` ends at {end}, but `{after}` starts only at {start}",
    help="an entry between the two was lost, or the times come from two clocks",
    bad=[
        poll(DONE, {"/SecondaryStatusTransitions/0/EndTime": "2026-01-02T10:01:20Z"}),
        poll(DONE, {"/SecondaryStatusTransitions/1/EndTime": "2026-01-02T10:02:29Z"}),
    ],
    good=[DONE, poll(DONE, {"/SecondaryStatusTransitions/0/EndTime": "2026-01-02T10:01:29.100Z"})],
    needs=["history"],
    follows=["TS103", "TS301", "TS304", "TS401", "TS402"],
)
def gap_between_entries(times: Times) -> Violations:
    """An entry starts some time after the previous one ended.

    A job always has a secondary status, and the history lists all of them: an entry ends
    when the job moves to the next. The two times are equal in 84 of 84 recorded joints. A
    gap means that an entry was lost or a time was invented.
    """
    if times.kind is Kind.LOG:
        return
    tolerance, spec = times.tolerances.microseconds("join"), times.spec
    for index, (one, two) in enumerate(pairwise(times.history), 1):
        if one.end is None or two.start is None or two.start - one.end < tolerance:
            continue
        if one.status in spec.terminal_secondaries and two.status not in spec.secondary_by_name:
            continue  # nobody knows what comes after the end
        yield Violation(
            pointer=times.entry_pointer(index, times.spec.layout.entry_start),
            facts={
                "before": one.status,
                "after": two.status,
                "end": time_text(one.end),
                "start": time_text(two.start),
            },
        )
