"""Hypothesis strategies for jobs, and for what an observer sees of them.

Every strategy takes the keyword-only options that ``StrategyOptions`` describes. Runs come from
the machine's graph, never from the rules, and shrink to the simplest job: the first status, then
the shortest path to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar, Unpack

from attrs import evolve, frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from trainstate.history.model import Entry
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence, Spec
from trainstate.testing import observations
from trainstate.testing.options import Keywords, StrategyOptions, options_of, with_defaults
from trainstate.testing.runs import HEAD, Run, Tapes, run_of
from trainstate.testing.walks import guard_sets, walk_graph

T = TypeVar("T")
Response = dict[str, Any]

_MOST_STEPS = 10
_MOST_JOBS = 4
# One byte string is one draw; a draw for each step would take most of the time.
_heads = st.binary(min_size=HEAD, max_size=HEAD)
_paths = st.binary(max_size=_MOST_STEPS)
_textures = st.binary(max_size=_MOST_STEPS + 4)
_marks = st.binary(max_size=2 * _MOST_STEPS)


@frozen(eq=False, repr=False)
class Strategies:
    """The strategies for one specification.

    Each method takes the options as keyword arguments and raises UsageError at once for an
    option that does not exist or that no run can meet.
    """

    spec: Spec

    def __repr__(self) -> str:
        return f"from_spec({self.spec.name})"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Prints the short repr in Hypothesis's reports too."""
        printer.text(repr(self))

    def runs(self, **options: Unpack[Keywords]) -> SearchStrategy[Run]:
        """Runs of jobs: the service's records, one for each step."""
        return self._drawn(options_of(options), lambda run, _asked, _draw: run)

    def histories(self, **options: Unpack[Keywords]) -> SearchStrategy[tuple[Entry, ...]]:
        """Histories, as the last response of a job shows them."""
        return self._drawn(options_of(options), lambda run, _asked, _draw: run.records[-1].history)

    def responses(self, **options: Unpack[Keywords]) -> SearchStrategy[Response]:
        """Single responses at any moment of a job, with every member that fits its state."""
        return self._drawn(options_of(options), _one_response)

    def polls(self, **options: Unpack[Keywords]) -> SearchStrategy[list[Response]]:
        """Responses of one job in the order of the polls.

        States are repeated and missed, and the record is modified after the end.
        """
        return self._drawn(options_of(options), _polled)

    def events(self, **options: Unpack[Keywords]) -> SearchStrategy[list[Response]]:
        """EventBridge events of one job: some are lost, come twice, or are swapped.

        Their times are epoch milliseconds unless the options say otherwise.
        """
        return self._drawn(with_defaults(options, times="epoch-ms"), _emitted)

    def logs(self, **options: Unpack[Keywords]) -> SearchStrategy[str]:
        """What the SageMaker Python SDK prints while it waits for a job."""
        return self._drawn(options_of(options), _printed)

    def jobs(self, **options: Unpack[Keywords]) -> SearchStrategy[list[Response]]:
        """Responses of several jobs, interleaved; each job's own are in order."""
        return _interleaved(self._drawing(options_of(options), _polled))

    def _drawn(
        self, asked: StrategyOptions, show: Callable[[Run, StrategyOptions, DrawFn], T]
    ) -> SearchStrategy[T]:
        return _shown(self._drawing(asked, show))

    def _drawing(
        self, asked: StrategyOptions, show: Callable[[Run, StrategyOptions, DrawFn], Any]
    ) -> _Drawing:
        spec = narrowed(self.spec, asked.evidence)
        sets = guard_sets(spec, spot=asked.spot, retries=asked.retries, terminal=asked.terminal)
        for guards in sets:
            walk_graph(spec, guards, asked.terminal, asked.file_mode)
        return _Drawing(spec, asked, show)


@frozen(repr=False)
class _Drawing:
    """A drawn value and its display; the repr is short, as Hypothesis prints strategies."""

    spec: Spec
    asked: StrategyOptions
    show: Callable[[Run, StrategyOptions, DrawFn], Any]

    def __repr__(self) -> str:
        return f"{self.spec.name}, {self.asked!r}"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Prints the short repr in Hypothesis's reports too."""
        printer.text(repr(self))

    def run(self, draw: DrawFn, name: str = "job-1") -> Run:
        tapes = Tapes(head=draw(_heads), path=draw(_paths), texture=draw(_textures))
        return run_of(self.spec, self.asked, tapes, name=name)


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
    return drawing.show(drawing.run(draw), drawing.asked, draw)


def _one_response(run: Run, asked: StrategyOptions, draw: DrawFn) -> Response:
    mark = draw(st.integers(0, 255))
    index = len(run.records) - 1 if asked.terminal else mark % len(run.records)
    return observations.response(run, index, times=asked.times, short=not _has_history(asked, mark))


def _has_history(asked: StrategyOptions, mark: int) -> bool:
    return mark < 128 if asked.history is None else asked.history


def _tape(draw: DrawFn, asked: StrategyOptions) -> bytes:
    return draw(st.binary(min_size=asked.least, max_size=asked.most))


def _moments(run: Run, asked: StrategyOptions, tape: bytes) -> tuple[int, ...]:
    return observations.moments(run, asked.density, tape, last=asked.terminal is not None)


def _polled(run: Run, asked: StrategyOptions, draw: DrawFn) -> list[Response]:
    tape = _tape(draw, asked)
    marks = tape.ljust(len(run.records), b"\0")
    return [
        observations.response(run, at, times=asked.times, short=not _has_history(asked, mark))
        for at, mark in zip(_moments(run, asked, tape), marks, strict=False)
    ]


def _emitted(run: Run, asked: StrategyOptions, draw: DrawFn) -> list[Response]:
    sent = [
        observations.event(
            observations.response(run, at, times=asked.times), run.records[at], number, run.spec
        )
        for number, at in enumerate(observations.changes(run))
    ]
    return observations.delivered(sent, draw(_marks)) or sent[-1:]


def _printed(run: Run, asked: StrategyOptions, draw: DrawFn) -> str:
    return observations.log_text(run, _moments(run, asked, _tape(draw, asked)))


@st.composite
def _interleaved(draw: DrawFn, drawing: _Drawing) -> list[Response]:
    count = draw(st.integers(1, _MOST_JOBS))
    names = [f"job-{number}" for number in range(1, count + 1)]
    queues = [_polled(drawing.run(draw, name), drawing.asked, draw) for name in names]
    return _merged(queues, draw(_marks))


def _merged(queues: Sequence[list[Response]], tape: bytes) -> list[Response]:
    """The responses of several jobs in one sequence; the tape chooses whose is next."""
    left = [list(queue) for queue in queues]
    merged: list[Response] = []
    for choice in tape:
        waiting = [queue for queue in left if queue]
        if waiting:
            merged.append(waiting[choice % len(waiting)].pop(0))
    return [*merged, *(item for queue in left for item in queue)]


def runs(**options: Unpack[Keywords]) -> SearchStrategy[Run]:
    """Runs of training jobs: the service's records, one for each step."""
    return from_spec(builtin_spec()).runs(**options)


def histories(**options: Unpack[Keywords]) -> SearchStrategy[tuple[Entry, ...]]:
    """Histories of training jobs, as their last responses show them."""
    return from_spec(builtin_spec()).histories(**options)


def responses(**options: Unpack[Keywords]) -> SearchStrategy[Response]:
    """Single DescribeTrainingJob responses, as boto3 returns them."""
    return from_spec(builtin_spec()).responses(**options)


def polls(**options: Unpack[Keywords]) -> SearchStrategy[list[Response]]:
    """DescribeTrainingJob responses of one job, in the order of the polls."""
    return from_spec(builtin_spec()).polls(**options)


def events(**options: Unpack[Keywords]) -> SearchStrategy[list[Response]]:
    """EventBridge events of one training job, as they arrive."""
    return from_spec(builtin_spec()).events(**options)


def logs(**options: Unpack[Keywords]) -> SearchStrategy[str]:
    """What the SageMaker Python SDK prints while it waits for a training job."""
    return from_spec(builtin_spec()).logs(**options)


def jobs(**options: Unpack[Keywords]) -> SearchStrategy[list[Response]]:
    """DescribeTrainingJob responses of several training jobs, interleaved."""
    return from_spec(builtin_spec()).jobs(**options)
