"""TS413 time-outside-life."""

from typing import Any

from trainstate.history.nested import is_emitted, moments
from trainstate.rules.example import DONE, STARTING, Poll, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Inside
from trainstate.rules.wording import time_text


def _metric_at(time: Any) -> dict[str, Any]:
    return {"MetricName": "loss", "Value": 0.5, "Timestamp": time}


def _metric(time: Any) -> Poll:
    return poll(DONE, {"/FinalMetricDataList": [_metric_at(time)]})


def _evaluated(time: Any) -> Poll:
    item = {"RuleConfigurationName": "loss", "LastModifiedTime": time}
    return poll(DONE, {"/DebugRuleEvaluationStatuses": [item]})


@rule(
    severity="warning",
    sources=["api-members", "recordings-responses"],
    message="`{member}` is {time}, {side} of the job",
    help="look for times of another job, or of another clock",
    bad=[
        _metric("2026-01-02T09:00:00Z"),
        _metric("2026-01-02T10:00:20Z"),
        _metric("2026-01-03T10:00:00Z"),
        poll(STARTING, {"/FinalMetricDataList": [_metric_at("2026-01-02T10:00:50Z")]}),
        _evaluated("2026-01-02T09:00:00Z"),
        _evaluated("2026-01-03T10:00:00Z"),
    ],
    good=[_metric("2026-01-02T10:02:00Z"), _evaluated("2026-01-02T10:03:20Z")],
)
def time_outside_life(inside: Inside) -> Violations:
    """A time inside the response lies before the job's creation or after its last modification.

    The algorithm emits metrics while it trains, so none is older than the training start, and an
    active job that has not trained has none. A change of an evaluation modifies the job's
    record: all recordings have these times between the creation and the last modification. The
    algorithm has a clock of its own, so a minute is not a fault, and no documentation says
    more. The best training job of a tuning job lived between its creation and its end; no
    recording shows whether it modifies the record before the end.
    """
    doubt = inside.tolerances.microseconds("doubt")
    follows = inside.ended or bool(inside.spec.layout.history)
    for pointer, at in moments(inside.members, inside.spec):
        emitted = is_emitted(pointer, inside.spec)
        never = emitted and inside.active and inside.untrained
        trained = emitted and inside.began is not None
        first = inside.began if trained else inside.created
        early = never or (first is not None and first - at > doubt)
        late = follows and inside.modified is not None and at - inside.modified > doubt
        if early or late:
            before = "before the training start" if trained or never else "before the creation"
            side = before if early else "after the last modification"
            facts = {"member": pointer.rpartition("/")[2], "time": time_text(at), "side": side}
            yield Violation(pointer=pointer, facts=facts)
