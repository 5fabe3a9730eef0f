"""TS409 training-end-mismatch."""

from trainstate.history.instants import iso, same_instant
from trainstate.history.model import Kind
from trainstate.rules.example import DONE, FAILED, poll
from trainstate.rules.model import Severity, Violation, Violations, rule
from trainstate.rules.parts import Times


def _ending(time: str, seconds: int) -> dict[str, object]:
    reported = {"/TrainingTimeInSeconds": seconds, "/BillableTimeInSeconds": seconds}
    return {"/TrainingEndTime": time, **reported}


@rule(
    severity="warning",
    sources=["api-describe-times", "recordings-responses"],
    message="training ended {ended}, but the last entry of the history {last}",
    help="end the training and the history at the same time: after the upload, or at the failure",
    bad=[
        poll(DONE, _ending("2026-01-02T10:02:30Z", 60)),
        poll(FAILED, _ending("2026-01-02T10:02:00Z", 30)),
    ],
    good=[DONE, FAILED],
    needs=["ended", "history"],
    follows=["TS404"],
)
def training_end_mismatch(times: Times) -> Violations:
    """Training does not end with the history.

    In 21 of 21 recordings the two are the same instant. LastModifiedTime may follow by
    minutes; the end of training may not, so more than a minute is an error. For a failed
    job the time is that of the noticed failure: there it is suspicious.
    """
    spec = times.spec
    ended = times.instants.get(spec.layout.ended)
    if ended is None or not times.history or times.kind is Kind.LOG or not times.ended:
        return
    last = times.history[-1].end
    if times.statuses[-1] not in spec.secondary_by_name:
        return
    if last is not None and not same_instant(ended, last):
        far = abs(ended - last) > times.tolerances.microseconds("doubt")
        reason = spec.member_by_name.get(spec.layout.failure_reason)
        failed = reason is not None and times.primary in reason.present_at
        yield Violation(
            pointer=f"/{spec.layout.ended}",
            facts={"ended": iso(ended), "last": iso(last)},
            severity=Severity.ERROR if far and not failed else None,
        )
