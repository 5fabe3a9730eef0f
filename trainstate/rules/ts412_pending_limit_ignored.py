"""TS412 pending-limit-ignored."""

from trainstate.history.model import Kind
from trainstate.history.nested import instance_types
from trainstate.rules import clock
from trainstate.rules.example import Poll, poll
from trainstate.rules.model import Violation, Violations, rule
from trainstate.rules.parts import Clock

_LATE = "Completed/Completed: Starting 5, Pending 9000, Training 60, Uploading 5, Completed"
_QUEUED = "InProgress/Pending: Starting 5, Pending"
_TWICE = (
    "Completed/Completed: Starting 5, Pending 4000, Starting 5, Pending 4000,"
    " Training 60, Uploading 5, Completed"
)


def _pends(text: str, limit: int, *, on: str = "ml.p4d.24xlarge", **more: str) -> Poll:
    resources = {"InstanceType": on, "InstanceCount": 1, "VolumeSizeInGB": 30, **more}
    limits = {"MaxRuntimeInSeconds": 86_400, "MaxPendingTimeInSeconds": limit}
    changes = {"/ResourceConfig": resources, "/StoppingCondition": limits}
    return poll(text, changes, modified=None if text != _QUEUED else 9000)


@rule(
    severity="warning",
    sources=["api-stopping-condition", "reports-pending"],
    message="`{status}` for {spent} seconds since {since}; the limit is {limit}",
    help="the service stops a job that waits longer for capacity; a simulator must do so too",
    bad=[_pends(_LATE, 7200), _pends(_QUEUED, 7200)],
    good=[
        _pends(_LATE, 8999),
        _pends(_TWICE, 7200),
        _pends(_LATE, 7200, on="ml.m5.large"),
        _pends(_LATE, 7200, TrainingPlanArn="arn:aws:sagemaker:eu-west-1:1:training-plan/plan"),
    ],
    needs=["time.limits"],
    follows=["TS412"],
)
def pending_limit_ignored(times: Clock) -> Violations:
    """A job waited for capacity far longer than its limit allows.

    The limit counts from the start of the `Pending` entry. It applies only where accelerated
    instances are requested, and on a training plan some of the waiting does not count. No
    recording or documentation says whether several entries add up: each is compared with
    the limit on its own.
    """
    facts = times.spec.time
    limit = clock.limit_at(times, facts.pending_limit)
    pauses = facts.pending_pauses
    if times.kind is Kind.LOG or limit is None or not _is_accelerated(times):
        return
    if pauses is not None and times.config.of(pauses).holds:
        return
    entries = [entry for entry in times.history if entry.status in facts.pending]
    waited = clock.seconds_in(times, facts.pending)
    for entry, spent in zip(entries, waited, strict=True):
        if spent - times.tolerances.grace > limit:
            yield Violation(
                pointer=facts.pending_limit,
                facts={
                    "status": entry.status,
                    "spent": clock.spent_text(times, spent, limit),
                    "since": clock.since("the start of the entry", entry.start),
                    "limit": limit,
                },
            )


def _is_accelerated(times: Clock) -> bool:
    """Whether the limit applies to an instance type of the job."""
    families = times.spec.time.pending_instances
    return any(kind.startswith(families) for kind in instance_types(times.members, times.spec))
