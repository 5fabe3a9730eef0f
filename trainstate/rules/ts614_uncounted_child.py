"""TS614 uncounted-child."""

from __future__ import annotations

from trainstate.rules.example import recorded
from trainstate.rules.model import JobEnd, Place, Places, rule


@rule(
    severity="warning",
    sources=["api-members"],
    message="`{counter}` is {count} at the end, and {seen} of its jobs {status}",
    help="count the jobs that it began when they end; look for jobs that took another one's name",
    bad=[recorded("uncounted-child")],
    good=[recorded("counted-children")],
    needs=["counters"],
)
def uncounted_child(end: JobEnd) -> Places:
    """A job that has ended counts fewer of the jobs that it began than a recording shows.

    The jobs are told by their names: that of a tuning job, a number and a hash. All of them
    have ended when it has, and a recording that has only some can show no more than it counts.
    What retries make of the counters no documentation says, so that this is suspicious only.
    """
    for counter in end.spec.counters if end.complete else ():
        shown = [end.counts[pointer] for pointer in counter.pointers if pointer in end.counts]
        seen = sum(primary in counter.counts for primary in end.children)
        if shown and seen > sum(shown):
            facts = {"counter": counter.name, "count": sum(shown), "seen": seen}
            status = " or ".join(counter.counts)
            yield Place(pointer=counter.pointers[0], facts={**facts, "status": f"are {status}"})
