"""TS309 missing-history."""

from trainstate.history.model import Kind
from trainstate.rules.example import ACTIVE, poll
from trainstate.rules.model import Comparison, Severity, Violation, Violations, rule


@rule(
    severity="info",
    sources=["api-describe", "api-transition", "guide-eventbridge"],
    message="{what}",
    help="record the history too: without it a job is judged by its statuses alone",
    bad=[
        "Completed/Completed",
        [ACTIVE, poll("InProgress/Training", modified=120)],
        [ACTIVE, poll(ACTIVE, {"/SecondaryStatusTransitions": []}, modified=120)],
        poll(ACTIVE, {"/SecondaryStatusTransitions": []}),
    ],
    good=[ACTIVE, [ACTIVE, ACTIVE]],
    needs=["history"],
    follows=["TS309"],
)
def missing_history(comparison: Comparison) -> Violations:
    """A whole response has no history.

    The service always gives the history, and it never gets shorter. So an empty list after a
    history is an error, and so is one beside a secondary status, which is the status of the
    last entry; events do have such lists. Without the member a response shows less of the
    job, and the verdict is weaker. If other responses of the job have it, something dropped
    it.
    """
    response, pointer = comparison.response, f"/{comparison.spec.layout.history}"
    presence = comparison.reading.presence
    whole = response.described and not comparison.reading.trimmed
    empty = response.history == () and response.secondary is not None
    empty_event = response.kind is Kind.EVENT and response.history == ()
    if comparison.lost_history:
        what = "an earlier response of the job has a history, this one has an empty one"
        yield Violation(pointer=pointer, facts={"what": what}, severity=Severity.ERROR)
    elif empty and response.described and comparison.reading.whole:
        what = f"the history is empty, but the secondary status is `{response.secondary}`"
        yield Violation(pointer=pointer, facts={"what": what}, severity=Severity.ERROR)
    elif (whole or empty_event) and not response.history and not presence.is_unread(pointer):
        alone = presence.whole_but_for(comparison.spec.layout.history)
        dropped = whole and bool(comparison.known) and alone
        what = "the history is absent" + (", but others of the job have it" if dropped else "")
        severity = Severity.WARNING if dropped else None
        yield Violation(pointer=pointer, facts={"what": what}, severity=severity)
