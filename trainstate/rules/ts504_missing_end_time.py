"""TS504 missing-end-time."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.rules.clock import clocked
from trainstate.rules.example import poll
from trainstate.rules.model import Place, Reading, Severity, rule

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
_FAILED = "Failed/Failed: Starting 90, Training 60, Uploading 5, Failed"


@rule(
    code="TS504",
    name="missing-end-time",
    severity="error",
    scope="response",
    reads=[
        *("TrainingJobStatus", "TrainingEndTime", "SecondaryStatusTransitions"),
        *("TrainingJobArn", "CreationTime"),
    ],
    sources=["api-describe-times", "recordings-responses"],
    message="`{member}` is absent from a job that is `{primary}`",
    help="the time is the end of the last entry of the history",
    bad=[poll(text, {"/TrainingEndTime": None}) for text in (_DONE, _FAILED)],
    good=[
        _DONE,
        poll("Failed/Failed: Starting 90, Failed", {"/TrainingEndTime": None}),
        "InProgress/Training: Starting 90, Training",
    ],
    since="0.1.0",
)
def missing_end_time(reading: Reading) -> Iterator[Place]:
    """A job that has ended lacks the time of its end.

    Every completed job has it, and one that was stopped where its training began: a job
    that never got instances may have none. Of a job that failed the API promises it
    only where it "successfully starts", so that there it is a warning. An excerpt of a
    response that lacks it says nothing.
    """
    response, spec = reading.response, reading.spec
    member = spec.member_by_name.get(spec.layout.ended)
    if member is None or not reading.whole:
        return
    begun = response.primary in spec.terminal_primaries and bool(clocked(reading))
    certain = response.primary in member.present_at
    if (certain or begun) and response.members.get(member.name) is None:
        yield Place(
            pointer=f"/{member.name}",
            facts={"member": member.name, "primary": response.primary},
            severity=Severity.WARNING if _has_failed(reading) else None,
        )


def _has_failed(reading: Reading) -> bool:
    reason = reading.spec.member_by_name.get(reading.spec.layout.failure_reason)
    return reason is not None and reading.response.primary in reason.present_at
