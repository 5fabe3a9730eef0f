"""The run states of a run beside the known history: what follows each, and what each can show.

A *observation* is what one response shows of the state. The longest known history is the run's
past, without gaps; beyond its end the run may continue in any legal way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from attrs import field, frozen

from trainstate.history.instants import SECOND
from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.machine.step import (
    Move,
    State,
    follow,
    initial_states,
    run_ahead,
    successors,
    trace,
)
from trainstate.spec.graph import reachable
from trainstate.spec.model import Row, Spec, Transition


@frozen(cache_hash=True)
class Observation:
    """What a response shows: the pair, each None if absent, and the history's length.

    ``length`` is None if the response has no history. ``by`` is the latest instant at which it
    was seen: no entry that starts later can have been shown.
    """

    primary: str | None
    secondary: str | None
    length: int | None = None
    by: int | None = field(default=None, eq=False)


@frozen(cache_hash=True)
class RunState:
    """A run state of a run: the state, and the number of entries of the known history passed.

    ``passed`` is None beyond the end of the known history; there ``used`` counts the uses of a
    guard with a budget.
    """

    state: State
    passed: int | None = None
    used: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether the primary is that of the last entry of the known history."""
        return self.passed is not None and self.state.primary == self.state.position.primary


@frozen(cache_hash=True)
class KnownHistory:
    """The known past of a job: its longest history's statuses and starts, its configuration.

    ``starts`` may be empty if all observations have histories and so need no times.
    """

    statuses: tuple[str, ...] = ()
    config: Configuration = UNSEEN
    starts: tuple[int | None, ...] = ()

    def has_begun(self, passed: int | None, by: int | None) -> bool:
        """Whether the last entry at a run state can have started by an instant."""
        if by is None or passed is None or passed > len(self.starts):
            return True
        start = self.starts[passed - 1]
        return start is None or start < by + SECOND


def shows(past: KnownHistory, run_state: RunState, observation: Observation) -> bool:
    """Whether a response at this run state could be the observation."""
    state = run_state.state
    return (
        observation.primary in (None, state.primary)
        and observation.secondary in (None, state.position.secondary)
        and observation.length in (None, run_state.passed)
        and past.has_begun(run_state.passed, observation.by)
    )


@lru_cache(maxsize=1024)
def _moves(spec: Spec, past: KnownHistory) -> tuple[Move, ...]:
    """The moves of the known history, cached by the past's own hash, however long it is."""
    return trace(spec, past.statuses, past.config)


@lru_cache(maxsize=1024)
def is_legal(spec: Spec, past: KnownHistory) -> bool:
    """Whether the known history is a run: none of its moves is refused."""
    return not any(move.refusal for move in _moves(spec, past))


@lru_cache(maxsize=1024)
def first_states(spec: Spec, past: KnownHistory) -> tuple[RunState, ...]:
    """The run states at which a run can begin: the known history's first entry, or any initial."""
    if not past.statuses:
        return tuple(RunState(state) for state in initial_states(spec))
    position = _moves(spec, past)[0].position
    return (RunState(State(position.primary, position), 1),)


@lru_cache(maxsize=65536)
def next_states(spec: Spec, past: KnownHistory, run_state: RunState) -> tuple[RunState, ...]:
    """The run states one step away."""
    state, passed = run_state.state, run_state.passed
    if passed is None:
        return tuple(_onward(spec, past, state, run_state.used))
    alone = within(spec, past, run_state)
    if passed < len(past.statuses):
        return alone
    beyond = _onward(spec, past, state, _used(spec, past))
    return (*alone, *(after for after in beyond if after.state.position != state.position))


@lru_cache(maxsize=65536)
def within(spec: Spec, past: KnownHistory, run_state: RunState) -> tuple[RunState, ...]:
    """The run states one step away inside the known history."""
    state, passed = run_state.state, run_state.passed or 0
    alone = tuple(RunState(ahead, passed) for ahead, _ in run_ahead(spec, state))
    if passed >= len(past.statuses):
        return alone
    position = _moves(spec, past)[passed].position
    following = follow(spec, state, position)
    return alone if following is None else (*alone, RunState(following, passed + 1))


@lru_cache(maxsize=1024)
def entry_states(spec: Spec, past: KnownHistory) -> tuple[RunState, ...]:
    """The run states of the known history at its entries, with no primary running ahead."""
    found: list[RunState] = []
    state: State | None = None
    for passed, step in enumerate(_moves(spec, past), 1):
        plain = State(step.position.primary, step.position)
        state = plain if state is None else follow(spec, state, step.position)
        if state != plain:
            break
        found.append(RunState(plain, passed))
    return tuple(found)


def _onward(spec: Spec, past: KnownHistory, state: State, used: int) -> Iterator[RunState]:
    """The run states after a step beyond the known history, as far as budgets go."""
    for following, row in successors(spec, state, past.config):
        budget = _budget(past.config, row)
        if budget is None:
            yield RunState(following, None, used)
        elif used < budget:
            yield RunState(following, None, used + 1)


def _budget(config: Configuration, row: Row) -> int | None:
    guard = row.guard if isinstance(row, Transition) else None
    return None if guard is None else config.of(guard).budget


@lru_cache(maxsize=1024)
def is_straight(spec: Spec, past: KnownHistory) -> bool:
    """Whether a run without changes of the primary alone can still become any other run.

    Then the earliest run state of the known history that shows an observation, with its primary not
    ahead of its entry, leaves everything possible that a later one does.
    """
    states: frozenset[State] = frozenset()
    for step in _moves(spec, past):
        plain = State(step.position.primary, step.position)
        entered = [follow(spec, state, step.position) for state in states] if states else [plain]
        states = _ahead(spec, filter(None, entered))
        if plain not in states or not states <= _ahead(spec, [plain]):
            return False
    return True


@lru_cache(maxsize=1024)
def is_in_order(past: KnownHistory) -> bool:
    """Whether no entry of the known history starts before an earlier one."""
    starts = past.starts
    return None not in starts and all(one <= other for one, other in pairwise(starts))  # type: ignore[operator]


def plain_moment(spec: Spec, past: KnownHistory, passed: int) -> RunState:
    """The run state at which an entry of the known history was made, its primary not ahead."""
    position = _moves(spec, past)[passed - 1].position
    return RunState(State(position.primary, position), passed)


@lru_cache(maxsize=4096)
def showing_states(
    spec: Spec, past: KnownHistory, primary: str | None, secondary: str | None
) -> tuple[RunState, ...]:
    """The run states of the known history that show a pair, in order, if it is straight."""
    shown = Observation(primary, secondary)
    return tuple(
        run_state
        for passed in range(1, len(past.statuses) + 1)
        for state in sorted(_ahead(spec, [plain_moment(spec, past, passed).state]))
        if shows(past, run_state := RunState(state, passed), shown)
    )


def _ahead(spec: Spec, states: Iterable[State]) -> frozenset[State]:
    return reachable(states, lambda state: [after for after, _ in run_ahead(spec, state)])


@lru_cache(maxsize=1024)
def _used(spec: Spec, past: KnownHistory) -> int:
    """How often the known history used a guard with a budget."""
    rows = (step.row for step in _moves(spec, past))
    return sum(row is not None and _budget(past.config, row) is not None for row in rows)
