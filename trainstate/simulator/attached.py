"""What is attached to a job: rule evaluations, the profiler, its instances' warm pool."""

from collections.abc import Iterator, Mapping
from typing import Any

from trainstate.history.instants import SECOND, Instant
from trainstate.machine.record import Record, moment
from trainstate.simulator.plan import REWRITE, TOUCH, PlannedStep
from trainstate.simulator.scenario import RELEASED, RETAINED, REUSED

POOL, PERIOD = "WarmPoolStatus", "KeepAlivePeriodInSeconds"
IN_USE, AVAILABLE, TERMINATED, REUSED_POOL = "InUse", "Available", "Terminated", "Reused"

_RULES = {
    "DebugRuleConfigurations": "DebugRuleEvaluationStatuses",
    "ProfilerRuleConfigurations": "ProfilerRuleEvaluationStatuses",
}
_EVALUATED = 40 * SECOND
_RESOURCES = "ResourceConfig"
_MATCHING = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")


def at_creation(fields: Mapping[str, Any], arn: str, at: Instant) -> dict[str, Any]:
    """The members of attached machines at a job's creation."""
    made: dict[str, Any] = {
        shown: [_evaluation(rule, arn, at) for rule in fields[rules]]
        for rules, shown in _RULES.items()
        if fields.get(rules)
    }
    if "ProfilerConfig" in fields:
        made["ProfilingStatus"] = profiling(fields["ProfilerConfig"])
    if keep_alive(fields):
        made[POOL] = {"Status": IN_USE}
    return made


def profiling(config: Mapping[str, Any]) -> str:
    """The profiler's status in a configuration."""
    return "Disabled" if config.get("DisableProfiler") else "Enabled"


def keep_alive(fields: Mapping[str, Any]) -> int:
    """Seconds for which the instances are kept after the end; 0 for no warm pool."""
    return int((fields.get(_RESOURCES) or {}).get(PERIOD) or 0)


def after_end(record: Record, findings: str) -> Iterator[PlannedStep]:
    """The steps after a job's end, in order."""
    ended = record.ended or record.modified
    yield from sorted(
        (*_evaluations(record, findings, ended), *_pool(record, ended)), key=lambda step: step.at
    )


def released(record: Record, at: int, note: str, **members: Any) -> tuple[PlannedStep, PlannedStep]:
    """The steps that end a job's pool: its status, and the message of the end."""
    plain = str(record.history[-1].message).partition(";")[0]
    kept = max(0, round((at - (record.ended or at)) / SECOND))
    status = {"ResourceRetainedBillableTimeInSeconds": kept, **members}
    return (
        PlannedStep(at=Instant(at), kind=TOUCH, fields={POOL: status}),
        PlannedStep(at=Instant(at), kind=REWRITE, value=note.format(message=plain)),
    )


def kept_until(record: Record, period: int, now: int) -> tuple[PlannedStep, PlannedStep]:
    """The steps that end a pool when its period is over, or now if that has passed."""
    at = max(now, (record.ended or now) + period * SECOND)
    return released(record, at, RELEASED, Status=TERMINATED)


def reuse(record: Record, name: str, at: int) -> tuple[PlannedStep, PlannedStep]:
    """The steps by which another job takes the pool over."""
    return released(record, at, REUSED, Status=REUSED_POOL, ReusedByJob=name)


def is_available(record: Record) -> bool:
    """Whether a job has ended and its instances wait for another."""
    return bool((record.fields.get(POOL) or {}).get("Status") == AVAILABLE)


def is_matching(record: Record, fields: Mapping[str, Any]) -> bool:
    """Whether a job's pool fits another job's request."""
    own, other = record.fields.get(_RESOURCES) or {}, fields.get(_RESOURCES) or {}
    same_role = record.fields.get("RoleArn") == fields.get("RoleArn")
    return same_role and all(own.get(name) == other.get(name) for name in _MATCHING)


def is_of_pool(step: PlannedStep) -> bool:
    """Whether a step belongs to the pool after the end."""
    return step.kind == REWRITE or POOL in (step.fields or {})


def _pool(record: Record, ended: int) -> Iterator[PlannedStep]:
    period = keep_alive(record.fields)
    if not period:
        return
    retained = RETAINED.format(message=record.history[-1].message, period=period)
    yield PlannedStep(at=Instant(ended), kind=TOUCH, fields={POOL: {"Status": AVAILABLE}})
    yield PlannedStep(at=Instant(ended), kind=REWRITE, value=retained)
    yield from kept_until(record, period, ended)


def _evaluations(record: Record, findings: str, ended: int) -> Iterator[PlannedStep]:
    results = ("Stopping", "Stopped") if record.state.primary == "Stopped" else (findings,)
    for number, result in enumerate(results, 1):
        at = ended + _EVALUATED * number // len(results)
        at -= at % 1000
        when = {"RuleEvaluationStatus": result, "LastModifiedTime": moment(at)}
        changed = {
            shown: [{**item, **when} for item in record.fields[shown]]
            for shown in _RULES.values()
            if record.fields.get(shown)
        }
        if changed:
            yield PlannedStep(at=Instant(at), kind=TOUCH, fields=changed)


def _evaluation(rule: Mapping[str, Any], arn: str, at: Instant) -> dict[str, Any]:
    name = rule["RuleConfigurationName"]
    place = arn.rpartition(":training-job/")[0]
    return {
        "RuleConfigurationName": name,
        "RuleEvaluationJobArn": f"{place}:processing-job/{_slug(name)}",
        "RuleEvaluationStatus": "InProgress",
        "LastModifiedTime": moment(at),
    }


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in name)[:60].strip("-") or "x"
