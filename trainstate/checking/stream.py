"""Many interleaved jobs in one stream: routes each record to its job, and judges it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from operator import attrgetter

from attrs import define, evolve, field

from trainstate.checking.compare import Comparer, Delta
from trainstate.checking.creations import Creations
from trainstate.checking.epoch import Epoch
from trainstate.checking.families import children
from trainstate.checking.findings import finding_of, placed
from trainstate.checking.implied import Folding, batches
from trainstate.checking.jobs import JobState, assumed, digest_of, other_epoch
from trainstate.checking.order import Order
from trainstate.checking.report import Finding, JobReport, Report, Summary, Verdict
from trainstate.checking.rulebook import Rulebook, rulebook
from trainstate.history.instants import parse, same_instant
from trainstate.history.model import Response, Unreadable, number_at
from trainstate.history.readers.lines import Line, Record
from trainstate.history.typed import Typed
from trainstate.rules.index import select_rules
from trainstate.rules.model import Comparison, OtherEpoch, Rule, Severity, Violation
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec


@define(kw_only=True)
class Checker:
    """An incremental check: takes records and returns findings; ``close`` reports the jobs.

    ``spec`` is narrowed to ``accept``; ``order`` None means arrival for polls and no order for
    events. ``counted`` is the number of responses that showed nothing new. Records of another
    machine are judged by a checker of their own, whose jobs are listed among this one's. Memory
    grows with jobs and their changes.
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
    _book: Rulebook = field(init=False)
    counted: int = 0
    _creations: dict[str, Creations] = field(factory=dict)
    _comparer: Comparer | None = None
    _without_findings: int = 0
    _by_machine: dict[str, Checker] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.spec = self.spec.accepting(self.accept)
        self._book = rulebook(self.spec, self.rules, self.tolerances)
        self._comparer = None if self.order is Order.FREE else self._book.comparer

    def feed(self, record: Record) -> list[Finding]:
        """The new findings about a record."""
        if isinstance(record, Line):
            return self._feed_line(record)
        if isinstance(record, Response) and record.machine not in ("", self.spec.name):
            return self._of_machine(record.machine).feed(record)
        if isinstance(record, Unreadable):
            found = list(self._unreadable(record))
        else:
            found = self._judge(record)
        self._count(found, responses=isinstance(record, Response))
        return found

    def repeats(self, line: Line) -> bool:
        """Whether a line repeats the newest response of its job; if so it is counted."""
        states, comparer = self.jobs.get(line.typed.arn, []), self._comparer
        shown = states[0].shown if len(states) == 1 else None
        if shown is None or comparer is None or not comparer.is_same(shown, line):
            return False
        states[0].go_on(Delta(shown), comparer.decode)
        self.counted += 1
        self._count((), responses=True)
        return True

    def _of_machine(self, name: str) -> Checker:
        if name not in self._by_machine:
            self._by_machine[name] = Checker(
                spec=self.spec.of_machine(name),
                rules=self.rules,
                accept=self.accept,
                order=self.order,
                tolerances=self.tolerances,
                states=self._states,
            )
        return self._by_machine[name]

    def _feed_line(self, line: Line) -> list[Finding]:
        """The new findings about a line; most lines need no judging."""
        found = None if self._comparer is None else self._take(line, self._comparer)
        if found is None:
            record = line.response()
            if isinstance(record, Unreadable):
                return self.feed(record)
            found = self._judge(record, line)
        self._count(found, responses=True)
        return found

    def _take(self, line: Line, comparer: Comparer) -> list[Finding] | None:
        """The new findings about a line that continues its job; None if it must be judged."""
        typed = line.typed
        states = self.jobs.get(typed.arn)
        if states is None:
            delta = None if typed.name in self.names else comparer.first(line)
            state = None if delta is None else self._begin(typed)
        else:
            state = states[0] if len(states) == 1 else None
            delta = None if state is None else comparer.next(state, line)
        if delta is None or state is None:
            return None
        if typed.name in self.names:
            self.names[typed.name] = typed.arn
        state.go_on(delta, comparer.decode)
        found = [self._located(one, line, state) for one in delta.findings if state.takes(one)]
        if delta.to_judge:
            found += self._asked(line, delta, state, comparer)
        else:
            self.counted += not found
        return sorted(found, key=attrgetter("code")) if len(found) > 1 else found

    def _asked(
        self, line: Line, delta: Delta, state: JobState, comparer: Comparer
    ) -> list[Finding]:
        """The new findings about the parts of a line that must be judged."""
        response = line.response()
        if isinstance(response, Unreadable):
            return list(self._unreadable(response))
        # Sequence rules do not apply to a response that continues its job.
        reading = comparer.variants.reading(response, delta.shown)
        comparison = Comparison(reading=reading, index=state.responses - 1)
        violations = self._book.of_responses.ask(reading, delta.to_judge)
        return [
            new
            for rule, violation in violations
            for new in self._found(rule, violation, state, comparison)
        ]

    @staticmethod
    def _located(finding: Finding, line: Line, state: JobState) -> Finding:
        """A finding about a small part, with the line's job and place."""
        return evolve(
            finding,
            job=line.typed.arn,
            file=line.source.file,
            line=line.number,
            index=state.responses - 1,
            record=line,
        )

    def _begin(self, typed: Typed) -> JobState:
        """The state of a job that begins with a line; its epoch is made on first use."""
        created = parse(typed.created)[0]
        state = JobState(begin=partial(self._epoch, typed.arn, created))
        self.jobs[typed.arn], self.names[typed.name] = [state], typed.arn
        self._states.append(state)
        return state

    def close(self) -> tuple[list[tuple[int, Finding]], tuple[JobReport, ...]]:
        """The findings about whole jobs, each with its job's number, and the job reports."""
        parts = [self, *self._by_machine.values()]
        owners = {
            id(state): part
            for part in self._by_machine.values()
            for states in part.jobs.values()
            for state in states
        }
        began: dict[int, list[JobState]] = {}
        for parent, child in children((part.spec, part.jobs) for part in parts):
            began.setdefault(id(parent), []).append(child)
        found = [
            (at, new)
            for at, state in enumerate(self._states)
            for new in owners.get(id(state), self).ended(state, began.get(id(state), ()))
        ]
        self._count([finding for _, finding in found], responses=False)
        reports = tuple(
            evolve(state.report, machine=owners[id(state)].spec.name)
            if id(state) in owners
            else state.report
            for state in self._states
        )
        verdicts = [report.verdict for report in reports]
        self.summary = evolve(
            self.summary,
            responses=sum(part.seen for part in parts),
            errors=sum(part.summary.errors for part in parts),
            warnings=sum(part.summary.warnings for part in parts),
            infos=sum(part.summary.infos for part in parts),
            jobs=len(reports),
            consistent=verdicts.count(Verdict.CONSISTENT),
            inconsistent=verdicts.count(Verdict.INCONSISTENT),
            unknown=verdicts.count(Verdict.UNKNOWN),
        )
        return found, reports

    @property
    def seen(self) -> int:
        """How many responses were judged or counted."""
        return self.summary.responses + self._without_findings

    @property
    def states(self) -> tuple[JobState, ...]:
        """The states of all jobs, in the order of their first responses."""
        return tuple(self._states)

    def adopt(self, key: str, state: JobState) -> None:
        """Adds a state that was judged elsewhere; ``key`` is its job's ARN or name."""
        self.jobs.setdefault(key, []).append(state)
        self._states.append(state)

    def _judge(self, response: Response, line: Line | None = None) -> list[Finding]:
        key = self._key(response)
        state, others = self._state_of(response, key)
        judged, state.last_digest = state.last_digest, digest_of(response)
        if judged and judged == state.last_digest and not others:
            state.responses += 1
            return []
        comparison = state.epoch.observe(response, other_epochs=others)
        state.responses += 1
        state.rests_on(assumed(comparison))
        state.last_pair = (response.primary, response.secondary)
        if self.spec.counters and response.modified == state.epoch.newest:
            pointers = {one for counter in self.spec.counters for one in counter.pointers}
            found = {pointer: number_at(response, pointer) for pointer in pointers}
            state.counts |= {one: count for one, count in found.items() if count is not None}
        violations = self._book.of_responses.ask(comparison.reading)
        sequences = self._book.of_sequences
        violations += [
            (rule, violation) for rule, check in sequences for violation in check(comparison)
        ]
        self._show(comparison, state, line, known=key == response.arn)
        return [
            new
            for rule, violation in violations
            for new in self._found(rule, violation, state, comparison)
        ]

    def _show(
        self, comparison: Comparison, state: JobState, line: Line | None, *, known: bool
    ) -> None:
        """Updates what the newest response showed."""
        state.shown = None
        if line is None or self._comparer is None:
            state.straight = False
            return
        known = known and len(self.jobs[comparison.response.arn or ""]) == 1
        known = known and comparison.response.modified == state.epoch.newest
        shown = self._comparer.shown(comparison, line, known=known)
        state.shown = shown
        state.straight &= shown is not None and shown.goes_on
        if shown is not None:
            silent = not self._book.of_responses.ask(comparison.reading, {"Attached"})
            shown.goes_on = (
                state.straight and silent and state.epoch.is_shown_by(comparison.response)
            )

    def _found(
        self, rule: Rule, violation: Violation, state: JobState, comparison: Comparison
    ) -> Iterator[Finding]:
        """The finding about a violation, unless the job has had it."""
        finding = finding_of(rule, violation)
        if state.takes(finding):
            yield placed(finding, violation, comparison)

    def _unreadable(self, record: Unreadable) -> Iterator[Finding]:
        for rule in self._book.of_records:
            for violation in rule.check(record):
                finding = finding_of(rule, violation)
                yield evolve(finding, file=record.origin.file, line=record.origin.line)

    def ended(self, state: JobState, began: Iterable[JobState]) -> Iterator[Finding]:
        """The findings about a whole job and the jobs that it started."""
        for rule in self._book.of_jobs:
            for violation in rule.check(end := state.end(self.spec, began)):
                finding = evolve(finding_of(rule, violation), job=end.job, index=end.responses - 1)
                if state.takes(finding):
                    yield finding

    def _state_of(self, response: Response, key: str) -> tuple[JobState, tuple[OtherEpoch, ...]]:
        """The state of a response's epoch, and the other epochs that it may overlap.

        A new epoch may overlap those created before and after it; a known one may run into a
        later one.
        """
        states = self.jobs.setdefault(key, [])
        state = self._created_at(states, response.created, key) if states else None
        if state is not None:
            if state.epoch.created is None:
                state.epoch.created = response.created
            if len(states) < 2 or state.epoch.created is None:
                return state, ()
            return state, self._later(states, state.epoch.created, key)
        others: tuple[OtherEpoch, ...] = ()
        if states and response.created is not None:
            place = self._creations_of(states, key).before(response.created)
            before = () if place is None else (other_epoch(states[place].epoch),)
            others = before + self._later(states, response.created, key)
        states.append(JobState(self._epoch(response.job, response.created)))
        self._states.append(states[-1])
        return states[-1], others

    def _created_at(self, states: list[JobState], created: int | None, key: str) -> JobState | None:
        """The first epoch of a name that can have begun at an instant; None if there is none."""
        known = states[0].epoch.created
        if created is None or known is None or same_instant(known, created):
            return states[0]
        place = self._creations_of(states, key).at(created) if len(states) > 1 else None
        return None if place is None else states[place]

    def _later(self, states: list[JobState], created: int, key: str) -> tuple[OtherEpoch, ...]:
        """The epoch of the name created next after an instant."""
        place = self._creations_of(states, key).after(created)
        return () if place is None else (other_epoch(states[place].epoch),)

    def _creations_of(self, states: list[JobState], key: str) -> Creations:
        """The creation times of a name's epochs; an unknown one can only be a sole epoch's."""
        creations = self._creations.setdefault(key, Creations())
        for state in states[creations.count :]:
            creations.add(state.epoch.created or 0)
        return creations

    def _epoch(self, job: str, created: int | None) -> Epoch:
        return Epoch(
            spec=self.spec,
            job=job,
            created=created,
            order=self.order,
            tolerances=self.tolerances,
        )

    def _key(self, response: Response) -> str:
        """The key of a response's job; a bare name means the job last seen with it."""
        key = response.identity or self.names.get(response.name or "") or response.job
        if response.name and response.name.casefold() == response.called:
            known = self.names.setdefault(response.name, key)
            if known == response.name:
                return known
            self.names[response.name] = key
        return key

    def _count(self, found: Iterable[Finding], *, responses: bool) -> None:
        levels = [finding.severity for finding in found]
        if responses and not levels:
            self._without_findings += 1
            return
        totals = self.summary
        self.summary = evolve(
            totals,
            responses=totals.responses + responses,
            errors=totals.errors + levels.count(Severity.ERROR),
            warnings=totals.warnings + levels.count(Severity.WARNING),
            infos=totals.infos + levels.count(Severity.INFO),
        )


def judge(records: Iterable[Record], checker: Checker) -> Report:
    """The report on a stream of records."""
    folding = Folding()
    findings = [one for record in records for one in folding.fold(checker.feed(record))]
    at_end, jobs = checker.close()
    findings += [one for batch in batches(at_end) for one in folding.fold(batch)]
    return Report(
        findings=tuple(findings),
        jobs=jobs,
        summary=checker.summary,
        spec_version=checker.spec.version,
    )
