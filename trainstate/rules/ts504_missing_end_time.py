"""TS504 missing-end-time."""

from trainstate.rules.example import ACTIVE, DONE, FAILED, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Presence


@rule(
    severity="error",
    sources=["api-describe-times", "recordings-responses"],
    message="`{member}` is absent from a job that is `{primary}`",
    help="set it to the end of the last entry of the history",
    bad=[poll(text, {"/TrainingEndTime": None}) for text in (DONE, FAILED)],
    good=[DONE, poll("Failed/Failed: Starting 90, Failed", {"/TrainingEndTime": None}), ACTIVE],
    needs=["ended"],
    follows=["TS201"],
)
def missing_end_time(presence: Presence) -> Violations:
    """A job that has ended lacks its end time.

    Every completed job has it, and so does one that was stopped after training began; a job
    that never got instances may have none. The API promises it for a failed job only if it
    "successfully starts", so there it is a warning. An excerpt without it says nothing.
    """
    spec = presence.spec
    member = spec.member_by_name.get(spec.layout.ended)
    if member is None or not presence.whole:
        return
    begun = presence.primary in spec.terminal_primaries and presence.clocked
    certain = presence.primary in member.present_at
    if (certain or begun) and member.name not in presence.present:
        yield Violation(
            pointer=f"/{member.name}",
            facts={"member": member.name, "primary": presence.primary},
            severity=Severity.WARNING if _has_failed(presence) else None,
        )


def _has_failed(presence: Presence) -> bool:
    reason = presence.spec.member_by_name.get(presence.spec.layout.failure_reason)
    return reason is not None and presence.primary in reason.present_at
