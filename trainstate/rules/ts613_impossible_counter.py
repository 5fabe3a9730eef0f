"""TS613 impossible-counter."""

from trainstate.history.model import Response, number_at
from trainstate.rules.example import STARTING, recorded
from trainstate.rules.model import Comparison, Severity, Violation, Violations, rule
from trainstate.spec.model import Counter


@rule(
    severity="error",
    sources=["api-members"],
    message="`{counter}` is {count}, {why}",
    help="count the job's children by status; an ended child stays ended",
    bad=[recorded(f"counter-{what}") for what in ("falls", "at-end", "over-limit", "without-best")],
    good=[STARTING, recorded("counters")],
    needs=["counters"],
    follows=["TS604"],
)
def impossible_counter(comparison: Comparison) -> Violations:
    """A count of a job's children falls, exceeds its limit, or is not settled at the end.

    An ended child stays ended. No more children run or were started than the configuration
    allows, and none runs after the job's end. That follows from the meaning of the counts; no
    prose says so about the limits and the members required beside a count, so these are only
    suspicious.
    """
    counted = {pointer for counter in comparison.spec.counters for pointer in counter.pointers}
    for change in (one for one in comparison.billing if f"/{one.member}" in counted):
        why = f"and was {change.before} in response {change.at}"
        yield _violation(f"/{change.member}", change.member, change.after, why)
    ended = comparison.response.primary in comparison.spec.ended_primaries
    for counter in comparison.spec.counters:
        yield from _wrong(counter, comparison.response, ended=ended, whole=comparison.reading.whole)


def _wrong(counter: Counter, response: Response, *, ended: bool, whole: bool) -> Violations:
    found = [number_at(response, pointer) for pointer in counter.pointers]
    count = sum(number for number in found if number is not None)
    limit = number_at(response, counter.most) if counter.most else None
    pointer, name = counter.pointers[0], counter.name
    if ended and counter.at_end is not None and any(found) and count != counter.at_end:
        yield _violation(pointer, name, count, f"but must be {counter.at_end} at the end")
    if limit is not None and count > limit:
        yield _violation(pointer, name, count, f"and `{counter.most}` allows {limit}", mild=True)
    if whole and counter.shows and count and counter.shows not in response.members:
        yield _violation(pointer, name, count, f"but `{counter.shows}` is absent", mild=True)


def _violation(
    pointer: str, name: str, count: object, why: str, *, mild: bool = False
) -> Violation:
    facts = {"counter": name, "count": count, "why": why}
    return Violation(pointer=pointer, facts=facts, severity=Severity.WARNING if mild else None)
