"""TS410 late-first-entry."""

from trainstate.history.instants import iso, resolution
from trainstate.rules.example import ACTIVE, STARTING, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Times


@rule(
    severity="warning",
    sources=["recordings-responses"],
    message="the job was created {created}, but its first entry starts {start}",
    help="start the history with the job; a lost first entry also looks like this",
    bad=[
        poll(ACTIVE, {"/CreationTime": "2026-01-02T09:59:00Z"}),
        poll(STARTING, {"/CreationTime": "2026-01-02T09:59:58Z"}),
    ],
    good=[
        ACTIVE,
        poll(ACTIVE, {"/CreationTime": "2026-01-02T09:59:59.400Z"}),
        poll(ACTIVE, {"/CreationTime": "2026-01-02T09:59:59Z"}),
    ],
    needs=["history"],
    follows=["TS302"],
)
def late_first_entry(times: Times) -> Violations:
    """The history begins later than the job.

    In 24 of 24 recordings the first entry starts exactly at the creation: a job has a
    secondary status from its first moment. More than a minute without one is an error,
    except in an excerpt. Cutting both times to the second can make a second of a moment.
    TS404 reports a first entry before the creation.
    """
    start, created = times.history[0].start if times.history else None, times.created
    if start is None or created is None:
        return
    if start - created < times.tolerances.microseconds("join") + resolution(start, created):
        return
    far = start - created > times.tolerances.microseconds("doubt")
    yield Violation(
        pointer=times.entry_pointer(0, times.spec.layout.entry_start),
        facts={"created": iso(created), "start": iso(start)},
        severity=_severity(times, far=far),
    )


def _severity(times: Times, *, far: bool) -> Severity | None:
    if times.tail:
        return Severity.INFO
    return Severity.ERROR if far and not times.trimmed else None
