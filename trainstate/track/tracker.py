"""A tracker follows one job: it takes the service's answers and reports what they mean.

It is built on the check: the rules judge every response as `check` would, so after n responses
the tracker knows what a check of those n responses says.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import Any

from trainstate.checking.epoch import Epoch
from trainstate.checking.jobs import JobState
from trainstate.checking.options import CheckerOptions, instance_of
from trainstate.checking.report import JobReport, Verdict
from trainstate.history.instants import datetime_of
from trainstate.history.machines import machine_named
from trainstate.history.model import Response
from trainstate.history.readers.lines import Record
from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.rules.tolerances import Tolerances
from trainstate.spec.load import builtin_spec, spec_names
from trainstate.spec.model import Evidence, Spec
from trainstate.spec.outcome import Outcome
from trainstate.track.future import NextState, can_reach, first_states, next_states
from trainstate.track.ledger import Ledger
from trainstate.track.life import Life
from trainstate.track.observed import records_of, refuse_another
from trainstate.track.outcome import ENDED
from trainstate.track.snapshot import dump, load
from trainstate.track.timeline import Duration, durations
from trainstate.track.update import Standing, TimelineItem, Update, joined


class Tracker:
    """What is known of one job, kept up to date by observations in any order.

    ``job`` is the name or the ARN; None takes that of the first observation. If ``spec`` is None,
    the ARN or the first observation decides the machine: a training job, a processing job, …
    ``spec``, ``select``, ``ignore``, ``accept``, ``order`` and ``tolerances`` are as in
    ``trainstate.check``. Two trackers are equal if they know the same about their jobs.

    Threads may share a tracker: it locks while it observes, answers and saves.
    """

    def __init__(
        self,
        *,
        job: str | None = None,
        spec: Spec | None = None,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        accept: str = Evidence.DEPRECATED,
        order: str | None = None,
        tolerances: Tolerances | None = None,
    ) -> None:
        self._options = CheckerOptions(
            select=select, ignore=ignore, accept=accept, order=order, tolerances=tolerances
        )
        job = None if job is None else instance_of("job", job, str)
        spec = None if spec is None else instance_of("spec", spec, Spec)
        self._ledger = Ledger(
            checker=self._options.checker(machine_named(job or "", spec)),
            name=None if job is None else job.rpartition("/")[2],
            arn=job if job is not None and job.startswith("arn:") else None,
        )
        self._lock = threading.RLock()

    def observe(self, observed: Any) -> Update:
        """Takes an observation and returns what it changed.

        ``observed`` is a DescribeTrainingJob response as boto3 returns it, an EventBridge event,
        a ListTrainingJobs summary, a history (the list of its entries), JSON text of one of
        these, or a list of them; it is never changed. No answer of the service raises: an
        unknown status is a finding. Raises UsageError for another job's response and for a
        value that cannot hold one, InputError for text that is not JSON.
        """
        with self._lock:
            records = records_of(observed, self.spec)
            if not records:
                refuse_another(observed, self.spec)
            if not self.job_was_seen:
                self._is_of(records)
            updates = [self._ledger.take(record) for record in records]
            return reduce(joined, updates) if updates else self._ledger.update()

    def _is_of(self, records: Iterable[Record]) -> None:
        """Adopts the machine of the first observation."""
        read = (record for record in records if isinstance(record, Response))
        machine = next((record.machine for record in read), "")
        if machine:
            spec = self.spec.of_machine(machine)
            self._ledger.checker = self._options.checker(spec)

    def lost(self) -> Update:
        """Records that the service no longer has the job: it was deleted."""
        with self._lock:
            return self._ledger.lose()

    @property
    def job(self) -> str | None:
        """The ARN of the job, or its name; None before it is known."""
        return self._ledger.arn or self._ledger.name

    @property
    def job_was_seen(self) -> bool:
        """Whether an observation has shown the job."""
        return bool(self._ledger.lives)

    @property
    def created(self) -> datetime | None:
        """When the present job of the name was created, in UTC; None if unknown."""
        with self._lock:
            created = None if self._state is None else self._state.created
            return None if created is None else datetime_of(created)

    @property
    def spec(self) -> Spec:
        """The specification of the job."""
        return self._ledger.checker.spec

    @property
    def configuration(self) -> Configuration:
        """What the job's configuration allows, as far as it was seen."""
        with self._lock:
            return UNSEEN if self._state is None else self._state.config

    @property
    def state(self) -> Standing:
        """The newest pair of statuses."""
        with self._lock:
            return self._ledger.picture().state

    @property
    def outcome(self) -> Outcome:
        """What became of the job."""
        with self._lock:
            return self._ledger.picture().outcome

    @property
    def is_terminal(self) -> bool:
        """Whether the job has ended or its record is gone."""
        return self.outcome in ENDED

    @property
    def timeline(self) -> tuple[TimelineItem, ...]:
        """Every status that the job passed, with its times and provenance."""
        with self._lock:
            return self._ledger.picture().items

    @property
    def durations(self) -> tuple[Duration, ...]:
        """How long the job was in each status, by attempt."""
        with self._lock:
            newest = -1 if self._state is None else self._state.newest
            return durations(self._ledger.picture().items, newest)

    @property
    def attempts(self) -> int:
        """How often the job was started, including retries and restarts; 0 before it was seen."""
        return max((item.attempt for item in self.timeline), default=0)

    @property
    def interruptions(self) -> int:
        """How often the job lost its capacity."""
        counted = self.spec.attempts.interruptions
        return sum(item.status in counted for item in self.timeline)

    @property
    def training_seconds(self) -> float | None:
        """The newest training time in seconds; None if it was not seen."""
        return self._newest(self.spec.layout.training_seconds)

    @property
    def billable(self) -> float | None:
        """The newest billable time of one instance in seconds; None if it was not seen."""
        return self._newest(self.spec.layout.billable_seconds)

    @property
    def instances(self) -> int | None:
        """The number of billed instances; None if the configuration was not seen."""
        with self._lock:
            life = self._life
            return None if life is None else life.instances

    @property
    def savings(self) -> float | None:
        """Percent saved by managed spot; None if undefined.

        It is (1 - billable / training) * 100, for jobs that trained at all.
        """
        training, billable = self.training_seconds, self.billable
        if not training or billable is None:
            return None
        return (1 - billable / training) * 100

    @property
    def failure_reason(self) -> str | None:
        """The newest failure reason: the service's text, untrusted; None if absent."""
        with self._lock:
            life = self._life
            return None if life is None else life.reason

    @property
    def next(self) -> tuple[NextState, ...]:
        """States that can come next, with the evidence; empty after the end."""
        with self._lock:
            if self._epoch is None:
                return first_states(self.spec)
            return next_states(self._epoch, self._ledger.picture().state)

    def can_reach(self, primary: str | None = None, secondary: str | None = None) -> bool:
        """Whether the job is in a state with these statuses or can still reach one.

        None fits any status. Raises UnknownNameError for a status that does not exist.
        """
        with self._lock:
            return can_reach(
                self.spec,
                self._epoch,
                self._ledger.picture().state,
                primary=primary,
                secondary=secondary,
            )

    @property
    def epochs(self) -> tuple[JobReport, ...]:
        """What the check says about each job of this name, in order of appearance."""
        with self._lock:
            return tuple(state.report for state in self._ledger.checker.states)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the epochs."""
        verdicts = [report.verdict for report in self.epochs]
        return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.CONSISTENT)

    def to_json(self) -> str:
        """The tracker as JSON text, to continue in another process.

        The form has a version; it contains no hyperparameter, environment variable or other
        configuration, only digests.
        """
        with self._lock:
            return dump(self._ledger, self._options)

    @classmethod
    def from_json(cls, text: str | bytes, *, spec: Spec | None = None) -> Tracker:
        """The tracker that ``to_json`` saved, as if it had never stopped.

        ``spec`` is the saved tracker's own, if it was not one of the package's. Raises InputError
        for text that is damaged, newer, or of a tracker with another specification.
        """
        tracker = cls(spec=spec)
        tracker._ledger, tracker._options = load(text, spec)
        return tracker

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles go through a saved tracker: a copy shares nothing."""
        spec = self.spec
        own = spec.name in spec_names() and spec == builtin_spec(spec.name)
        return Tracker._revived, (self.to_json(), None if own else spec)

    @classmethod
    def _revived(cls, text: str, spec: Spec | None) -> Tracker:
        return cls.from_json(text, spec=spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tracker):
            return NotImplemented
        return self._knowledge() == other._knowledge()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Tracker of {self.job or 'no job yet'}: {self.state}, {self.outcome}>"

    def _knowledge(self) -> tuple[Any, ...]:
        with self._lock:
            ledger = self._ledger
            pictures = [
                (state.created, ledger.picture(place))
                for place, state in enumerate(ledger.checker.states)
            ]
            what = (ledger.checker.spec.name, self.job, self.billable, self.instances)
            return *what, sorted(pictures, key=repr)

    @property
    def _life(self) -> Life | None:
        ledger = self._ledger
        return ledger.lives[ledger.current] if ledger.lives else None

    @property
    def _state(self) -> JobState | None:
        states = self._ledger.checker.states
        return states[self._ledger.current] if states else None

    @property
    def _epoch(self) -> Epoch | None:
        return None if self._state is None else self._state.epoch

    def _newest(self, member: str) -> float | None:
        with self._lock:
            values = None if self._epoch is None else self._epoch.billing.get(member)
            return values.runs[-1].value if values is not None and values.runs else None
