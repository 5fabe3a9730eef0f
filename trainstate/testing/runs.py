"""Runs of the model: a few bytes decide the records of one job.

A *tape* is a byte string that decides step by step. Zeros and an empty tape mean the simplest
choice, so Hypothesis shrinks to the simplest job.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from struct import Struct
from typing import Any

from attrs import evolve, frozen

from trainstate.errors import UsageError
from trainstate.history.instants import SECOND, Instant
from trainstate.machine import walks
from trainstate.machine.guards import Configuration
from trainstate.machine.record import (
    Record,
    change_primary,
    create,
    enter,
    moment,
    rewrite,
    touch,
)
from trainstate.machine.step import State, initial_states
from trainstate.machine.walks import (
    Edges,
    Hop,
    budgets,
    edges,
    leading_to,
    subsets,
    walk,
    way_out,
)
from trainstate.spec.graph import reachable, shortest_path
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

# File mode downloads the data before training; other modes have no such stage. Without these
# statuses a specification has no file mode, and the option does nothing.
DOWNLOADING, TRAINING = "Downloading", "Training"
_WEIGHT = 3


@frozen(eq=False)
class WalkGraph:
    """The runs of a job with one configuration.

    ``home`` has the states from each to the simplest end; ``onward`` has the steps, that way
    first, each as often as it shall be chosen; ``prefixes`` are the shortest
    paths from a creation over each kind of step in the graph, so that each is equally
    likely; the first of them is the creation alone.
    """

    config: Configuration
    home: Mapping[State, tuple[State, ...]]
    onward: Mapping[State, tuple[Hop, ...]]
    prefixes: tuple[tuple[Hop, ...], ...]


def guard_sets(spec: Spec, options: StrategyOptions) -> tuple[frozenset[str], ...]:
    """Sets of guards that may hold for a job, the smallest first.

    An end that needs a guard leaves only the sets with that guard.
    """
    retries, terminal = options.retries, options.terminal
    wanted: dict[str, bool | None] = {}
    if spec.time.savings_guard is not None:
        wanted[spec.time.savings_guard] = options.spot
    if retries is not None:
        wanted |= {guard.name: retries > 0 for guard in spec.guards if guard.budget}
    needed = next((row.guard for row in spec.secondaries if row.name == terminal), None)
    found = tuple(
        chosen
        for chosen in subsets(guard.name for guard in spec.guards)
        if all(flag is None or (name in chosen) is flag for name, flag in wanted.items())
        and needed in (None, *chosen)
    )
    if not found:
        raise UsageError(f"Expected options that allow {terminal!r}: it needs {needed}.")
    return found


@lru_cache(maxsize=1024)
def walk_graph(
    spec: Spec, guards: frozenset[str], terminal: str | None, file_mode: bool | None
) -> WalkGraph:
    """The walks of a job for which these guards hold.

    Raises UsageError if no run ends with the terminal status.
    """
    config = walks.configured(spec, guards)
    known = _in_mode(spec, edges(spec, config), file_mode)
    ends = frozenset(state for state in known if _is_end(spec, state, terminal))
    if not ends:
        names = ", ".join(sorted({*spec.terminal_primaries, *spec.terminal_secondaries}))
        raise UsageError(
            f"No run of these options ends with {terminal!r}; the terminal statuses of the"
            f" specification are {names}."
        )
    ended = leading_to(known, ends)
    if terminal is not None:
        known = ended
    home = {state: _home(spec, ended, state) for state in known}
    onward = {state: tuple(_weighted(spec, hops, home[state][:1])) for state, hops in known.items()}
    starts = [state for state in initial_states(spec) if state in known]
    return WalkGraph(config, home, onward, tuple(_prefixes(known, starts)))


def _in_mode(spec: Spec, known: Edges, file_mode: bool | None) -> Edges:
    """Steps that a job with this input mode can take."""
    if file_mode is None:
        return known
    found = {
        state: tuple(hop for hop in hops if _is_in_mode(state, hop.state, file_mode))
        for state, hops in known.items()
    }
    alive = reachable(initial_states(spec), lambda state: (hop.state for hop in found[state]))
    return {state: hops for state, hops in found.items() if state in alive}


def _is_in_mode(before: State, after: State, file_mode: bool) -> bool:
    one, two = before.position.secondary, after.position.secondary
    if one == two:
        return True
    if not file_mode:
        return two != DOWNLOADING
    return two != TRAINING or one not in ("Starting", "Pending")


def _is_end(spec: Spec, state: State, terminal: str | None) -> bool:
    if state.primary not in spec.terminal_primaries:
        return False
    return terminal is None or terminal in (state.primary, state.position.secondary)


def _home(spec: Spec, known: Edges, state: State) -> tuple[State, ...]:
    """The states on a shortest path to the first terminal primary of the facts, else another."""
    if state not in known:
        return ()
    paths = (way_out(known, state, primary=row.name) for row in spec.primaries)
    return next(filter(None, paths), ())


def _weighted(spec: Spec, hops: tuple[Hop, ...], best: tuple[State, ...]) -> Iterator[Hop]:
    """The steps, the best first; continuing ones several times, so that runs are long."""
    ordered = sorted(hops, key=lambda hop: hop.state not in best)
    for hop in ordered:
        goes_on = hop.state.primary not in spec.ended_primaries
        yield from [hop] * (_WEIGHT if goes_on else 1)


def _prefixes(known: Edges, starts: list[State]) -> Iterator[tuple[Hop, ...]]:
    first = [Hop(start) for start in starts]
    for begin in first:
        yield (begin,)
    seen: set[tuple[str, tuple[str, str]]] = set()
    for state, hops in known.items():
        new = [hop for hop in hops if (state.position.secondary, hop.state.pair) not in seen]
        seen |= {(state.position.secondary, hop.state.pair) for hop in new}
        path = _path_to(state, first, known) if new else None
        for hop in new if path else ():
            yield (*(path or ()), hop)


def _path_to(state: State, first: list[Hop], known: Edges) -> tuple[Hop, ...] | None:
    return shortest_path(first, lambda hop: hop.state == state, lambda hop: known[hop.state])


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


def run_of(
    spec: Spec, options: StrategyOptions, *, name: str, head: bytes, path: bytes, texture: bytes
) -> Run:
    """The run that the tapes decide.

    ``head`` has the choices made once, ``path`` chooses the steps, a byte each, ``texture`` how
    long they take and what else happens: messages are rewritten, the record is touched, attached
    machines move.
    """
    prefix, guard, budget, end, bits, mode, billed, start, index = _HEAD.unpack(head)
    sets = guard_sets(spec, options)
    guards, budget = sets[guard % len(sets)], options.retries or 1 + budget % 3
    known = walk_graph(spec, guards, options.terminal, options.file_mode)
    walked = _walk(spec, known, known.prefixes[prefix % len(known.prefixes)], path, budget)
    if options.terminal is not None or end & _UNFINISHED < _UNFINISHED:
        walked += known.home[walked[-1]]
    mode, optional = input_mode(options.file_mode, mode), int.from_bytes(bits, "little")
    records = lived(
        spec,
        walked,
        guards,
        partial(_steps, texture),
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
