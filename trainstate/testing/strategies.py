"""Hypothesis strategies for jobs, and for what an observer sees of them.

Every strategy takes the keyword-only options that ``StrategyOptions`` describes. Runs come from
the machine's graph, never from the rules, and shrink to the simplest job: the first status, then
the shortest path to the end.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, Unpack

from attrs import evolve, frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from trainstate.history.model import Entry
from trainstate.machine.record import event
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec
from trainstate.testing import observations
from trainstate.testing.options import Keywords, Short, StrategyOptions, options_of
from trainstate.testing.runs import HEAD, Run, guard_sets, run_of, walk_graph

T = TypeVar("T")
Response = dict[str, Any]

_MOST_STEPS = 10
_MOST_JOBS = 4
# One byte string is one draw; a draw for each step would take most of the time.
_heads = st.binary(min_size=HEAD, max_size=HEAD)
_paths = st.binary(max_size=_MOST_STEPS)
_textures = st.binary(max_size=_MOST_STEPS + 4)
_marks = st.binary(max_size=2 * _MOST_STEPS)


@frozen(repr=False)
class _Drawing(Short):
    """What is drawn, and its display; the repr is short, as Hypothesis prints strategies."""

    spec: Spec
    options: StrategyOptions
    show: Callable[["_Drawing", DrawFn], Any]

    def __repr__(self) -> str:
        return f"{self.spec.name}, {self.options!r}"

    def run(self, draw: DrawFn, name: str = "job-1") -> Run:
        head, path, texture = draw(_heads), draw(_paths), draw(_textures)
        return run_of(self.spec, self.options, name=name, head=head, path=path, texture=texture)

    def response(self, run: Run, index: int, mark: int = 0) -> Response:
        """A response; without its history if that was asked for, or by the mark."""
        history = mark < 128 if self.options.history is None else self.options.history
        return observations.response(run, index, times=self.options.times, short=not history)

    def moments(self, run: Run, tape: bytes) -> tuple[int, ...]:
        last = self.options.terminal is not None
        return observations.moments(run, self.options.density, tape, last=last)

    def tape(self, draw: DrawFn) -> bytes:
        return draw(st.binary(min_size=self.options.least, max_size=self.options.most))


@frozen(eq=False, repr=False)
class Strategies(Short):
    """The strategies for one specification.

    Each method takes the options as keyword arguments and raises UsageError at once for an
    option that does not exist or that no run can meet.
    """

    spec: Spec

    def __repr__(self) -> str:
        return f"from_spec({self.spec.name})"

    def runs(self, **options: Unpack[Keywords]) -> SearchStrategy[Run]:
        """Runs of jobs: the service's records, one for each step."""
        return self._drawn(options_of(options), _Drawing.run)

    def histories(self, **options: Unpack[Keywords]) -> SearchStrategy[tuple[Entry, ...]]:
        """Histories of jobs, as their last responses show them."""
        return self._drawn(options_of(options), lambda it, draw: it.run(draw).records[-1].history)

    def responses(self, **options: Unpack[Keywords]) -> SearchStrategy[Response]:
        """Single responses at any moment of a job, with every member that fits its state."""
        return self._drawn(options_of(options), _one_response)

    def polls(self, **options: Unpack[Keywords]) -> SearchStrategy[list[Response]]:
        """Responses of one job in the order of the polls.

        States are repeated and missed, and the record is modified after the end.
        """
        return self._drawn(options_of(options), _polled)

    def events(self, **options: Unpack[Keywords]) -> SearchStrategy[list[Response]]:
        """EventBridge events of one job, as they arrive: some are lost, come twice, or are swapped.

        Their times are epoch milliseconds unless the options say otherwise.
        """
        return self._drawn(options_of({"times": "epoch-ms", **options}), _emitted)

    def logs(self, **options: Unpack[Keywords]) -> SearchStrategy[str]:
        """What the SageMaker Python SDK prints while it waits for a job."""
        return self._drawn(options_of(options), _printed)

    def jobs(self, **options: Unpack[Keywords]) -> SearchStrategy[list[Response]]:
        """Responses of several jobs, interleaved; each job's own are in order."""
        return self._drawn(options_of(options), _interleaved)

    def _drawn(
        self, options: StrategyOptions, show: Callable[[_Drawing, DrawFn], T]
    ) -> SearchStrategy[T]:
        spec = narrowed(self.spec, options.evidence)
        for guards in guard_sets(spec, options):
            walk_graph(spec, guards, options.terminal, options.file_mode)
        return _shown(_Drawing(spec, options, show))


@lru_cache(maxsize=64)
def narrowed(spec: Spec, level: Evidence) -> Spec:
    """The specification without weaker evidence; cached for each level.

    Every state of a run may be shown, so a run also avoids pairs of weaker evidence.
    """
    accepting = spec.accepting(level)
    shown = tuple(key for key in spec.entered if key in accepting.pair_by_key)
    return accepting if accepting.entered == shown else evolve(accepting, entered=shown)


@lru_cache(maxsize=64)
def from_spec(spec: Spec) -> Strategies:
    """The strategies for a specification, such as one that a user extended."""
    return Strategies(spec)


@st.composite
def _shown(draw: DrawFn, drawing: _Drawing) -> Any:
    return drawing.show(drawing, draw)


def _one_response(drawing: _Drawing, draw: DrawFn) -> Response:
    run, mark = drawing.run(draw), draw(st.integers(0, 255))
    index = len(run.records) - 1 if drawing.options.terminal else mark % len(run.records)
    return drawing.response(run, index, mark)


def _polled(drawing: _Drawing, draw: DrawFn, name: str = "job-1") -> list[Response]:
    run, tape = drawing.run(draw, name), drawing.tape(draw)
    marks = tape.ljust(len(run.records), b"\0")
    seen = zip(drawing.moments(run, tape), marks, strict=False)
    return [drawing.response(run, at, mark) for at, mark in seen]


def _emitted(drawing: _Drawing, draw: DrawFn) -> list[Response]:
    run, times = drawing.run(draw), drawing.options.times
    sent = [
        event(
            run.records[at],
            run.spec,
            observations.response(run, at, times=times),
            number=f"{number:08x}-0000-4000-8000-000000000000",
        )
        for number, at in enumerate(observations.changes(run))
    ]
    return observations.delivered(sent, draw(_marks)) or sent[-1:]


def _printed(drawing: _Drawing, draw: DrawFn) -> str:
    run = drawing.run(draw)
    return observations.log_text(run, drawing.moments(run, drawing.tape(draw)))


def _interleaved(drawing: _Drawing, draw: DrawFn) -> list[Response]:
    """The responses of several jobs in one sequence; a tape chooses whose is next."""
    numbers = range(1, draw(st.integers(1, _MOST_JOBS)) + 1)
    left = [_polled(drawing, draw, f"job-{number}") for number in numbers]
    merged: list[Response] = []
    for choice in draw(_marks):
        waiting = [queue for queue in left if queue]
        if waiting:
            merged.append(waiting[choice % len(waiting)].pop(0))
    return [*merged, *(item for queue in left for item in queue)]


_training = from_spec(builtin_spec())
runs, histories, responses, polls = (
    _training.runs,
    _training.histories,
    _training.responses,
    _training.polls,
)
events, logs, jobs = _training.events, _training.logs, _training.jobs
"""The strategies for training jobs."""
