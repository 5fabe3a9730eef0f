"""What many jobs took and cost: durations, attempts, lost time, savings, reasons.

Everything comes from histories and billing members; jobs without them (list pages, logs) are
counted but not timed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Self

from attrs import define, evolve, field, frozen

from trainstate.history.identity import arn_of
from trainstate.history.instants import SECOND, iso
from trainstate.spec.model import Spec
from trainstate.spec.outcome import Outcome
from trainstate.stats.prices import Prices
from trainstate.stats.spread import FIRST, LATER, Distribution, Wait, Waiting
from trainstate.stats.survey import Surveyed
from trainstate.track.outcome import outcome_of
from trainstate.track.timeline import attempts

UNKNOWN = "unknown"
"""The group of jobs whose instance type or creation day was not recorded."""
OTHER_REASON = "another reason"
GROUPS = ("instance_type", "market", "region", "day", "hour")
"""What waiting for capacity is grouped by; days and hours of the creation, in UTC."""
_MARKETS = {True: "spot", False: "on-demand", None: UNKNOWN}
_KIND = re.compile(r"([A-Z][A-Za-z]{,60}(?:Error|Exception|Exceeded|Failure|Fault)) ?:", re.ASCII)


@frozen(kw_only=True)
class JobMeasure:
    """One measured job; seconds are None if the recording does not say.

    ``start`` is the time from creation to the start of training; ``queueing`` the time in statuses
    that begin an attempt, ``waits`` one by one; ``lost`` the rest of broken-off attempts.
    ``granted``: it once had an instance. ``market`` is spot or on-demand; ``retained`` is the time
    for which its warm pool was kept.
    """

    job: str
    created: int | None
    outcome: Outcome
    secondary: str | None
    day: str
    hour: str
    region: str
    market: str
    instance_type: str
    instances: int
    waits: tuple[Wait, ...]
    granted: bool | None
    retained: float | None
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
class Cost:
    """Sums over priced jobs: trained, billed, saved, lost and retained, times instances.

    A spot job is priced by its billable seconds, which already include the savings. ``unpriced``
    counts jobs by type and region without a price.
    """

    prices: Prices
    sums: dict[str, float] = field(factory=dict)
    priced: int = 0
    unpriced: Counter[tuple[str, str]] = field(factory=Counter)

    def take(self, job: JobMeasure) -> None:
        """Adds a job."""
        found = costs(job, self.prices)
        if found is None:
            self.unpriced[job.instance_type, job.region] += 1
            return
        self.priced += 1
        for name, amount in found.items():
            self.sums[name] = self.sums.get(name, 0.0) + amount


def costs(job: JobMeasure, prices: Prices) -> dict[str, float] | None:
    """A job's costs by item; None if its instances have no price."""
    price = prices.per_second(job.instance_type, job.region)
    if price is None:
        return None
    return {name: seconds * job.instances * price for name, seconds in _seconds(job)}


def _seconds(job: JobMeasure) -> Iterator[tuple[str, float]]:
    yield "trained", job.training or 0.0
    yield "billed", job.billable or 0.0
    saved = 0.0 if job.training is None or job.billable is None else job.training - job.billable
    yield "saved", max(saved, 0.0)
    yield "lost", job.lost or 0.0
    yield "retained", job.retained or 0.0


@define
class Totals:
    """Sums over a group of jobs: an instance type, a day, or all."""

    jobs: int = 0
    outcomes: Counter[str] = field(factory=Counter)
    interruptions: int = 0
    training_seconds: float = 0.0
    billable_seconds: float = 0.0
    instance_seconds: float = 0.0
    retained_seconds: float = 0.0
    _comparable: tuple[float, float] = (0.0, 0.0)

    def take(self, job: JobMeasure) -> None:
        """Adds a job."""
        self.jobs += 1
        self.outcomes[job.outcome] += 1
        self.interruptions += job.interruptions
        self.training_seconds += job.training or 0
        self.billable_seconds += job.billable or 0
        self.instance_seconds += job.instance_seconds or 0
        self.retained_seconds += (job.retained or 0) * job.instances
        if job.training and job.billable is not None:
            trained, billed = self._comparable
            self._comparable = (trained + job.training, billed + job.billable)

    @property
    def savings(self) -> float | None:
        """Percent of the trained seconds that were not billed; None if no job has both."""
        trained, billed = self._comparable
        return (1 - billed / trained) * 100 if trained else None


@define(kw_only=True)
class Stats:
    """The measures of many jobs together; only numbers are kept of each.

    ``quotes``: failure reasons are quoted, by their stable part.
    """

    quotes: bool = False
    totals: Totals = field(factory=Totals)
    statuses: dict[str, Distribution] = field(factory=dict)
    start: Distribution = field(factory=Distribution)
    queueing: Distribution = field(factory=Distribution)
    lost: Distribution = field(factory=Distribution)
    attempts: Counter[int] = field(factory=Counter)
    failures: Counter[str] = field(factory=Counter)
    stops: Counter[str] = field(factory=Counter)
    by_type: dict[str, Totals] = field(factory=dict)
    by_day: dict[str, Totals] = field(factory=dict)
    waiting: Waiting = field(factory=Waiting)
    reasons: Counter[str] = field(factory=Counter)
    cost: Cost | None = None

    def take(self, job: JobMeasure) -> None:
        """Adds a job."""
        self.totals.take(job)
        self.by_type.setdefault(job.instance_type, Totals()).take(job)
        self.by_day.setdefault(job.day, Totals()).take(job)
        for name, took in job.spans:
            self.statuses.setdefault(name, Distribution()).add(took)
        for spread, value in (
            (self.start, job.start),
            (self.queueing, job.queueing),
            (self.lost, job.lost or None),
        ):
            if value is not None:
                spread.add(value)
        groups = {name: getattr(job, name) for name in GROUPS}
        self.waiting.take(job.waits, groups, granted=job.granted, outcome=job.outcome)
        if self.cost is not None:
            self.cost.take(job)
        if job.attempts:
            self.attempts[job.attempts] += 1
        if job.outcome is Outcome.FAILED:
            self.failures[reason_kind(job.reason, quoted=self.quotes)] += 1
            if self.quotes and job.reason:
                self.reasons[stable_reason(job.reason)] += 1
        if job.outcome in _STOPS:
            self.stops[job.outcome] += 1

    def ordered(self, spec: Spec) -> Self:
        """The same in display order: of the facts, of numbers, of names."""
        names = [row.name for row in spec.secondaries if row.name in self.statuses]
        names += [name for name in self.statuses if name not in names]
        return evolve(
            self,
            statuses={name: self.statuses[name] for name in names},
            attempts=Counter(dict(sorted(self.attempts.items()))),
            failures=_commonest_first(self.failures),
            stops=_commonest_first(self.stops),
            reasons=_commonest_first(self.reasons),
            by_type=dict(sorted(self.by_type.items())),
            by_day=dict(sorted(self.by_day.items())),
        )


def _commonest_first(counts: Counter[str]) -> Counter[str]:
    return Counter(dict(counts.most_common()))


def measure(job: Surveyed, spec: Spec) -> JobMeasure:
    """The measures of one job."""
    primary, secondary = _shown(job, spec)
    statuses = [entry.status for entry in job.entries]
    numbers = list(attempts(spec, statuses))
    timed = [
        (entry.status, number, (entry.end - entry.start) / SECOND)
        for entry, number in zip(job.entries, numbers, strict=True)
        # An entry that ends before it starts has no length; `check` reports it.
        if entry.start is not None and entry.end is not None and entry.end >= entry.start
    ]
    last, waits = max(numbers, default=0), spec.attempts.begins
    ends = spec.terminal_secondaries
    instances, arn = job.life.instances or 1, arn_of(job.job)
    created = UNKNOWN * 3 if job.created is None else iso(job.created)
    return JobMeasure(
        job=job.job,
        created=job.created,
        outcome=outcome_of(spec, primary, secondary),
        secondary=secondary,
        day=UNKNOWN if job.created is None else created[:10],
        hour=UNKNOWN if job.created is None else f"{created[11:13]}:00",
        region=(arn and arn.region) or UNKNOWN,
        market=_MARKETS[job.spot],
        instance_type=job.instance_type or UNKNOWN,
        instances=instances,
        waits=tuple(
            Wait(status=name, when=FIRST if number == 1 else LATER, seconds=took)
            for name, number, took in timed
            if name in waits
        ),
        granted=_granted(job, statuses, spec),
        retained=job.retained,
        # A terminal status is entered and left at once: it takes no time.
        spans=tuple((name, took) for name, _, took in timed if name not in ends),
        start=_start(job, spec),
        queueing=sum(took for name, _, took in timed if name in waits) if timed else None,
        lost=sum(took for name, n, took in timed if n < last and name not in waits)
        if timed
        else None,
        attempts=last,
        interruptions=sum(status in spec.attempts.interruptions for status in statuses),
        training=job.training,
        billable=job.billable,
        instance_seconds=None if job.billable is None else job.billable * instances,
        reason=job.life.reason,
    )


def _shown(job: Surveyed, spec: Spec) -> tuple[str | None, str | None]:
    """The displayed pair; a log shows no primary, but its last status may have only one."""
    primary, secondary = job.life.shown
    if primary is not None or not job.entries:
        return primary, secondary
    last = job.entries[-1].status
    owners = {pair.primary for pair in spec.pairs if pair.entered and pair.secondary == last}
    return (owners.pop(), last) if len(owners) == 1 else (primary, secondary)


def _granted(job: Surveyed, statuses: list[str], spec: Spec) -> bool | None:
    """Whether the job ever had an instance: it reached what follows the waiting."""
    if job.started is not None or any(name in spec.time.clock_starts for name in statuses):
        return True
    return False if statuses else None


def _start(job: Surveyed, spec: Spec) -> float | None:
    starts = (e.start for e in job.entries if e.status in spec.time.clock_starts)
    started = next(starts, None) if job.started is None else job.started
    if started is None or job.created is None or started < job.created:
        return None
    return (started - job.created) / SECOND


def stats(
    jobs: Iterable[Surveyed], spec: Spec, *, reasons: bool = False, prices: Prices | None = None
) -> Stats:
    """The measures of all jobs together; ``reasons`` quotes failure reasons."""
    found = Stats(quotes=reasons, cost=None if prices is None else Cost(prices=prices))
    for job in jobs:
        found.take(measure(job, spec))
    return found.ordered(spec)


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
    """The kind of failure in a reason: the word before its colon, as AWS writes it.

    A reason of another form may contain anything: ``quoted`` returns its first 60 characters.
    """
    if not reason or not reason.strip():
        return "no reason given"
    kind = _KIND.match(reason.strip())
    if kind is not None:
        return kind[1]
    return " ".join(reason.split())[:60] if quoted else OTHER_REASON


LONGEST = 120
_CHANGING = re.compile(
    r"arn:\S+|s3://\S+|https?://\S+|(?:/[\w.@-]+){2,}/?"  # where something lies
    r"|\b(?=[0-9a-fA-F-]*\d)[0-9a-fA-F]{8}[0-9a-fA-F-]*\b"  # ids
    r"|\b\d{4}-\d\d-\d\d[T ]\S+|\b\d{4,}\b|\b\d+\.\d+\b",  # times, process ids, measures
    re.ASCII,
)


def stable_reason(reason: str) -> str:
    """A reason on one line, cut, with dots for addresses, ids, times and large numbers."""
    return _CHANGING.sub("\N{HORIZONTAL ELLIPSIS}", " ".join(reason[:1000].split()))[:LONGEST]
