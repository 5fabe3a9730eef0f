"""TS314 entry-without-start."""

from trainstate.history.model import Kind
from trainstate.rules.example import ACTIVE, STARTING, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.rules.shown import prints_no_start


@rule(
    severity="error",
    sources=["api-transition", "recordings-responses"],
    message="entry {at}, `{status}`, has no start",
    help="give each entry the time at which the job entered the status",
    bad=[
        poll(ACTIVE, {"/SecondaryStatusTransitions/0/StartTime": None}),
        poll(ACTIVE, {"/SecondaryStatusTransitions/1/StartTime": None}),
    ],
    good=[ACTIVE, STARTING],
    needs=["history"],
)
def entry_without_start(statuses: Statuses) -> Violations:
    """An entry of the history has no start.

    The API requires the start of every entry, and every recording has it. Without it neither
    the order of the entries nor a rewritten history can be detected. A start missing from
    an excerpt is not a fault.
    """
    member = statuses.spec.layout.entry_start
    if statuses.kind is Kind.LOG:
        return
    severity = Severity.INFO if prints_no_start(statuses) else None
    for at, status in enumerate(statuses.history):
        if statuses.begun[at]:
            continue
        pointer = statuses.entry_pointer(at, member)
        if statuses.written[at] and not statuses.is_unread(pointer):
            yield Violation(pointer=pointer, facts={"at": at, "status": status}, severity=severity)
