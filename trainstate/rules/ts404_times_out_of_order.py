"""TS404 times-out-of-order."""

from __future__ import annotations

from trainstate.rules.chronology import disorders
from trainstate.rules.example import DONE, poll
from trainstate.rules.model import Place, Places, rule
from trainstate.rules.parts import Times
from trainstate.rules.wording import time_text


@rule(
    severity="error",
    sources=["api-describe-times", "recordings-responses", "recordings-logs"],
    message="{earlier} is {earlier_time}, after {later}, which is {later_time}",
    help="look for times of two jobs or of two clocks, or for a lost offset from UTC",
    bad=[
        poll(DONE, {"/CreationTime": "2026-01-02T10:00:30Z"}),
        poll(DONE, {"/TrainingStartTime": "2026-01-02T10:05:00Z"}),
        poll(DONE, modified=120),
        poll(DONE, {"/CreationTime": "0001-01-01T00:00:00Z"}),
    ],
    good=[DONE, poll(DONE, {"/CreationTime": "2026-01-02T10:00:00.500Z"}, modified=500)],
    follows=["TS301", "TS401", "TS402", "TS403", "TS404"],
)
def times_out_of_order(times: Times) -> Places:
    """Two times of a job are in an order that its life cannot have.

    A job is created, enters its statuses one after the other, trains and ends, and is
    modified last. The record may be modified minutes after the end (rules, profiler and
    warm pools do so), never before what it shows. The lines of a log are printed in the
    order of the polls, so that their times do not go back either. No job is older than the
    service: such a time was never set.
    """
    tolerance = times.tolerances.microseconds("order")
    for earlier, later in disorders(times, tolerance):
        yield Place(
            pointer=f"/{later.name}",
            facts={
                "earlier": earlier.name,
                "earlier_time": time_text(earlier.at),
                "later": later.name,
                "later_time": time_text(later.at),
            },
        )
