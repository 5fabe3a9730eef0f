"""TS410 late-first-entry."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.history.instants import iso
from trainstate.rules.example import poll
from trainstate.rules.model import Place, Reading, Severity, rule

_ACTIVE = "InProgress/Training: Starting 90, Training"


@rule(
    code="TS410",
    name="late-first-entry",
    severity="warning",
    scope="response",
    reads=["CreationTime", "SecondaryStatusTransitions"],
    sources=["recordings-responses"],
    message="the job was created {created}, and its first entry starts {start}",
    help="let the history begin with the job; a lost first entry looks like this, too",
    bad=[
        poll(_ACTIVE, {"/CreationTime": "2026-01-02T09:59:00Z"}),
        poll("InProgress/Starting: Starting", {"/CreationTime": "2026-01-02T09:59:58Z"}),
    ],
    good=[_ACTIVE, poll(_ACTIVE, {"/CreationTime": "2026-01-02T09:59:59.400Z"})],
    since="0.1.0",
)
def late_first_entry(reading: Reading) -> Iterator[Place]:
    """The history begins later than the job.

    In 24 of 24 recordings the first entry starts at the creation, exactly: a job has a
    secondary status from its first moment. More than a minute without any is an error,
    but in an excerpt. A first entry before the creation is TS404's.
    """
    response, tolerance = reading.response, reading.tolerances.microseconds("join")
    start = response.history[0].start if response.history else None
    if start is None or response.created is None or start - response.created < tolerance:
        return
    far = start - response.created > reading.tolerances.microseconds("doubt")
    yield Place(
        pointer=reading.entry_pointer(0, reading.spec.layout.entry_start),
        facts={"created": iso(response.created), "start": iso(start)},
        severity=_severity(reading, far=far),
    )


def _severity(reading: Reading, *, far: bool) -> Severity | None:
    if reading.tail:
        return Severity.INFO
    return Severity.ERROR if far and not reading.trimmed else None
