"""TS501 missing-failure-reason."""

from trainstate.history.model import Kind
from trainstate.rules.example import DONE, FAILED, STOPPED, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Presence


@rule(
    severity="error",
    sources=["api-describe"],
    message="`{member}` is {state} on a job that is `{primary}`",
    help="every failed job has a reason; code that reads it would find nothing",
    bad=[poll(FAILED, {"/FailureReason": reason}) for reason in (None, "", " ")],
    good=[poll(FAILED, {"/FailureReason": "AlgorithmError: exit code 1"}), DONE, STOPPED],
    needs=["failure_reason"],
    follows=["TS201"],
)
def missing_failure_reason(presence: Presence) -> Violations:
    """A failed job has no reason.

    The API gives a reason with every failure. An event may have dropped it for its size:
    there it is only suspicious. An excerpt without it says nothing.
    """
    spec = presence.spec
    member = spec.member_by_name.get(spec.layout.failure_reason)
    if member is None or presence.kind in (Kind.SUMMARY, Kind.LOG):
        return
    absent, empty = member.name not in presence.present, member.name in presence.blank
    if presence.primary not in member.present_at or not (absent or empty):
        return
    if absent and not presence.whole:
        return
    yield Violation(
        pointer=f"/{member.name}",
        facts={
            "member": member.name,
            "state": "absent" if absent else "empty",
            "primary": presence.primary,
        },
        severity=Severity.WARNING if presence.kind is Kind.EVENT else None,
    )
