"""TS306 unclosed-entry."""

from trainstate.history.model import Kind
from trainstate.rules.example import ACTIVE, DONE, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Statuses
from trainstate.rules.shown import prints_no_end


@rule(
    severity="error",
    sources=["api-transition", "recordings-responses"],
    message="`{status}` has no end, but `{after}` follows it",
    help="close the last entry at the time when the next one starts",
    bad=[
        poll(DONE, {"/SecondaryStatusTransitions/1/EndTime": None}),
        poll(ACTIVE, {"/SecondaryStatusTransitions/0/EndTime": None}),
    ],
    good=[DONE, ACTIVE],
    needs=["history"],
    follows=["TS103", "TS304", "TS305"],
)
def unclosed_entry(statuses: Statuses) -> Violations:
    """An entry has no end, but another one follows it.

    A status ends when the job moves to the next one, and its entry gets its end at that
    moment. An excerpt that leaves out the ends of all entries says nothing.
    """
    history, spec = statuses.history, statuses.spec
    if statuses.kind is Kind.LOG:
        return
    severity = Severity.INFO if prints_no_end(statuses) else None
    for index, status in enumerate(history[:-1]):
        if statuses.closed[index]:
            continue
        pointer = statuses.entry_pointer(index, spec.layout.entry_end)
        terminal = status in spec.terminal_secondaries  # TS308 reports it
        if not terminal and not statuses.is_unread(pointer):
            facts = {"status": status, "after": history[index + 1]}
            yield Violation(pointer=pointer, facts=facts, severity=severity)
