"""Runs of the model: a few bytes decide the records of one job.

A *tape* is a byte string that decides step by step. Zeros and an empty tape mean the simplest
choice, so Hypothesis shrinks to the simplest job.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from struct import Struct
from typing import Any

from attrs import evolve, frozen

from trainstate.history.instants import SECOND, Instant
from trainstate.machine import walks
from trainstate.machine.record import (
    Record,
    change_primary,
    create,
    enter,
    moment,
    rewrite,
    touch,
)
from trainstate.machine.step import State
from trainstate.machine.walks import Hop, budgets, walk
from trainstate.spec.model import Spec
from trainstate.testing.configuration import (
    OUTCOME,
    RESULTS,
    arn_of,
    chosen,
    configured,
    dated,
    fitting,
    input_mode,
    kept,
    limited,
    machine_steps,
    message,
)
from trainstate.testing.options import Short, StrategyOptions
from trainstate.testing.walks import WalkGraph, guard_sets, walk_graph

_HEAD = Struct(">HBBB4sBBHB")
Steps = Callable[[Spec, Record, Sequence[State]], Iterator[Record]]
"""The records that follow a first one through these states."""

HEAD = _HEAD.size
"""The length of a head, the choices made once for a job; 0 is the simplest of each."""

CREATED = Instant(1_767_348_000 * SECOND)  # 2026-01-02T10:00:00Z
_MILLISECOND = SECOND // 1000
# Milliseconds of a step, chosen by half a byte; the first is the simplest.
_DURATIONS = (
    *(60_000, 60_000, 5_000, 20_123, 90_500, 1_000, 1_499, 1_500),
    *(0, 1, 340, 999, 300_000, 600_001, 3_600_000, 7_200_750),
)
_REWRITES, _TOUCHES, _MACHINES = range(8, 11), range(11, 13), range(13, 16)
_UNFINISHED = 3
_MOST_EXTRAS = 3


@frozen(kw_only=True, repr=False)
class Run(Short):
    """A run of a job: its records in order, one for each step of the service.

    ``counting``: responses show seconds while the job is active.
    """

    spec: Spec
    records: tuple[Record, ...]
    counting: bool = False

    def __repr__(self) -> str:
        shown = ", ".join("/".join(record.state.pair) for record in self.records)
        return f"Run({shown})"

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses of the history at the end of the run."""
        return tuple(entry.status for entry in self.records[-1].history)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of the run, without repeats."""
        return tuple(dict.fromkeys(record.state.pair for record in self.records))


@frozen(kw_only=True)
class Tapes:
    """The choices of a run: its head, of ``HEAD`` bytes, and one byte for each step.

    ``path`` chooses the steps, ``texture`` how long they take and what else happens: messages
    are rewritten, the record is touched, attached machines move.
    """

    head: bytes
    path: bytes
    texture: bytes


def run_of(spec: Spec, options: StrategyOptions, tapes: Tapes, *, name: str) -> Run:
    """The run that the tapes decide."""
    prefix, guard, budget, end, bits, mode, billed, start, index = _HEAD.unpack(tapes.head)
    sets = guard_sets(spec, spot=options.spot, retries=options.retries, terminal=options.terminal)
    guards, budget = sets[guard % len(sets)], options.retries or 1 + budget % 3
    known = walk_graph(spec, guards, options.terminal, options.file_mode)
    walked = _walk(spec, known, known.prefixes[prefix % len(known.prefixes)], tapes.path, budget)
    if options.terminal is not None or end & _UNFINISHED < _UNFINISHED:
        walked += known.home[walked[-1]]
    mode, optional = input_mode(options.file_mode, mode), int.from_bytes(bits, "little")
    records = lived(
        spec,
        walked,
        guards,
        partial(_steps, tapes.texture),
        name=name.title() if index % 2 else name,
        at=Instant(CREATED + start * 37 * _MILLISECOND),
        fields=configured(spec, guards, budget=budget, bits=optional, mode=mode),
        results=billed >> 2,
        billed=(1.0, 0.7, 0.3, 0.0)[billed & 3],
    )
    return Run(spec=spec, records=records, counting=bool(end >> 2 & 1))


def lived(
    spec: Spec,
    states: Sequence[State],
    guards: frozenset[str],
    steps: Steps,
    *,
    name: str,
    at: Instant,
    fields: Mapping[str, Any],
    results: int,
    billed: float,
) -> tuple[Record, ...]:
    """The records of a job through these states, with limits and results that fit its end.

    ``steps`` says when it takes each, and what else happens. The bits of ``results`` choose what
    the end adds.
    """
    status = states[0].position.secondary
    first = create(
        spec,
        name=name,
        arn=arn_of(name, spec),
        at=at,
        status=status,
        message=message(status, 0),
        config=walks.configured(spec, guards),
        fields=fields,
        billed=billed,
    )
    records = (first, *steps(spec, first, states[1:]))
    last = records[-1]
    fields = limited(spec, guards, last)
    added = {**kept(OUTCOME, spec), **fitting(chosen(RESULTS, spec, results), spec, first.fields)}
    outcome = dated(added, spec, moment(last.ended or last.created))
    return tuple(
        evolve(record, fields={**record.fields, **fields}, outcome=outcome) for record in records
    )


def _walk(
    spec: Spec, known: WalkGraph, prefix: Sequence[Hop], path: bytes, budget: int
) -> list[State]:
    """The states of a run: a prefix, then the path's choices."""
    left = budgets(spec, budget - sum(hop.budget is not None for hop in prefix))
    steps = iter(path)

    def choose(hops: Sequence[Hop]) -> Hop | None:
        return hops[next(steps) % len(hops)] if hops else None

    states = [hop.state for hop in prefix]
    return [*states, *walk(known.onward, states[-1], choose, most=len(path), left=left)]


def _steps(texture: bytes, spec: Spec, record: Record, states: Sequence[State]) -> Iterator[Record]:
    """The records of a run through these states; each step may be followed by one other event."""
    steps = [None, *states, *[None] * _MOST_EXTRAS]
    marks = texture[: len(steps)].ljust(len(states) + 1, b"\0")
    for number, (state, mark) in enumerate(zip(steps, marks, strict=False)):
        if state is not None:
            record = stepped(spec, record, state, _later(record, mark))
            yield record
        for extra in _extra(spec, record, mark, number):
            record = extra
            yield record


def stepped(spec: Spec, record: Record, state: State, at: Instant) -> Record:
    """The record after the step to a state: an entry, or a change of the primary alone."""
    if state.position == record.state.position:
        return change_primary(record, spec, state.primary, at=at)
    status = state.position.secondary
    return enter(record, spec, status, at=at, message=message(status, 0))


def _extra(spec: Spec, record: Record, mark: int, number: int) -> Iterator[Record]:
    """Another event; half of the marks leave the record unchanged."""
    kind, at = mark >> 4, _later(record, mark)
    if kind in _REWRITES:
        yield rewrite(record, message(record.status, 1 + number), at=at)
    elif kind in _TOUCHES:
        yield touch(record, at=at)
    elif kind in _MACHINES:
        yield touch(record, at=at, fields=dict(machine_steps(spec, record, mark + number)))


def _later(record: Record, mark: int) -> Instant:
    return Instant(record.modified + _DURATIONS[mark & 15] * _MILLISECOND)
