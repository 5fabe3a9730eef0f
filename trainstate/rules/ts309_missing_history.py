"""TS309 missing-history."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.history.model import Kind
from trainstate.rules.example import poll
from trainstate.rules.model import Place, Reading, Severity, Step, rule

_ACTIVE = "InProgress/Training: Starting 90, Training"


@rule(
    code="TS309",
    name="missing-history",
    severity="info",
    scope="sequence",
    sources=["api-describe", "api-transition", "guide-eventbridge"],
    message="{what}",
    help="record the history, too: without it a job is judged by its statuses alone",
    bad=[
        "Completed/Completed",
        [_ACTIVE, poll("InProgress/Training", modified=120)],
        [_ACTIVE, poll(_ACTIVE, {"/SecondaryStatusTransitions": []}, modified=120)],
    ],
    good=[_ACTIVE, [_ACTIVE, _ACTIVE]],
    since="0.1.0",
)
def missing_history(step: Step) -> Iterator[Place]:
    """A whole response has no history.

    The service always gives it, and it never gets shorter: an empty list after a
    history is an error. A response that has no such member shows less of the job, which
    makes the judgement weaker; where others of the job have it, something dropped it.
    """
    response, pointer = step.response, f"/{step.spec.layout.history}"
    whole = response.kind is Kind.RESPONSE and not step.reading.trimmed
    empty_event = response.kind is Kind.EVENT and response.history == ()
    if step.lost_history:
        what = "a response of the job has a history, and a later one an empty one"
        yield Place(pointer=pointer, facts={"what": what}, severity=Severity.ERROR)
    elif (whole or empty_event) and not response.history and not step.reading.is_unread(pointer):
        dropped = whole and bool(step.known) and _is_alone(step.reading)
        what = "the history is absent" + (", and others of the job have it" if dropped else "")
        severity = Severity.WARNING if dropped else None
        yield Place(pointer=pointer, facts={"what": what}, severity=severity)


def _is_alone(reading: Reading) -> bool:
    """Holds if the history is all that the response lacks of what the service always gives."""
    lacking = set(reading.lacking) - {reading.spec.layout.history}
    return reading.configured and not lacking
