"""The fuzzer: tries programs until time or calls are spent, then shrinks them."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from uuid import uuid4

from attrs import Factory, define, evolve, field
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import target as aim

from trainstate.checking.baseline import Baseline, read_baseline
from trainstate.checking.report import Finding
from trainstate.errors import InputError, UsageError
from trainstate.rules.exchange import CREATE, DESCRIBE
from trainstate.rules.index import select_rules
from trainstate.rules.model import Rule, Severity
from trainstate.spec.load import BUILTIN, builtin_spec
from trainstate.spec.model import Spec
from trainstate.testing.coverage import Coverage
from trainstate.testing.fuzzing.ledger import api, whole
from trainstate.testing.fuzzing.performer import Performer, judged
from trainstate.testing.fuzzing.program import (
    Program,
    beside,
    create,
    finish,
    fitted,
    lives,
    openings,
    programs,
    short,
    shrunk,
    stages,
)
from trainstate.testing.fuzzing.report import Discovery, FuzzReport, Key, key_of
from trainstate.testing.fuzzing.requests import creation, job_name, kind_of
from trainstate.testing.fuzzing.scripting import script
from trainstate.testing.fuzzing.subject import Advance, Maker, Target, target_of

_SHARE = 0.6
"""The share of the time for trying programs; the rest is for shrinking."""
_IMPATIENT = 0.05
"""Real seconds to wait for an end after one wait was in vain."""
INTERRUPTED = "interrupted"
_MOST_RUNS = 150
"""Runs for shrinking the program of one finding."""


class Spent(BaseException):
    """The calls or the time are spent. Not an Exception: nothing shall catch it."""


@define
class Trace:
    """The shortest program so far that showed a finding."""

    finding: Finding
    program: Program
    programs: int = 1


@define(kw_only=True)
class Fuzzer:
    """One run of the fuzzer, with at most so many calls, programs and seconds; None: no limit."""

    target: Target
    spec: Spec
    rules: tuple[Rule, ...]
    most_calls: int | None
    most_programs: int
    most_seconds: float | None
    seed: int
    on_program: Callable[[int], object]
    calls: int = 0
    programs: int = 0
    visits: Coverage = field(default=Factory(lambda self: Coverage(self.spec), takes_self=True))
    traces: dict[Key, Trace] = field(factory=dict)
    ended: str = "programs"
    _shared: bool = True
    _spots: int = 0
    _shown: set[str] = field(factory=set)
    _run: str = field(factory=lambda: uuid4().hex[:6])
    _begun: float = field(factory=time.monotonic)
    _patience: float = field(default=Factory(lambda self: self.target.patience, takes_self=True))

    @property
    def seconds(self) -> float:
        """The seconds since the fuzzer began."""
        return time.monotonic() - self._begun

    def explore(self) -> None:
        """Tries the openings, then programs from Hypothesis, while calls and time last."""
        until = None if self.most_seconds is None else self.most_seconds * _SHARE
        self._shared = self._is_shared() if self.target.shared is None else self.target.shared
        try:
            wide = beside() if self._is_wide else ()
            known = chain(openings(), lives(), stages(), wide, short())
            for program in dict.fromkeys(map(self._fitted, known)):
                self._try(program, until)
            self._draw(until)
        except Spent:
            pass
        except KeyboardInterrupt:
            # Report what was found so far.
            self.ended = INTERRUPTED

    @property
    def _is_wide(self) -> bool:
        return self.target.wide and kind_of(self.spec) == BUILTIN

    def _fitted(self, program: Program) -> Program:
        return fitted(program, self.spec, api(kind_of(self.spec)).operations)

    def _is_shared(self) -> bool:
        """Whether one client's job exists for the next."""
        facts, name = api(kind_of(self.spec)), job_name("a", f"{self._run}0")
        with self.target.open(0) as first:
            asked = creation("plain", name, self.spec)
            facts.called(first.client, facts.methods[CREATE], asked)
        with self.target.open(0) as second:
            named = {self.spec.layout.name: name}
            return bool(facts.called(second.client, facts.methods[DESCRIBE], named)[0])

    def _draw(self, until: float | None) -> None:
        rest = self.most_programs - self.programs
        if rest < 1:
            return

        @seed(self.seed)
        @settings(
            max_examples=rest,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.target),
            # They judge a test's own strategies; here a target that is slow, or refuses
            # much, is what is looked at.
            suppress_health_check=list(HealthCheck),
        )
        @given(programs(wide=self._is_wide))
        def tries(program: Program) -> None:
            found = self._try(program, until)
            # Programs that show more of the specification are bred from.
            aim(float(len(found.visits.transitions) + len(found.visits.pairs)), label="shown")

        tries()

    def _try(self, program: Program, until: float | None) -> Performer:
        if self.programs >= self.most_programs:
            raise Spent
        self._spend(until, self.most_calls)
        found = self._perform(program)
        self.programs += 1
        self._spots += found.ledger.spots
        self._shown |= found.ledger.shown
        self.on_program(self.calls)
        return found

    def _spend(self, until: float | None, calls: int | None) -> None:
        """Raises Spent if the time is over or the calls are made."""
        if until is not None and self.seconds > until:
            self.ended = "time"
            raise Spent
        if calls is not None and self.calls >= calls:
            self.ended = "calls"
            raise Spent

    def _perform(self, program: Program) -> Performer:
        """Runs a program on a fresh subject, and notes what it shows."""
        program = self._fitted(program)
        token = f"{self._run}{self.programs}x{self.calls}" if self._shared else "0"
        with self.target.open(program.seed) as subject:
            performer = Performer(
                subject=subject,
                spec=self.spec,
                rules=self.rules,
                token=token,
                patience=self._patience,
            ).perform(program)
        self.calls += performer.calls
        self.visits.add(performer.visits)
        self._note(program, performer)
        return performer

    def _note(self, program: Program, performer: Performer) -> None:
        """Keeps the shortest program of each finding, without what comes after it."""
        noted: set[Key] = set()
        for at, finding in performer.spotted:
            key = key_of(finding)
            if finding.severity is Severity.INFO or key in noted:
                continue
            noted.add(key)
            if "polls" in finding.facts:
                # A wait was in vain; waiting as long for the next tells nothing new.
                self._patience = min(self._patience, _IMPATIENT)
            cut = evolve(program, calls=program.calls[: at + 1])
            known = self.traces.setdefault(key, Trace(finding, cut, programs=0))
            known.programs += 1
            if len(cut.calls) < len(known.program.calls):
                known.finding, known.program = finding, cut

    def discoveries(self) -> Iterator[Discovery]:
        """The findings, each with its smallest program, worst first.

        Shrinking may find others: they come after it.
        """
        settled: set[Key] = set()
        while left := self.traces.keys() - settled:
            key = min(left, key=lambda key: (self.traces[key].finding.severity.rank, key))
            settled.add(key)
            yield self._settled(key, self.traces[key])
        yield from self._of_all()

    def _settled(self, key: Key, trace: Trace) -> Discovery:
        runs, shown = [0], [False]

        def holds(program: Program) -> bool:
            self._spend(self.most_seconds, None)
            if runs[0] >= _MOST_RUNS:
                raise Spent
            runs[0] += 1
            found = self._perform(program)
            shown[0] = any(key_of(finding) == key for _, finding in found.spotted)
            return shown[0]

        # Every run is noted: if it breaks off, the trace has what was reached.
        with suppress(Spent):
            if self.ended != INTERRUPTED and holds(trace.program):
                trace.program = shrunk(trace.program, holds)
                shown[0] = True
        reproducible = None if runs[0] == 0 else runs[0] > 1 or shown[0]
        return self._discovery(trace, reproducible)

    def _discovery(self, trace: Trace, reproducible: bool | None) -> Discovery:
        return Discovery(
            key=key_of(trace.finding),
            finding=trace.finding,
            program=trace.program,
            script=script(trace.program, trace.finding, self.target.script, self.spec),
            programs=trace.programs,
            reproducible=reproducible,
        )

    def _of_all(self) -> Iterable[Discovery]:
        """The findings about all programs together."""
        exchange = whole(self.spec, spots=self._spots, shown=frozenset(self._shown))
        program = Program(calls=(create(word="spot"), finish()))
        for finding in judged(exchange, self.rules):
            yield self._discovery(Trace(finding, program, self._spots), True)


SECONDS, PROGRAMS = 50.0, 1_000
"""The default time and number of programs."""


def fuzz(
    make_client: Maker | Target,
    *,
    advance: Advance | None = None,
    budget: int | None = None,
    max_examples: int | None = None,
    seconds: float | None = SECONDS,
    seed: int = 0,
    baseline: Baseline | str | Path | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    spec: Spec | None = None,
    on_program: Callable[[int], object] | None = None,
) -> FuzzReport:
    """Drives a service of jobs through programs of calls, and reports on it.

    ``make_client`` makes a client with the methods of a boto3 SageMaker client, a fresh one for
    each program: it returns the client, a ``Subject``, or a context manager of either, and
    may take a ``seed``. ``advance`` advances the service by so many seconds.
    ``budget`` limits API calls, ``max_examples`` programs
    (1,000, or unlimited with a budget), ``seconds`` the time; None for no
    limit. ``spec`` is the machine of the jobs: training jobs without one, or processing, transform
    or tuning jobs. Findings in ``baseline``, a file or a Baseline, are known. ``select`` and
    ``ignore`` choose rules as ``trainstate.check`` does. Raises UsageError for an
    option, InputError for a baseline that cannot be read.
    """
    known = _baseline(baseline)
    for name, value in (("budget", budget), ("max_examples", max_examples), ("seconds", seconds)):
        if value is not None and not value > 0:
            raise UsageError(f"Expected {name} to be more than 0 but got {value!r}.")
    target, spec = target_of(make_client, advance=advance), spec or builtin_spec()
    if target.only not in ("", kind_of(spec)):
        raise UsageError(f"The target {target.label} has no {spec.name}s; fuzz {target.only}s.")
    fuzzer = Fuzzer(
        target=target,
        spec=spec,
        rules=select_rules(select=tuple(select), ignore=tuple(ignore)),
        most_calls=budget,
        most_programs=max_examples or (PROGRAMS if budget is None else budget),
        most_seconds=seconds,
        seed=seed,
        on_program=on_program or (lambda _calls: None),
    )
    fuzzer.explore()
    return _report(fuzzer, known)


def _report(fuzzer: Fuzzer, known: Baseline) -> FuzzReport:
    found = tuple(sorted(fuzzer.discoveries(), key=lambda one: one.rank))
    return FuzzReport(
        target=fuzzer.target.label,
        seed=fuzzer.seed,
        discoveries=tuple(d for d in found if d.emblem not in known),
        known=tuple(d for d in found if d.emblem in known),
        calls=fuzzer.calls,
        programs=fuzzer.programs,
        seconds=round(fuzzer.seconds, 3),
        visits=fuzzer.visits,
        ended=fuzzer.ended,
        spec_version=fuzzer.spec.version,
    )


def _baseline(given: Baseline | str | Path | None) -> Baseline:
    if given is None:
        return Baseline()
    if isinstance(given, Baseline):
        return given
    try:
        text = Path(given).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The baseline {str(given)!r} cannot be read ({error}).") from None
    return read_baseline(text, file=str(given))
