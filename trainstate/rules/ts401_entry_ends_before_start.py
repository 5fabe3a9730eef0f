"""TS401 entry-ends-before-start."""

from trainstate.history.instants import same_instant
from trainstate.history.model import Kind
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Times
from trainstate.rules.wording import time_text


@rule(
    severity="error",
    sources=["api-transition", "recordings-responses"],
    message="the entry `{status}` starts at {start} but ends before that, at {end}",
    help="look for swapped times, or times from two clocks",
    bad=[
        "Completed/Completed: Starting 90, Training -30, Uploading 5, Completed",
        "InProgress/Training: Starting -1, Training",
    ],
    good=[
        "Completed/Completed: Starting 90, Training 60, Uploading 0, Completed",
        "InProgress/Training: Starting 0, Training",
    ],
    needs=["history"],
)
def entry_ends_before_start(times: Times) -> Violations:
    """An entry of the history ends before it starts.

    A status ends when the job moves to another one, which cannot be before it began. An end
    equal to the start is normal: the terminal entry always has it. If one of the two times
    is cut to the whole second, they may seem swapped within that second.
    """
    if times.kind is Kind.LOG:
        return
    for index, entry in enumerate(times.history):
        start, end = entry.start, entry.end
        if start is None or end is None or end >= start or same_instant(start, end):
            continue
        yield Violation(
            pointer=times.entry_pointer(index, times.spec.layout.entry_end),
            facts={"status": entry.status, "start": time_text(start), "end": time_text(end)},
        )
