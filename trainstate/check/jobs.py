"""What is known of one job while its responses are judged, and what the report says of it."""

from __future__ import annotations

from functools import lru_cache

from attrs import define, field

from trainstate.check.epoch import Epoch
from trainstate.check.polled import Polled
from trainstate.check.repeat import Repeat
from trainstate.check.report import JobReport, Verdict
from trainstate.machine.guards import Configuration
from trainstate.machine.step import evidence_of, trace
from trainstate.rules.model import EarlierEpoch, JobEnd, Step
from trainstate.spec.model import Evidence, Spec, weakest


@define
class Said:
    """What was found of a job so far."""

    errors: int = 0
    unknown: bool = False
    reported: set[int] = field(factory=set)
    unseen: set[str] = field(factory=set)


@define
class JobState:
    """An epoch, and what was found of it so far.

    ``unseen`` are the guards on which the job's history rests, and that no response had
    shown: one that shows them later answers what was open.
    """

    epoch: Epoch
    errors: int = 0
    unknown: bool = False
    assumed: Evidence = Evidence.DOCUMENTED
    last_pair: tuple[str | None, str | None] = (None, None)
    reported: set[int] = field(factory=set)
    unseen: set[str] = field(factory=set)
    repeat: Repeat | None = None

    @property
    def verdict(self) -> Verdict:
        """INCONSISTENT after an error, else UNKNOWN where a rule could not tell."""
        if self.errors:
            return Verdict.INCONSISTENT
        config = self.epoch.config
        unproven = any(config.of(name).holds is None for name in self.unseen)
        return Verdict.UNKNOWN if self.unknown or unproven else Verdict.CONSISTENT

    @property
    def end(self) -> JobEnd:
        """The job after its last response."""
        epoch = self.epoch
        return JobEnd(
            job=epoch.job, pair=self.last_pair, complete=epoch.ended, responses=epoch.responses
        )

    def settle(self) -> None:
        """The epoch takes in the responses that were only counted."""
        if self.repeat is not None:
            self.repeat.settle()
            self.repeat = None


def job_report(state: JobState) -> JobReport:
    """What is known of one job."""
    epoch = state.epoch
    return JobReport(
        job=epoch.job,
        created=epoch.created,
        verdict=state.verdict,
        complete=epoch.ended,
        basis="history" if epoch.known else "reachability",
        assumed=state.assumed,
        responses=epoch.responses,
    )


def polled_end(job: Polled) -> JobEnd:
    """A job without a state in full, after its last response."""
    standing = job.standing
    return JobEnd(job=job.arn, pair=standing.pair, complete=standing.ended, responses=job.responses)


def polled_report(job: Polled) -> JobReport:
    """What is known of a job without a state in full."""
    standing = job.standing
    return JobReport(
        job=job.arn,
        created=job.created,
        verdict=Verdict.UNKNOWN if standing.unknown else Verdict.CONSISTENT,
        complete=standing.ended,
        basis="history",
        assumed=standing.assumed,
        responses=job.responses,
    )


def later_epoch(states: list[JobState], epoch: Epoch) -> EarlierEpoch | None:
    """The first epoch of the name that was created after this one."""
    if len(states) < 2 or epoch.created is None:
        return None
    begun = ((state.epoch.created or epoch.created, state.epoch) for state in states)
    after = [(created, other) for created, other in begun if created > epoch.created]
    return earlier_epoch(min(after, key=lambda pair: pair[0])[1]) if after else None


def earlier_epoch(epoch: Epoch) -> EarlierEpoch:
    """What another epoch of the name needs to know of one."""
    last = epoch.newest if epoch.newest >= 0 else None
    return EarlierEpoch(created=epoch.created, last_seen=last, ended=epoch.ended)


def assumed(step: Step) -> Evidence:
    """The weakest evidence that a response's history and pair rest on."""
    response = step.response
    return _weakest_used(
        step.spec, response.statuses, step.reading.config, response.primary, response.secondary
    )


@lru_cache(maxsize=4096)
def _weakest_used(
    spec: Spec,
    statuses: tuple[str, ...],
    config: Configuration,
    primary: str | None,
    secondary: str | None,
) -> Evidence:
    pair = spec.pair_by_key.get((primary or "", secondary or ""))
    levels = evidence_of(spec, trace(spec, statuses, config), pair)
    return weakest(levels)
