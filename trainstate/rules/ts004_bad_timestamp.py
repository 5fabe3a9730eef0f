"""TS004 bad-timestamp."""

from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Problems
from trainstate.rules.shown import quoted_at


@rule(
    severity="error",
    sources=["api-members", "guide-eventbridge"],
    message="{value} is not a time: {expected}",
    help="write times as ISO 8601 with an offset, or as epoch seconds or milliseconds",
    bad=[
        poll(ACTIVE, {"/CreationTime": "yesterday"}),
        poll(ACTIVE, {"/SecondaryStatusTransitions/0/EndTime": "2026-02-30T10:00:00Z"}),
        poll(ACTIVE, {"/LastModifiedTime": -1}),
        poll(ACTIVE, {"/LastModifiedTime": "2999-01-01T00:00:00Z"}),
    ],
    good=[
        ACTIVE,
        poll(ACTIVE, {"/CreationTime": 1767348000.0, "/LastModifiedTime": "1767348090000"}),
    ],
)
def bad_timestamp(problems: Problems) -> Violations:
    """A time cannot be read.

    The value is neither an ISO 8601 date and time nor a number of seconds or milliseconds
    since 1970, or it is after the year 2099, as a wrong unit gives. Nothing about the order
    of the job's life is judged by it.
    """
    for problem in problems.problems:
        if problem.kind == "bad-timestamp":
            yield Violation(
                pointer=problem.pointer,
                facts={
                    "expected": problem.expected,
                    "value": quoted_at(problem.pointer, problem.value, problems.spec),
                },
            )
