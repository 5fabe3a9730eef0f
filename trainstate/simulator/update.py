"""What UpdateTrainingJob changes of a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from trainstate.history.instants import Instant
from trainstate.machine.record import touch
from trainstate.simulator import attached
from trainstate.simulator.job import Job

UPDATABLE = ("ProfilerConfig", "ProfilerRuleConfigurations", "RemoteDebugConfig")
"""The members that a request replaces while a job is active; of ResourceConfig, a part."""


def updated(
    job: Job, changes: Mapping[str, Any], resources: Mapping[str, Any] | None, now: Instant
) -> Job:
    """The job after an update: ``resources`` has how long its instances are kept alive.

    A new profiler configuration starts or stops the profiler; a new period moves the end
    of a warm pool that is there.
    """
    fields, plan = dict(changes), job.plan
    if "ProfilerConfig" in changes:
        config = {**job.record.fields.get("ProfilerConfig", {}), **changes["ProfilerConfig"]}
        fields.update(ProfilerConfig=config, ProfilingStatus=attached.profiling(config))
    if resources is not None:
        period = resources[attached.PERIOD]
        own = job.record.fields.get("ResourceConfig") or {}
        fields["ResourceConfig"] = {**own, attached.PERIOD: period}
        if attached.is_available(job.record):
            rest = [step for step in plan if not attached.is_of_pool(step)]
            ends = attached.kept_until(job.record, period, now)
            plan = tuple(sorted((*rest, *ends), key=lambda step: step.at))
    return evolve(job, record=touch(job.record, at=now, fields=fields), plan=plan)
