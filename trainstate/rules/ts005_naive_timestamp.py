"""TS005 naive-timestamp."""

from trainstate.history.model import Kind
from trainstate.rules.example import STARTING, poll
from trainstate.rules.model import Comparison, Severity, Violation, Violations, rule


@rule(
    severity="info",
    sources=["api-members"],
    message="{what}",
    help="record times with their offset, as boto3 and the AWS CLI give them",
    bad=[
        poll(STARTING, {"/CreationTime": "2026-01-02T10:00:00"}),
        [STARTING, poll(STARTING, {"/LastModifiedTime": "2026-01-02T10:00:00"})],
    ],
    good=[STARTING, [STARTING, poll(STARTING, {"/LastModifiedTime": "2026-01-02T12:00:05+02:00"})]],
)
def naive_timestamp(comparison: Comparison) -> Violations:
    """A time has no offset from UTC.

    It is read as UTC. If all times of a job are naive, their order is right whatever the
    clock was. If naive and aware times mix, one of them may be hours off, and so may every
    judgement of their order.
    """
    naive = comparison.response.naive
    first = naive[0] if naive else ""
    if comparison.mixed_zones:
        what = "the job mixes times with and without an offset; those without are read as UTC"
        facts = {"what": what, "count": len(naive)}
        yield Violation(pointer=first, facts=facts, severity=Severity.WARNING)
    elif naive and (comparison.index == 0 or comparison.response.kind is not Kind.LOG):
        what = "times without an offset are read as UTC"
        yield Violation(pointer=first, facts={"what": what, "count": len(naive)})
