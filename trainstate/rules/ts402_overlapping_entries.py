"""TS402 overlapping-entries."""

from itertools import pairwise

from trainstate.history.model import Kind
from trainstate.rules.example import DONE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Times
from trainstate.rules.wording import time_text


@rule(
    severity="error",
    sources=["api-transition", "recordings-responses"],
    message="`{after}` starts at {start}, before `{before}` ends at {end}",
    help="a job has one status at a time: close an entry when the next one starts",
    bad=[
        poll(DONE, {"/SecondaryStatusTransitions/0/EndTime": "2026-01-02T10:01:40Z"}),
        poll(DONE, {"/SecondaryStatusTransitions/2/StartTime": "2026-01-02T10:02:29Z"}),
    ],
    good=[DONE, poll(DONE, {"/SecondaryStatusTransitions/0/EndTime": "2026-01-02T10:01:30.900Z"})],
    needs=["history"],
    follows=["TS103", "TS301", "TS304", "TS401"],
)
def overlapping_entries(times: Times) -> Violations:
    """An entry starts before the previous one ends.

    A job has one secondary status at a time. An entry ends when the next one starts:
    exactly, in 84 of 84 recorded joints. Listings that cut times to whole seconds show
    overlaps below the tolerance for a joint.
    """
    if times.kind is Kind.LOG:
        return
    tolerance = times.tolerances.microseconds("join")
    for index, (one, two) in enumerate(pairwise(times.history), 1):
        if one.end is None or two.start is None or one.end - two.start < tolerance:
            continue
        yield Violation(
            pointer=times.entry_pointer(index, times.spec.layout.entry_start),
            facts={
                "before": one.status,
                "after": two.status,
                "end": time_text(one.end),
                "start": time_text(two.start),
            },
        )
