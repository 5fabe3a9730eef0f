"""TS308 open-terminal-entry."""

from trainstate.history.model import Entry, Kind
from trainstate.rules.example import DONE, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Times
from trainstate.rules.shown import prints_no_end

_FAILED = "Failed/Failed: Starting 90, Failed"


@rule(
    severity="error",
    sources=["api-transition", "recordings-responses"],
    message="the entry `{status}` {what}; it should end when it starts",
    help="append the entry of a terminal status already closed, with its end equal to its start",
    bad=[
        poll(DONE, {"/SecondaryStatusTransitions/3/EndTime": None}),
        poll(_FAILED, {"/SecondaryStatusTransitions/1/EndTime": None}),
        poll(_FAILED, {"/SecondaryStatusTransitions/1/EndTime": "2026-01-02T10:02:00Z"}),
    ],
    good=[DONE, _FAILED],
    needs=["history"],
    follows=["TS305", "TS306", "TS402"],
)
def open_terminal_entry(times: Times) -> Violations:
    """The entry of a terminal status is open, or lasts.

    A terminal status ends the job, so its entry is closed from the start: in all
    recordings it ends when it starts.
    """
    if times.kind is Kind.LOG:
        return
    terminal = times.spec.terminal_secondaries
    if terminal.isdisjoint(times.statuses):
        return
    severity = Severity.INFO if prints_no_end(times) else None
    for index, entry in enumerate(times.history):
        pointer = times.entry_pointer(index, times.spec.layout.entry_end)
        if entry.status not in terminal or times.is_unread(pointer):
            continue
        facts = {"status": entry.status, "what": "has no end"}
        if entry.end is None:
            yield Violation(pointer=pointer, facts=facts, severity=severity)
        elif _lasts(times, entry):
            facts["what"] = "lasts"
            yield Violation(pointer=pointer, facts=facts)


def _lasts(times: Times, entry: Entry) -> bool:
    start, end, tolerance = entry.start, entry.end, times.tolerances.microseconds("join")
    return start is not None and end is not None and end - start >= tolerance
