"""What many jobs took and cost: durations, attempts, lost time, savings, reasons.

Everything is computed from the histories and the billing members; where these are absent
(list pages, logs) the jobs are counted and not timed.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from attrs import define, field, frozen

from trainstate.history.instants import SECOND, iso
from trainstate.spec.model import Spec
from trainstate.spec.outcome import Outcome
from trainstate.stats.survey import Surveyed
from trainstate.track.outcome import outcome_of
from trainstate.track.timeline import attempts

UNKNOWN = "unknown"
"""The group of jobs whose instance type, or day of creation, was not recorded."""
OTHER_REASON = "another reason"
_KIND = re.compile(r"([A-Z][A-Za-z]{,60}(?:Error|Exception|Exceeded|Failure|Fault)) ?:", re.ASCII)


@frozen(kw_only=True)
class Distribution:
    """Seconds: how many values, their sum, and how they are spread.

    ``p95`` is the smallest value that at least 95 of 100 values do not exceed.
    """

    count: int = 0
    total: float = 0.0
    median: float | None = None
    p95: float | None = None
    longest: float | None = None


@frozen(kw_only=True)
class JobMeasure:
    """One job, measured; seconds are None where the recording does not say.

    ``start`` is from the creation to the training's start; ``queueing`` the time in
    statuses that begin an attempt; ``lost`` what broken-off attempts took beside that.
    """

    outcome: Outcome
    secondary: str | None
    day: str
    instance_type: str
    spans: tuple[tuple[str, float], ...]
    start: float | None
    queueing: float | None
    lost: float | None
    attempts: int
    interruptions: int
    training: float | None
    billable: float | None
    instance_seconds: float | None
    reason: str | None


@define
class Totals:
    """The sums of a group of jobs: of an instance type, of a day, or of all."""

    jobs: int = 0
    outcomes: Counter[str] = field(factory=Counter)
    interruptions: int = 0
    training_seconds: float = 0.0
    billable_seconds: float = 0.0
    instance_seconds: float = 0.0
    _comparable: tuple[float, float] = (0.0, 0.0)

    def take(self, job: JobMeasure) -> None:
        """Takes a job in."""
        self.jobs += 1
        self.outcomes[job.outcome] += 1
        self.interruptions += job.interruptions
        self.training_seconds += job.training or 0
        self.billable_seconds += job.billable or 0
        self.instance_seconds += job.instance_seconds or 0
        if job.training and job.billable is not None:
            trained, billed = self._comparable
            self._comparable = (trained + job.training, billed + job.billable)

    @property
    def savings(self) -> float | None:
        """Percent of the trained seconds that were not billed; None where none has both."""
        trained, billed = self._comparable
        return (1 - billed / trained) * 100 if trained else None


@frozen(kw_only=True)
class Stats:
    """The measures of many jobs together."""

    totals: Totals
    statuses: Mapping[str, Distribution]
    start: Distribution
    queueing: Distribution
    lost: Distribution
    attempts: Mapping[int, int]
    failures: Mapping[str, int]
    stops: Mapping[str, int]
    by_type: Mapping[str, Totals]
    by_day: Mapping[str, Totals]
    values: Mapping[str, array[float]] = field(factory=dict)


def measure(job: Surveyed, spec: Spec) -> JobMeasure:
    """The measures of one job."""
    primary, secondary = _shown(job, spec)
    statuses = [entry.status for entry in job.entries]
    numbers = list(attempts(spec, statuses))
    timed = [
        (entry.status, number, (entry.end - entry.start) / SECOND)
        for entry, number in zip(job.entries, numbers, strict=True)
        # An entry that ends before it starts has no length; `check` says what it has.
        if entry.start is not None and entry.end is not None and entry.end >= entry.start
    ]
    last, waits = max(numbers, default=0), spec.attempts.begins
    billed = None if job.billable is None else job.billable * (job.life.instances or 1)
    return JobMeasure(
        outcome=outcome_of(spec, primary, secondary),
        secondary=secondary,
        day=UNKNOWN if job.created is None else iso(job.created)[:10],
        instance_type=job.instance_type or UNKNOWN,
        # A terminal status is entered and left at once: it takes no time.
        spans=tuple((name, took) for name, _, took in timed if name not in _ends(spec)),
        start=_start(job, spec),
        queueing=sum(took for name, _, took in timed if name in waits) if timed else None,
        lost=sum(took for name, n, took in timed if n < last and name not in waits)
        if timed
        else None,
        attempts=last,
        interruptions=sum(status in spec.attempts.interruptions for status in statuses),
        training=job.training,
        billable=job.billable,
        instance_seconds=billed,
        reason=job.life.reason,
    )


def _shown(job: Surveyed, spec: Spec) -> tuple[str | None, str | None]:
    """The pair that was shown; a log shows no primary, but its last status may have only one."""
    primary, secondary = job.life.shown
    if primary is not None or not job.entries:
        return primary, secondary
    last = job.entries[-1].status
    owners = {pair.primary for pair in spec.pairs if pair.entered and pair.secondary == last}
    return (owners.pop(), last) if len(owners) == 1 else (primary, secondary)


def _ends(spec: Spec) -> frozenset[str]:
    return spec.terminal_secondaries


def _start(job: Surveyed, spec: Spec) -> float | None:
    starts = (e.start for e in job.entries if e.status in spec.time.clock_starts)
    started = next(starts, None) if job.started is None else job.started
    if started is None or job.created is None or started < job.created:
        return None
    return (started - job.created) / SECOND


def stats(jobs: Iterable[Surveyed], spec: Spec, *, reasons: bool = False) -> Stats:
    """The measures of all jobs together; only numbers are kept of each.

    ``reasons`` quotes the reasons of failures whose kind is not told.
    """
    gathered = _Gathered(reasons=reasons)
    for job in jobs:
        gathered.take(measure(job, spec))
    names = [row.name for row in spec.secondaries if row.name in gathered.statuses]
    names += [name for name in gathered.statuses if name not in names]
    return Stats(
        totals=gathered.totals,
        statuses={name: distribution(gathered.statuses[name]) for name in names},
        start=distribution(gathered.start),
        queueing=distribution(gathered.queueing),
        lost=distribution(gathered.lost),
        attempts=dict(sorted(gathered.attempts.items())),
        failures=dict(gathered.failures.most_common()),
        stops=dict(gathered.stops.most_common()),
        by_type=dict(sorted(gathered.by_type.items())),
        by_day=dict(sorted(gathered.by_day.items())),
        values={name: gathered.statuses[name] for name in names},
    )


def _seconds() -> array[float]:
    return array("d")


@define
class _Gathered:
    """The numbers of the jobs so far."""

    reasons: bool = False
    totals: Totals = field(factory=Totals)
    statuses: dict[str, array[float]] = field(factory=dict)
    start: array[float] = field(factory=_seconds)
    queueing: array[float] = field(factory=_seconds)
    lost: array[float] = field(factory=_seconds)
    attempts: Counter[int] = field(factory=Counter)
    failures: Counter[str] = field(factory=Counter)
    stops: Counter[str] = field(factory=Counter)
    by_type: dict[str, Totals] = field(factory=dict)
    by_day: dict[str, Totals] = field(factory=dict)

    def take(self, job: JobMeasure) -> None:
        for totals in self._groups(job):
            totals.take(job)
        for name, took in job.spans:
            self.statuses.setdefault(name, _seconds()).append(took)
        for values, value in (
            (self.start, job.start),
            (self.queueing, job.queueing),
            (self.lost, job.lost or None),
        ):
            if value is not None:
                values.append(value)
        if job.attempts:
            self.attempts[job.attempts] += 1
        if job.outcome is Outcome.FAILED:
            self.failures[reason_kind(job.reason, quoted=self.reasons)] += 1
        if job.outcome in _STOPS:
            self.stops[job.outcome] += 1

    def _groups(self, job: JobMeasure) -> Iterator[Totals]:
        yield self.totals
        yield self.by_type.setdefault(job.instance_type, Totals())
        yield self.by_day.setdefault(job.day, Totals())


_STOPS = frozenset(
    {
        Outcome.STOPPED_BY_USER,
        Outcome.OUT_OF_TIME,
        Outcome.OUT_OF_WAIT_TIME,
        Outcome.INTERRUPTED,
        Outcome.STOPPED,
    }
)


def reason_kind(reason: str | None, *, quoted: bool = False) -> str:
    """What kind of failure a reason tells of: the word before its colon, as AWS writes it.

    A reason of another form may name anything: ``quoted`` gives its first 60 characters.
    """
    if not reason or not reason.strip():
        return "no reason given"
    kind = _KIND.match(reason.strip())
    if kind is not None:
        return kind[1]
    return " ".join(reason.split())[:60] if quoted else OTHER_REASON


def distribution(values: Iterable[float]) -> Distribution:
    """Count, sum, median, 95th percentile and maximum; empty where there are no values."""
    ordered = sorted(values)
    if not ordered:
        return Distribution()
    return Distribution(
        count=len(ordered),
        total=sum(ordered),
        median=_median(ordered),
        p95=ordered[-(-95 * len(ordered) // 100) - 1],
        longest=ordered[-1],
    )


def _median(ordered: list[float]) -> float:
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
