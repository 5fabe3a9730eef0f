"""TS502 unexpected-failure-reason."""

from trainstate.history.model import Kind
from trainstate.rules.example import ACTIVE, DONE, FAILED, STARTING, STOPPED, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Presence

_REASON = {"/FailureReason": "AlgorithmError: exit code 1"}


@rule(
    severity="error",
    sources=["api-describe", "reports-pending"],
    message="`{member}` is set on a job that is `{primary}`",
    help="only failed jobs have a reason; look for one left over from another job",
    bad=[poll(DONE, _REASON), poll(STOPPED, _REASON), poll(ACTIVE, _REASON)],
    good=[poll(FAILED, _REASON), poll(STARTING, {"/FailureReason": ""}), DONE],
    needs=["failure_reason"],
)
def unexpected_failure_reason(presence: Presence) -> Violations:
    """A job that did not fail has a failure reason.

    The reason is present "if the training job failed", and no recording of another end has
    it. An active job may be about to fail, usually through Uploading: before that, and before
    any retry, a reason is suspicious. A job that is being deleted may have failed before. An
    empty text is not a reason.
    """
    spec = presence.spec
    member = spec.member_by_name.get(spec.layout.failure_reason)
    status = spec.primary_by_name.get(presence.primary or "")
    if member is None or status is None or presence.kind in (Kind.SUMMARY, Kind.LOG):
        return
    followed = status.name in spec.ended_primaries - spec.terminal_primaries
    if followed or status.name in member.present_at:
        return
    if member.name in presence.present - presence.blank - presence.mistyped:
        yield Violation(
            pointer=f"/{member.name}",
            facts={"member": member.name, "primary": status.name},
            severity=_severity(presence),
        )


def _severity(presence: Presence) -> Severity | None:
    """Milder for an active job, mildest if it may be about to fail or failed before."""
    if presence.ended:
        return None
    spec = presence.spec
    early = presence.secondary in (*spec.attempts.begins, *spec.time.clock_starts)
    return Severity.WARNING if early and not presence.repeated else Severity.INFO
