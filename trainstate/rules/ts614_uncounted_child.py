"""TS614 uncounted-child."""

from trainstate.rules.example import recorded
from trainstate.rules.model import JobEnd, Violation, Violations, rule


@rule(
    severity="warning",
    sources=["api-members"],
    message="`{counter}` is {count} at the end, but {seen} of its jobs {status}",
    help="count the job's children when they end; look for jobs with another one's name",
    bad=[recorded("uncounted-child")],
    good=[recorded("counted-children")],
    needs=["counters"],
)
def uncounted_child(end: JobEnd) -> Violations:
    """An ended job counts fewer children than a recording shows.

    Names identify the children: the tuning job's name, a number and a hash. They have all
    ended when it has, and a recording of some of them cannot show more than it counts. No
    documentation says how retries affect the counters, so this is only suspicious.
    """
    for counter in end.spec.counters if end.complete else ():
        shown = [end.counts[pointer] for pointer in counter.pointers if pointer in end.counts]
        seen = sum(primary in counter.counts for primary in end.children)
        if shown and seen > sum(shown):
            facts = {"counter": counter.name, "count": sum(shown), "seen": seen}
            status = " or ".join(counter.counts)
            yield Violation(pointer=counter.pointers[0], facts={**facts, "status": f"are {status}"})
