"""TS314 entry-without-start."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.history.model import Kind
from trainstate.rules.example import poll
from trainstate.rules.model import Place, Reading, Severity, rule
from trainstate.rules.shown import is_unread

_ACTIVE = "InProgress/Training: Starting 90, Training"


@rule(
    code="TS314",
    name="entry-without-start",
    severity="error",
    scope="response",
    reads=["SecondaryStatusTransitions", "TrainingJobArn", "CreationTime"],
    sources=["api-transition", "recordings-responses"],
    message="entry {at}, `{status}`, has no start",
    help="give each entry the moment at which the job entered the status",
    bad=[
        poll(_ACTIVE, {"/SecondaryStatusTransitions/0/StartTime": None}),
        poll(_ACTIVE, {"/SecondaryStatusTransitions/1/StartTime": None}),
    ],
    good=[_ACTIVE, "InProgress/Starting: Starting"],
    since="0.1.0",
)
def entry_without_start(reading: Reading) -> Iterator[Place]:
    """An entry of the history does not say when it began.

    The API requires the start of every entry, and every recording has it. Without it
    neither the order of the entries nor a rewritten history can be seen. What an
    excerpt leaves out is no fault.
    """
    response, member = reading.response, reading.spec.layout.entry_start
    if response.kind is Kind.LOG:
        return
    for at, entry in enumerate(response.history or ()):
        if entry.start is not None:
            continue
        pointer = reading.entry_pointer(at, member)
        if entry.written and not is_unread(reading, pointer):
            severity = Severity.INFO if reading.trimmed else None
            yield Place(
                pointer=pointer, facts={"at": at, "status": entry.status}, severity=severity
            )
