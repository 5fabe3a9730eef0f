"""The state of one job while its responses are judged, and its report."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import define, field

from trainstate.checking.compare import Delta
from trainstate.checking.digests import digested
from trainstate.checking.epoch import Epoch
from trainstate.checking.observations import Runs
from trainstate.checking.pending import PendingChange, entry_of
from trainstate.checking.report import Finding, JobReport, Verdict
from trainstate.checking.shown import Shown
from trainstate.checking.variants import weakest_used
from trainstate.history.chain import History
from trainstate.history.instants import datetime_of, parse
from trainstate.history.model import Response
from trainstate.history.typed import AMOUNTS, ARN, CREATED, PAIR, Decode, changed_in
from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.rules.model import Comparison, JobEnd, OtherEpoch, Severity
from trainstate.spec.model import Evidence, Spec


@define
class JobState:
    """An epoch, and what was found in it so far.

    ``begin`` makes the epoch on first use. ``pending`` are changes that the epoch has yet to
    process. ``shown`` is what the newest response showed, None if the next one cannot be compared
    with it. ``straight`` holds while every response continued the one before. ``unseen`` are guards
    that the history needs and no response had shown; a later response may still show them.
    ``counts`` are the newest counters, by JSON pointer. ``last_digest`` is that of the last judged
    response.
    """

    _epoch: Epoch | None = None
    begin: Callable[[], Epoch] | None = field(default=None, eq=False)
    shown: Shown | None = None
    straight: bool = True
    pending: list[PendingChange] = field(factory=list)
    errors: int = 0
    unknown: bool = False
    assumed: Evidence = Evidence.DOCUMENTED
    last_pair: tuple[str | None, str | None] = (None, None)
    reported: set[int] = field(factory=set)
    unseen: set[str] = field(factory=set)
    responses: int = 0
    counts: dict[str, int] = field(factory=dict)
    last_digest: bytes = b""

    @property
    def epoch(self) -> Epoch:
        """The epoch, with all responses processed."""
        epoch = self._epoch
        if epoch is None:
            epoch = self._epoch = self.begin()  # type: ignore[misc]  # one of the two is there
        if epoch.responses != self.responses:
            for change in self.pending:
                change.replay(epoch)
            self.pending = []
            epoch.responses = self.responses
        return epoch

    @property
    def created(self) -> int | None:
        """When the job was created. This and the properties below leave changes pending."""
        epoch, shown = self._epoch, self.shown
        if epoch is None and shown is not None:
            return parse(shown.values[CREATED])[0]
        return (self.epoch if epoch is None else epoch).created

    @property
    def newest(self) -> int:
        """The newest LastModifiedTime."""
        shown = self._latest
        return self.epoch.newest if shown is None else parse(shown.modified)[0]

    @property
    def history(self) -> History:
        """The longest history."""
        shown = self._latest
        return self.epoch.known if shown is None else tuple(map(entry_of, shown.entries))

    @property
    def runs(self) -> Runs:
        """The runs of observations before the pending changes."""
        return () if self._epoch is None else self._epoch.observations.runs

    @property
    def counted(self) -> tuple[PendingChange, ...]:
        """All changes of a job that has needed no epoch; empty if it has one."""
        return tuple(self.pending) if self._epoch is None else ()

    @property
    def config(self) -> Configuration:
        """The guards, as far as responses showed them."""
        shown = self._latest
        return self.epoch.config if shown is None else shown.terms.config

    @property
    def billable(self) -> float | None:
        """The newest billable seconds; None if none were shown."""
        shown = self._latest
        if shown is not None:
            seconds: float | None = shown.values[AMOUNTS][1]
            return seconds
        seen = self.epoch.billing.get(self.epoch.spec.layout.billable_seconds)
        return seen.runs[-1].value if seen is not None and seen.runs else None

    @property
    def instance_type(self) -> str | None:
        """The instance type; None if none was shown."""
        shown = self._latest
        return self.epoch.instance_type if shown is None else shown.terms.instance_type

    @property
    def _latest(self) -> Shown | None:
        """What the newest response showed, if the epoch has yet to process it."""
        return self.shown if self._epoch is None or self.pending else None

    def go_on(self, delta: Delta, decode: Decode) -> None:
        """Adds a response that continues or repeats the one before."""
        shown, statuses, pending = delta.shown, delta.statuses, self.pending
        index, self.responses, self.last_digest = self.responses, self.responses + 1, b""
        if statuses is None and not delta.later:
            return
        values, file = shown.values, shown.file
        repeats = statuses is None or (
            bool(pending) and decode.unjudged.issuperset(changed_in(values, pending[-1].values))
        )
        if not repeats or not pending:
            pending.append(PendingChange(index, values, file, decode, repeats=repeats))
        if repeats:
            change = pending[-1]
            change.last, change.again, change.place = index, shown.modified, file
        if statuses is not None:
            self.shown, self.last_pair = shown, shown.values[PAIR]
            self.straight &= shown.goes_on
            self.rests_on(statuses.rests_on)

    def takes(self, finding: Finding) -> bool:
        """Adds a finding; False if the job has had it, or a worse one of the same words."""
        if finding.number() in self.reported:
            return False
        self.reported.add(finding.number())
        worse = (one for one in Severity if one.rank < finding.severity.rank)
        if any(finding.number(severity=one) in self.reported for one in worse):
            return False
        self.errors += finding.severity is Severity.ERROR
        guards = finding.facts.get("guards", ()) if finding.unknown else ()
        self.unseen.update(guards)
        self.unknown |= finding.unknown and not guards
        return True

    def rests_on(self, evidence: Evidence) -> None:
        """Adds the evidence of a response; the weakest counts."""
        if evidence.rank > self.assumed.rank:
            self.assumed = evidence

    @property
    def verdict(self) -> Verdict:
        """INCONSISTENT after an error, else UNKNOWN if a rule could not decide."""
        if self.errors:
            return Verdict.INCONSISTENT
        config = self.epoch.config if self.unseen else UNSEEN
        unproven = any(config.of(name).holds is None for name in self.unseen)
        return Verdict.UNKNOWN if self.unknown or unproven else Verdict.CONSISTENT

    def end(self, spec: Spec, children: Iterable[JobState]) -> JobEnd:
        """The job after its last response, with the jobs that it started."""
        report = self.report
        return JobEnd(
            spec=spec,
            job=report.job,
            pair=self.last_pair,
            complete=report.complete,
            responses=report.responses,
            counts=self.counts,
            children=tuple([child.last_pair[0] for child in children]),
        )

    @property
    def report(self) -> JobReport:
        """The job's report. It leaves changes pending."""
        epoch, shown = self._epoch, self.shown
        if epoch is None and shown is not None:
            job = shown.values[ARN]
        else:
            epoch = self.epoch if epoch is None else epoch
            job = epoch.job
        known = bool(self.pending) or epoch is None or bool(epoch.known)
        ended = epoch is not None and epoch.ended
        if shown is not None:
            ended |= shown.ended
        return JobReport(
            job=job,
            created=None if self.created is None else datetime_of(self.created),
            verdict=self.verdict,
            complete=ended,
            basis="history" if known else "reachability",
            assumed=self.assumed,
            responses=self.responses,
        )


def digest_of(response: Response) -> bytes:
    """A digest of a response; empty without LastModifiedTime, or if it cannot be encoded.

    A response equal to the one judged before adds nothing. Skipping it saves two thirds of the time
    on polls without a history, most of which repeat the last one.
    """
    if response.modified is None:
        return b""
    origin = response.origin
    shown = (origin.file, origin.reader, response.kind, response.envelope, response.members)
    return digested(shown, order=None) or b""


def other_epoch(epoch: Epoch) -> OtherEpoch:
    """What rules about another epoch of the name need to know of this one."""
    last = epoch.newest if epoch.newest >= 0 else None
    return OtherEpoch(created=epoch.created, last_seen=last, ended=epoch.ended)


def assumed(comparison: Comparison) -> Evidence:
    """The weakest evidence for a response's history and pair."""
    response = comparison.response
    return weakest_used(
        comparison.spec,
        response.statuses,
        comparison.reading.config,
        response.primary,
        response.secondary,
    )
