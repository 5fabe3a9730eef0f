"""What is known of one job while its responses are judged, and what the report says of it."""

from __future__ import annotations

from attrs import define, field

from trainstate.checking.change import Change
from trainstate.checking.epoch import Epoch
from trainstate.checking.report import JobReport, Verdict
from trainstate.checking.shown import Comparer, Shown, weakest_used
from trainstate.history.readers.lines import Line
from trainstate.rules.model import EarlierEpoch, JobEnd, Step
from trainstate.spec.model import Evidence


@define
class JobState:
    """An epoch, and what was found of it so far.

    ``pending`` are the changes that the epoch has not taken in yet: it does when it is asked
    for. ``shown`` is what the newest response showed, None where that says little of the next.
    ``straight`` holds while every response went on from the one before.
    ``unseen`` are the guards on which the job's history rests, and that no response had
    shown: one that shows them later answers what was open.
    """

    _epoch: Epoch
    shown: Shown | None = None
    straight: bool = True
    pending: list[Change] = field(factory=list)
    errors: int = 0
    unknown: bool = False
    assumed: Evidence = Evidence.DOCUMENTED
    last_pair: tuple[str | None, str | None] = (None, None)
    reported: set[int] = field(factory=set)
    unseen: set[str] = field(factory=set)
    responses: int = 0

    @property
    def epoch(self) -> Epoch:
        """The epoch, with everything that was seen."""
        epoch = self._epoch
        if epoch.responses != self.responses:
            for change in self.pending:
                change.replay(epoch)
            self.pending = []
            epoch.responses = self.responses
        return epoch

    def takes(self, line: Line, comparer: Comparer) -> bool:
        """Whether nothing is to be said of a response; it is taken in then."""
        shown, typed, file = self.shown, line.typed, line.origin.file
        change = comparer.change(self, typed, file)
        if change is False or shown is None:
            return False
        if change is True:
            if not self.pending:
                again = shown.scalars, shown.entries, shown.values, file
                self.pending.append(Change(self.responses, typed.modified, *again, repeats=True))
            repeated = self.pending[-1]
            repeated.last, repeated.again = self.responses, typed.modified
        else:
            self.pending.append(change)
            self.last_pair = (typed.primary, typed.secondary)
            self.rests_on(change.rests_on)
        self.responses += 1
        return True

    def rests_on(self, evidence: Evidence) -> None:
        """Takes in the evidence that a response rests on; the weakest counts."""
        if evidence.rank > self.assumed.rank:
            self.assumed = evidence

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
    return weakest_used(
        step.spec, response.statuses, step.reading.config, response.primary, response.secondary
    )
