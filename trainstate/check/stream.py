"""Many interleaved jobs in one stream: each record to its job's epoch, each epoch to the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b

from attrs import define, evolve, field

from trainstate.check.epoch import Epoch
from trainstate.check.order import Order
from trainstate.check.report import Finding, JobReport, Report, Summary, Verdict
from trainstate.check.shape import Repeat, Repeats, readers_of
from trainstate.history.instants import same_instant
from trainstate.history.model import Response, Unreadable
from trainstate.machine.align import Alignment, align
from trainstate.machine.guards import Configuration
from trainstate.machine.step import Refusal, evidence_of, trace
from trainstate.rules.index import select_rules
from trainstate.rules.model import (
    EarlierEpoch,
    JobEnd,
    Place,
    Rule,
    Scope,
    Severity,
    Step,
)
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec, weakest


@define
class JobState:
    """An epoch, and what was found of it so far."""

    epoch: Epoch
    errors: int = 0
    unknown: bool = False
    assumed: Evidence = Evidence.DOCUMENTED
    last_pair: tuple[str | None, str | None] = (None, None)
    reported: set[int] = field(factory=set)
    repeat: Repeat | None = None

    @property
    def verdict(self) -> Verdict:
        """INCONSISTENT after an error, else UNKNOWN where a rule could not tell."""
        if self.errors:
            return Verdict.INCONSISTENT
        return Verdict.UNKNOWN if self.unknown else Verdict.CONSISTENT


@define(kw_only=True)
class Checker:
    """An incremental check: fed with records, it gives findings, and at the end the jobs.

    ``spec`` is narrowed to ``accept`` first; ``order`` None takes arrival for polls and
    no order for events. Memory grows with the number of jobs and of their changes.
    """

    spec: Spec = field(factory=builtin_spec)
    rules: tuple[Rule, ...] = field(factory=select_rules)
    accept: Evidence = Evidence.DEPRECATED
    order: Order | None = None
    tolerances: Tolerances = field(factory=Tolerances)
    jobs: dict[str, list[JobState]] = field(factory=dict)
    names: dict[str, str] = field(factory=dict)
    summary: Summary = field(factory=Summary)
    _states: list[JobState] = field(factory=list)
    _by_scope: dict[Scope, tuple[Rule, ...]] = field(factory=dict)
    _repeats: Repeats | None = None
    _dated: frozenset[str] = frozenset()
    _objected: bool = False
    _silent: int = 0

    def __attrs_post_init__(self) -> None:
        self.spec = self.spec.accepting(self.accept)
        for scope in Scope:
            self._by_scope[scope] = tuple(rule for rule in self.rules if rule.scope is scope)

    def repeats(self) -> Repeats:
        """The fast path, for a reader of lines whose every record is fed as it is read."""
        if self._repeats is None:
            dated = {self.spec.layout.modified, builtin_spec().layout.modified}
            self._dated = readers_of(dated, self.rules)
            self._repeats = Repeats(spec=self.spec, names=self.names)
        return self._repeats

    def feed(self, record: Response | Unreadable) -> list[Finding]:
        """The new findings that a record brings."""
        if isinstance(record, Unreadable):
            found = list(self._unreadable(record))
        else:
            found = list(self._judge(record))
        self._count(found, responses=isinstance(record, Response))
        return found

    def close(self) -> tuple[list[Finding], tuple[JobReport, ...]]:
        """The findings about jobs as a whole, and what is known of each job."""
        self._settle(self._states)
        found = [finding for state in self._states for finding in self._ended(state)]
        self._count(found, responses=False)
        reports = tuple(map(job_report, self._states))
        verdicts = [report.verdict for report in reports]
        repeated = 0 if self._repeats is None else self._repeats.total
        self.summary = evolve(
            self.summary,
            responses=self.summary.responses + self._silent + repeated,
            jobs=len(reports),
            consistent=verdicts.count(Verdict.CONSISTENT),
            inconsistent=verdicts.count(Verdict.INCONSISTENT),
            unknown=verdicts.count(Verdict.UNKNOWN),
        )
        return found, reports

    @property
    def states(self) -> tuple[JobState, ...]:
        """The epochs of all jobs, in the order of their first responses."""
        return tuple(self._states)

    def adopt(self, key: str, state: JobState) -> None:
        """Takes over an epoch that was judged elsewhere; ``key`` is its job's ARN or name."""
        self.jobs.setdefault(key, []).append(state)
        self._states.append(state)

    def _judge(self, response: Response) -> Iterator[Finding]:
        state, earlier = self._state_of(response)
        step = state.epoch.observe(response, earlier_epoch=earlier)
        state.assumed = max(state.assumed, _assumed(step), key=lambda level: level.rank)
        state.last_pair = (response.primary, response.secondary)
        self._objected = earlier is not None
        reading = step.reading
        for rule in self._by_scope[Scope.RESPONSE]:
            for place in rule.check(reading):
                yield from self._found(rule, place, state, step)
        for rule in self._by_scope[Scope.SEQUENCE]:
            for place in rule.check(step):
                yield from self._found(rule, place, state, step)
        if self._repeats is not None and not self._objected:
            state.repeat = self._repeats.remember(step, state.epoch, self._key(response))

    def _settle(self, states: Iterable[JobState]) -> None:
        """The states take in the responses that were only counted."""
        for state in states:
            if state.repeat is not None and self._repeats is not None:
                self._repeats.settle(state.repeat)
                state.repeat = None

    def _found(self, rule: Rule, place: Place, state: JobState, step: Step) -> Iterator[Finding]:
        """The finding about a place, unless the job has had it."""
        self._objected |= rule.code in self._dated
        finding, response = finding_of(rule, place), step.response
        if self._is_new(finding, state):
            yield evolve(
                finding,
                job=response.job,
                file=response.origin.file,
                line=response.origin.line,
                index=step.index,
                response=response,
                alignment=_alignment(place, step),
            )

    def _is_new(self, finding: Finding, state: JobState) -> bool:
        """Whether the job has not had the finding yet; the job's verdict takes it in."""
        key = _key(finding)
        if key in state.reported:
            return False
        state.reported.add(key)
        state.errors += finding.severity is Severity.ERROR
        state.unknown |= finding.unknown
        return True

    def _unreadable(self, record: Unreadable) -> Iterator[Finding]:
        for rule in self._by_scope[Scope.RECORD]:
            for place in rule.check(record):
                finding = finding_of(rule, place)
                yield evolve(finding, file=record.origin.file, line=record.origin.line)

    def _ended(self, state: JobState) -> Iterator[Finding]:
        epoch = state.epoch
        end = JobEnd(
            job=epoch.job, pair=state.last_pair, complete=epoch.ended, responses=epoch.responses
        )
        for rule in self._by_scope[Scope.JOB]:
            for place in rule.check(end):
                finding = evolve(finding_of(rule, place), job=epoch.job, index=epoch.responses - 1)
                if self._is_new(finding, state):
                    yield finding

    def _state_of(self, response: Response) -> tuple[JobState, EarlierEpoch | None]:
        """The state of the response's epoch, and another epoch of the name that it may overlap.

        A new epoch may overlap the one before; one that goes on may run into a later one.
        """
        key = self._key(response)
        states = self.jobs.setdefault(key, [])
        self._settle(states)
        for state in states:
            if _same_creation(state.epoch.created, response.created):
                if state.epoch.created is None:
                    state.epoch.created = response.created
                return state, _later(states, state.epoch)
        epoch = Epoch(
            spec=self.spec,
            job=response.job,
            created=response.created,
            order=self.order,
            tolerances=self.tolerances,
        )
        earlier = _earlier(states[-1].epoch) if states else None
        states.append(JobState(epoch))
        self._states.append(states[-1])
        return states[-1], earlier

    def _key(self, response: Response) -> str:
        """The job that a response belongs to; a name alone means the job last seen with it."""
        key = response.arn or self.names.get(response.name or "") or response.job
        if response.name:
            known = self.names.setdefault(response.name, key)
            if known == response.name:
                return known
            self.names[response.name] = key
        return key

    def _count(self, found: Iterable[Finding], *, responses: bool) -> None:
        levels = [finding.severity for finding in found]
        if responses and not levels:
            self._silent += 1
            return
        totals = self.summary
        self.summary = evolve(
            totals,
            responses=totals.responses + responses,
            errors=totals.errors + levels.count(Severity.ERROR),
            warnings=totals.warnings + levels.count(Severity.WARNING),
            infos=totals.infos + levels.count(Severity.INFO),
        )


def judge(records: Iterable[Response | Unreadable], checker: Checker) -> Report:
    """The report on a stream of records."""
    findings = [finding for record in records for finding in checker.feed(record)]
    at_end, jobs = checker.close()
    return Report(
        findings=(*findings, *at_end),
        jobs=jobs,
        summary=checker.summary,
        spec_version=checker.spec.version,
    )


def _key(finding: Finding) -> int:
    """A number for what a finding says, the same in every process, so that it can be kept."""
    text = f"{finding.code}\0{finding.pointer}\0{finding.message}"
    digest = blake2b(text.encode("utf-8", "backslashreplace"), digest_size=7)
    return int.from_bytes(digest.digest(), "big")


def finding_of(rule: Rule, place: Place) -> Finding:
    """The finding that a rule makes of a place, without the job and the file."""
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=place.severity or rule.severity,
        message=rule.message.format(**place.facts),
        help=rule.help,
        sources=rule.sources,
        pointer=place.pointer,
        facts=place.facts,
        witness=place.witness,
        unknown=rule.unknown if place.unknown is None else place.unknown,
    )


def _alignment(place: Place, step: Step) -> Alignment | None:
    """The edits that make the history legal, where the finding is about an illegal one.

    A status that no fact knows is not illegal: it alone asks for no edit.
    """
    reading, response = step.reading, step.response
    if not place.pointer.startswith(f"/{step.spec.layout.history}/"):
        return None
    if all(taken.refusal in (None, Refusal.UNKNOWN_STATUS) for taken in reading.moves):
        return None
    last = response.statuses[-1]
    finished = reading.ended or last in step.spec.terminal_secondaries
    return align(step.spec, response.statuses, reading.config, finished=finished)


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


def _same_creation(known: int | None, seen: int | None) -> bool:
    return known is None or seen is None or same_instant(known, seen)


def _later(states: list[JobState], epoch: Epoch) -> EarlierEpoch | None:
    """The first epoch of the name that was created after this one."""
    if len(states) < 2 or epoch.created is None:
        return None
    begun = ((state.epoch.created or epoch.created, state.epoch) for state in states)
    after = [(created, other) for created, other in begun if created > epoch.created]
    return _earlier(min(after, key=lambda pair: pair[0])[1]) if after else None


def _earlier(epoch: Epoch) -> EarlierEpoch:
    last = epoch.newest if epoch.newest >= 0 else None
    return EarlierEpoch(created=epoch.created, last_seen=last, ended=epoch.ended)


def _assumed(step: Step) -> Evidence:
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
    """The weakest evidence that a response's history and pair rest on."""
    pair = spec.pair_by_key.get((primary or "", secondary or ""))
    levels = evidence_of(spec, trace(spec, statuses, config), pair)
    return weakest(levels)
