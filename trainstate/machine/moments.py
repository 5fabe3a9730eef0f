"""The moments of a run beside the known history: what follows each, and what each can show.

A *sighting* is what one response shows of the state. The longest known history is the run's
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
class Sighting:
    """What a response shows: the pair, each None if absent, and the history's length.

    ``length`` is None if the response has no history. ``by`` is the latest instant at which it
    was seen: no entry that starts later can have been shown.
    """

    primary: str | None
    secondary: str | None
    length: int | None = None
    by: int | None = field(default=None, eq=False)


@frozen(cache_hash=True)
class Moment:
    """A moment of a run: the state, and the number of entries of the known history passed.

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
class Past:
    """The known past of a job: its longest history's statuses and starts, its configuration.

    ``starts`` may be empty if all sightings have histories and so need no times.
    """

    statuses: tuple[str, ...] = ()
    config: Configuration = UNSEEN
    starts: tuple[int | None, ...] = ()

    def has_begun(self, passed: int | None, by: int | None) -> bool:
        """Whether the last entry at a moment can have started by an instant."""
        if by is None or passed is None or passed > len(self.starts):
            return True
        start = self.starts[passed - 1]
        return start is None or start < by + SECOND


def shows(past: Past, moment: Moment, sighting: Sighting) -> bool:
    """Whether a response at this moment could be the sighting."""
    state = moment.state
    return (
        sighting.primary in (None, state.primary)
        and sighting.secondary in (None, state.position.secondary)
        and sighting.length in (None, moment.passed)
        and past.has_begun(moment.passed, sighting.by)
    )


@lru_cache(maxsize=1024)
def _moves(spec: Spec, past: Past) -> tuple[Move, ...]:
    """The moves of the known history, cached by the past's own hash, however long it is."""
    return trace(spec, past.statuses, past.config)


@lru_cache(maxsize=1024)
def is_legal(spec: Spec, past: Past) -> bool:
    """Whether the known history is a run: none of its moves is refused."""
    return not any(move.refusal for move in _moves(spec, past))


@lru_cache(maxsize=1024)
def first_moments(spec: Spec, past: Past) -> tuple[Moment, ...]:
    """The moments at which a run can begin: the known history's first entry, or any initial."""
    if not past.statuses:
        return tuple(Moment(state) for state in initial_states(spec))
    position = _moves(spec, past)[0].position
    return (Moment(State(position.primary, position), 1),)


@lru_cache(maxsize=65536)
def next_moments(spec: Spec, past: Past, moment: Moment) -> tuple[Moment, ...]:
    """The moments one step away."""
    state, passed = moment.state, moment.passed
    if passed is None:
        return tuple(_onward(spec, past, state, moment.used))
    alone = within(spec, past, moment)
    if passed < len(past.statuses):
        return alone
    beyond = _onward(spec, past, state, _used(spec, past))
    return (*alone, *(after for after in beyond if after.state.position != state.position))


@lru_cache(maxsize=65536)
def within(spec: Spec, past: Past, moment: Moment) -> tuple[Moment, ...]:
    """The moments one step away inside the known history."""
    state, passed = moment.state, moment.passed or 0
    alone = tuple(Moment(ahead, passed) for ahead, _ in run_ahead(spec, state))
    if passed >= len(past.statuses):
        return alone
    position = _moves(spec, past)[passed].position
    following = follow(spec, state, position)
    return alone if following is None else (*alone, Moment(following, passed + 1))


@lru_cache(maxsize=1024)
def entry_moments(spec: Spec, past: Past) -> tuple[Moment, ...]:
    """The moments of the known history at its entries, with no primary running ahead."""
    found: list[Moment] = []
    state: State | None = None
    for passed, step in enumerate(_moves(spec, past), 1):
        plain = State(step.position.primary, step.position)
        state = plain if state is None else follow(spec, state, step.position)
        if state != plain:
            break
        found.append(Moment(plain, passed))
    return tuple(found)


def _onward(spec: Spec, past: Past, state: State, used: int) -> Iterator[Moment]:
    """The moments after a step beyond the known history, as far as budgets go."""
    for following, row in successors(spec, state, past.config):
        budget = _budget(past.config, row)
        if budget is None:
            yield Moment(following, None, used)
        elif used < budget:
            yield Moment(following, None, used + 1)


def _budget(config: Configuration, row: Row) -> int | None:
    guard = row.guard if isinstance(row, Transition) else None
    return None if guard is None else config.of(guard).budget


@lru_cache(maxsize=1024)
def is_straight(spec: Spec, past: Past) -> bool:
    """Whether a run without changes of the primary alone can still become any other run.

    Then the earliest moment of the known history that shows a sighting, with its primary not
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
def is_in_order(past: Past) -> bool:
    """Whether no entry of the known history starts before an earlier one."""
    starts = past.starts
    return None not in starts and all(one <= other for one, other in pairwise(starts))  # type: ignore[operator]


def plain_moment(spec: Spec, past: Past, passed: int) -> Moment:
    """The moment at which an entry of the known history was made, its primary not ahead."""
    position = _moves(spec, past)[passed - 1].position
    return Moment(State(position.primary, position), passed)


@lru_cache(maxsize=4096)
def showing_moments(
    spec: Spec, past: Past, primary: str | None, secondary: str | None
) -> tuple[Moment, ...]:
    """The moments of the known history that show a pair, in order, if it is straight."""
    shown = Sighting(primary, secondary)
    return tuple(
        moment
        for passed in range(1, len(past.statuses) + 1)
        for state in sorted(_ahead(spec, [plain_moment(spec, past, passed).state]))
        if shows(past, moment := Moment(state, passed), shown)
    )


def _ahead(spec: Spec, states: Iterable[State]) -> frozenset[State]:
    return reachable(states, lambda state: [after for after, _ in run_ahead(spec, state)])


@lru_cache(maxsize=1024)
def _used(spec: Spec, past: Past) -> int:
    """How often the known history used a guard with a budget."""
    rows = (step.row for step in _moves(spec, past))
    return sum(row is not None and _budget(past.config, row) is not None for row in rows)
