"""TS408 training-start-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.history.instants import iso, same_instant
from trainstate.history.model import Kind
from trainstate.rules.example import poll
from trainstate.rules.model import Place, Reading, rule

_DONE = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"


@rule(
    code="TS408",
    name="training-start-mismatch",
    severity="warning",
    scope="response",
    reads=["TrainingStartTime", "SecondaryStatusTransitions", "TrainingJobStatus"],
    sources=["api-describe-times", "recordings-responses"],
    message="training started {started}, and {expected}",
    help="take the start of the entry in which the instances begin to work",
    bad=[
        poll(_DONE, {"/TrainingStartTime": "2026-01-02T10:00:30Z", "/TrainingTimeInSeconds": 125}),
        poll(
            "Completed/Completed: Starting 90, Completed",
            {"/TrainingStartTime": "2026-01-02T10:01:00Z"},
        ),
    ],
    good=[_DONE, "InProgress/Starting: Starting"],
    since="0.1.0",
)
def training_start_mismatch(reading: Reading) -> Iterator[Place]:
    """The start of the training is not the start of an entry in which a job trains.

    In 21 of 21 recordings it is the start of the first Downloading entry, exactly. A
    job that has retries may show the start of another attempt. A completed job whose
    history shows no training at all never started any.
    """
    response, spec = reading.response, reading.spec
    started = response.instants.get(spec.layout.started)
    if started is None or not response.history or response.kind is Kind.LOG:
        return
    begun = [entry.start for entry in response.history if entry.status in spec.time.clock_starts]
    known = [start for start in begun if start is not None]
    if any(same_instant(started, start) for start in known) or len(known) < len(begun):
        return
    if not begun and response.primary not in spec.member_by_name[spec.layout.ended].present_at:
        return
    expected = f"its first entry {iso(known[0])}" if known else "no entry shows any training"
    yield Place(
        pointer=f"/{spec.layout.started}", facts={"started": iso(started), "expected": expected}
    )
