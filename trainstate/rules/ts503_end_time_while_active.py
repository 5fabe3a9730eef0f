"""TS503 end-time-while-active."""

from trainstate.history.model import Kind
from trainstate.rules.example import ACTIVE, DONE, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Presence

_ENDED = {"/TrainingEndTime": "2026-01-02T10:02:30Z", "/LastModifiedTime": "2026-01-02T10:02:30Z"}


@rule(
    severity="error",
    sources=["api-describe-times", "recordings-responses"],
    message="`{member}` is set on a job that is `{primary}`",
    help="set the end time and the terminal status in one step",
    bad=[
        poll(ACTIVE, _ENDED),
        poll("Stopping/Stopping: Starting 90, Training 50, Stopping", _ENDED),
    ],
    good=[ACTIVE, DONE],
    needs=["ended"],
)
def end_time_while_active(presence: Presence) -> Violations:
    """A job that has not ended has an end time.

    The service sets the time when the job ends, after the upload, together with the
    terminal status. Code that takes the time for the end would leave too early.
    """
    spec = presence.spec
    member = spec.member_by_name.get(spec.layout.ended)
    if member is None or presence.kind is Kind.LOG or presence.primary not in member.absent_at:
        return
    if member.name in presence.present:
        yield Violation(
            pointer=f"/{member.name}", facts={"member": member.name, "primary": presence.primary}
        )
