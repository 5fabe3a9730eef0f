"""TS307 closed-last-entry-while-active."""

from trainstate.history.model import Kind
from trainstate.rules.example import STARTING, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Times
from trainstate.rules.wording import time_text

_WITHDRAWN = "Stopped/Interrupted: Starting 90, Training 60, Interrupted"


@rule(
    severity="error",
    sources=["api-transition", "recordings-responses"],
    message="`{status}` ended at {end}, but nothing follows it and the job has not ended",
    help="leave the last entry open until the next one starts",
    bad=[
        "InProgress/Training: Starting 90, Training 60",
        poll(STARTING, {"/SecondaryStatusTransitions/0/EndTime": "2026-01-02T10:00:05Z"}),
    ],
    good=[STARTING, poll(_WITHDRAWN, {"/EnableManagedSpotTraining": True})],
    needs=["history"],
    follows=["TS103", "TS304"],
)
def closed_last_entry_while_active(times: Times) -> Violations:
    """The last entry has an end, but the job goes on.

    A status ends when the job moves to another one or ends. The former adds an entry, the
    latter shows a terminal status. An excerpt without a primary status may have lost the
    end, and hides whether a job has ended in a status that is not terminal.
    """
    spec = times.spec
    if times.kind is Kind.LOG or not times.history:
        return
    index, last = len(times.history) - 1, times.history[-1]
    goes_on = last.status in spec.secondary_by_name.keys() - spec.terminal_secondaries
    hidden = times.primary is None
    if last.end is None or not goes_on or not (times.active or hidden):
        return
    if hidden and any((one, last.status) in spec.pair_by_key for one in spec.ended_primaries):
        return
    yield Violation(
        pointer=times.entry_pointer(index, spec.layout.entry_end),
        facts={"status": last.status, "end": time_text(last.end)},
        severity=Severity.INFO if hidden and times.trimmed else None,
    )
