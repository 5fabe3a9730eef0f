"""Many interleaved jobs in one stream: each record to its job's epoch, each epoch to the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, evolve, field

from trainstate.check.epoch import Epoch
from trainstate.check.found import finding_of, is_new, placed
from trainstate.check.jobs import (
    JobState,
    Said,
    assumed,
    earlier_epoch,
    job_report,
    later_epoch,
    polled_end,
    polled_report,
)
from trainstate.check.learn import Learner
from trainstate.check.order import Order
from trainstate.check.polled import Polled
from trainstate.check.report import Finding, JobReport, Report, Summary, Verdict
from trainstate.check.shape import FastPath
from trainstate.history.instants import same_instant
from trainstate.history.model import Response, Unreadable
from trainstate.rules.index import select_rules
from trainstate.rules.model import Check, EarlierEpoch, JobEnd, Place, Rule, Scope, Severity, Step
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec


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
    _states: list[JobState | Polled] = field(factory=list)
    _by_scope: dict[Scope, tuple[Rule, ...]] = field(factory=dict)
    _of_responses: tuple[tuple[Rule, Check], ...] = ()
    _of_sequences: tuple[tuple[Rule, Check], ...] = ()
    _fast: Learner | None = None
    _silent: int = 0

    def __attrs_post_init__(self) -> None:
        self.spec = self.spec.accepting(self.accept)
        for scope in Scope:
            self._by_scope[scope] = tuple(rule for rule in self.rules if rule.scope is scope)
        self._of_responses = tuple((rule, rule.check) for rule in self._by_scope[Scope.RESPONSE])
        self._of_sequences = tuple((rule, rule.check) for rule in self._by_scope[Scope.SEQUENCE])

    def repeats(self, *, beside: FastPath | None = None) -> FastPath:
        """The fast path, for a reader of lines whose every record is fed as it is read.

        ``beside`` is that of another check with the same specification, rules and options:
        what rules have said there is known here, and the other way round.
        """
        if self._fast is None:
            self._fast = Learner.of(self, beside=beside)
        return self._fast.path

    def feed(self, record: Response | Unreadable) -> list[Finding]:
        """The new findings that a record brings."""
        if isinstance(record, Unreadable):
            found = list(self._unreadable(record))
        else:
            found = self._judge(record)
        self._count(found, responses=isinstance(record, Response))
        return found

    def close(self) -> tuple[list[Finding], tuple[JobReport, ...]]:
        """The findings about jobs as a whole, and what is known of each job."""
        found = [finding for at in range(len(self._states)) for finding in self._ended(at)]
        self._count(found, responses=False)
        reports = tuple(map(_report, self._states))
        verdicts = [report.verdict for report in reports]
        taken = 0 if self._fast is None else self._fast.path.total
        self.summary = evolve(
            self.summary,
            responses=self.summary.responses + self._silent + taken,
            jobs=len(reports),
            consistent=verdicts.count(Verdict.CONSISTENT),
            inconsistent=verdicts.count(Verdict.INCONSISTENT),
            unknown=verdicts.count(Verdict.UNKNOWN),
        )
        return found, reports

    @property
    def order_of_jobs(self) -> list[JobState | Polled]:
        """All jobs in the order of their first responses, as they are kept."""
        return self._states

    @property
    def states(self) -> tuple[JobState, ...]:
        """The epochs of all jobs, in the order of their first responses."""
        return tuple(map(self._in_full, range(len(self._states))))

    def adopt(self, key: str, state: JobState) -> None:
        """Takes over an epoch that was judged elsewhere; ``key`` is its job's ARN or name."""
        self.jobs.setdefault(key, []).append(state)
        self._states.append(state)

    def _judge(self, response: Response) -> list[Finding]:
        found = None
        if self._fast is not None:
            found = self._said_again(response, self._fast)
            if found is None:
                found = self._said_first(response, self._fast)
        return self._judge_in_full(response) if found is None else found

    def _said_again(self, response: Response, fast: Learner) -> list[Finding] | None:
        """What rules say of a response of which it is known which of them speak."""
        known = fast.spoken(response)
        if known is None:
            return None
        step, spoken, said = known
        places = [(rule, place) for rule in spoken.rules for place in rule.check(step.reading)]
        found = [new for rule, place in places for new in self._found(rule, place, said, step)]
        return found if fast.went_on(spoken, said) else None

    def _said_first(self, response: Response, fast: Learner) -> list[Finding] | None:
        """What rules say of a response after the one before it, if that is all it rests on."""
        state = fast.recurred()
        if state is None:
            return None
        step, found, spoke = self._observed(state, response, None)
        return found if fast.learns(step, state, silent=not found, rules=spoke) else None

    def _judge_in_full(self, response: Response) -> list[Finding]:
        key = self._key(response)
        state, earlier = self._state_of(response, key)
        step, found, spoke = self._observed(state, response, earlier)
        if self._fast is not None:
            objected = earlier is not None or key != response.arn or len(self.jobs[key]) > 1
            if self._fast.judged(step, state, silent=not found, rules=spoke, objected=objected):
                del self.jobs[key]
        return found

    def _observed(
        self, state: JobState, response: Response, earlier: EarlierEpoch | None
    ) -> tuple[Step, list[Finding], tuple[Rule, ...]]:
        """The step that a response adds to its job, what is found, and the rules that spoke."""
        step = state.epoch.observe(response, earlier_epoch=earlier)
        rests_on = assumed(step)
        if rests_on is not state.assumed:
            state.assumed = max(state.assumed, rests_on, key=lambda level: level.rank)
        state.last_pair = (response.primary, response.secondary)
        reading = step.reading
        places = [(rule, place) for rule, check in self._of_responses for place in check(reading)]
        places += [(rule, place) for rule, check in self._of_sequences for place in check(step)]
        found = [new for rule, place in places for new in self._found(rule, place, state, step)]
        return step, found, tuple({rule.code: rule for rule, _ in places}.values())

    def _in_full(self, at: int) -> JobState:
        """The state of the job at a place in the order of first responses."""
        state = self._states[at]
        if isinstance(state, Polled):
            self._recall(state.arn)
            state = self.jobs[state.arn][-1]
        state.settle()
        return state

    def _recall(self, key: str) -> None:
        """The job has a state in full, if it had none."""
        state = None if self._fast is None else self._fast.recalled(key)
        if state is not None:
            self.jobs[key] = [state]

    def _found(
        self, rule: Rule, place: Place, state: JobState | Said, step: Step
    ) -> Iterator[Finding]:
        """The finding about a place, unless the job has had it."""
        finding = finding_of(rule, place)
        if is_new(finding, state):
            yield placed(finding, place, step)

    def _unreadable(self, record: Unreadable) -> Iterator[Finding]:
        for rule in self._by_scope[Scope.RECORD]:
            for place in rule.check(record):
                finding = finding_of(rule, place)
                yield evolve(finding, file=record.origin.file, line=record.origin.line)

    def _ended(self, at: int) -> Iterator[Finding]:
        """What rules say of the job at a place in the order of first responses."""
        state = self._states[at]
        if isinstance(state, Polled):
            if not any(self._about(polled_end(state))):
                return
            state = self._in_full(at)
        state.settle()
        epoch = state.epoch
        for rule, place in self._about(state.end):
            finding = evolve(finding_of(rule, place), job=epoch.job, index=epoch.responses - 1)
            if is_new(finding, state):
                yield finding

    def _about(self, end: JobEnd) -> Iterator[tuple[Rule, Place]]:
        return ((rule, place) for rule in self._by_scope[Scope.JOB] for place in rule.check(end))

    def _state_of(self, response: Response, key: str) -> tuple[JobState, EarlierEpoch | None]:
        """The state of the response's epoch, and another epoch of the name that it may overlap.

        A new epoch may overlap the one before; one that goes on may run into a later one.
        """
        self._recall(key)
        states = self.jobs.setdefault(key, [])
        for state in states:
            state.settle()
        for state in states:
            if _same_creation(state.epoch.created, response.created):
                if state.epoch.created is None:
                    state.epoch.created = response.created
                return state, later_epoch(states, state.epoch)
        epoch = Epoch(
            spec=self.spec,
            job=response.job,
            created=response.created,
            order=self.order,
            tolerances=self.tolerances,
        )
        earlier = earlier_epoch(states[-1].epoch) if states else None
        states.append(JobState(epoch))
        self._states.append(states[-1])
        return states[-1], earlier

    def _key(self, response: Response) -> str:
        """The job that a response belongs to; a name alone means the job last seen with it."""
        if self._fast is not None and response.name:
            self._fast.path.meets(response.arn, response.name)
        key = response.identity or self.names.get(response.name or "") or response.job
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


def _report(state: JobState | Polled) -> JobReport:
    return polled_report(state) if isinstance(state, Polled) else job_report(state)


def _same_creation(known: int | None, seen: int | None) -> bool:
    return known is None or seen is None or same_instant(known, seen)
