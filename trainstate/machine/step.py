"""The reference semantics of the machine: which step is legal, and by which fact.

A *position* is the pair under which the last entry of the history was entered. The primary
can run ahead of it: a stop request or a deletion changes the primary and adds no entry. A
*state* is a position and the displayed primary.

An entry changes the primary only if the pair would be illegal otherwise, so a position and a
status have at most one successor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from attrs import frozen

from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.spec.model import Evidence, Initial, PrimaryTransition, Row, Spec, Transition


@frozen(order=True, cache_hash=True)
class Position:
    """The primary under which the last entry was entered, and its status."""

    primary: str
    secondary: str


@frozen(order=True, cache_hash=True)
class State:
    """A position, and the primary that a response shows with it."""

    primary: str
    position: Position

    @property
    def pair(self) -> tuple[str, str]:
        """The displayed primary and secondary status."""
        return self.primary, self.position.secondary


class Refusal(StrEnum):
    """Why a status cannot come next."""

    UNKNOWN_STATUS = "unknown status"
    NOT_INITIAL = "no history begins with it"
    AFTER_END = "a terminal status has no way out"
    NO_TRANSITION = "no source has this transition"
    NOT_UNDER = "legal only after another status"
    GUARD = "the job's configuration does not allow it"


@frozen
class Move:
    """The answer to "may this status come next?".

    ``position`` is where the history is afterwards; for a refused move it is the likeliest one,
    so that the rest of the history can be judged. ``row`` is the strongest fact that allows the
    move. ``unseen`` names the guard that the move needs, if the configuration was not
    recorded.
    """

    position: Position
    row: Transition | Initial | None = None
    refusal: Refusal | None = None
    guard: str | None = None
    unseen: str | None = None


def begin(spec: Spec, status: str) -> Move:
    """The first entry of a history."""
    row = spec.initial_by_secondary.get(status)
    if row is not None:
        return Move(Position(row.primary, status), row)
    known = status in spec.secondary_by_name
    refusal = Refusal.NOT_INITIAL if known else Refusal.UNKNOWN_STATUS
    return Move(_likely(spec, None, status), refusal=refusal)


@lru_cache(maxsize=4096)
def move(spec: Spec, before: Position, status: str, config: Configuration = UNSEEN) -> Move:
    """The next entry of a history, after an entry at ``before``."""
    after = _likely(spec, before, status)
    if status not in spec.secondary_by_name or before.secondary not in spec.secondary_by_name:
        return Move(after, refusal=Refusal.UNKNOWN_STATUS)
    if before.secondary in spec.terminal_secondaries:
        return Move(after, refusal=Refusal.AFTER_END)
    rows = _rows(spec).get((before.secondary, status), ())
    target = _target(spec, before, status)
    if not rows or (target is None and all(row.under is None for row in rows)):
        return Move(after, refusal=Refusal.NO_TRANSITION)
    fitting = [row for row in rows if row.under in (None, before.primary)]
    if not fitting or target is None:
        return Move(after, refusal=Refusal.NOT_UNDER)
    own = spec.secondary_by_name[status].guard
    if config.of(own).holds is False:
        return Move(target, refusal=Refusal.GUARD, guard=own)
    return _guarded(spec, target, fitting, config)


def _guarded(
    spec: Spec, target: Position, rows: Sequence[Transition], config: Configuration
) -> Move:
    """The move along the strongest row whose guard holds, else along one that is unseen."""
    for row in rows:
        if config.of(row.guard).holds:
            return Move(target, row)
    for row in rows:
        if row.guard is not None and config.of(row.guard).holds is None:
            proven = spec.guard_by_name[row.guard].when_unseen == "holds"
            return Move(target, row, unseen=None if proven else row.guard)
    return Move(target, refusal=Refusal.GUARD, guard=rows[0].guard)


@lru_cache(maxsize=4096)
def trace(
    spec: Spec, statuses: tuple[str, ...], config: Configuration = UNSEEN
) -> tuple[Move, ...]:
    """The moves of a whole history, one for each entry, refused ones included."""
    moves: list[Move] = []
    for status in statuses:
        previous = moves[-1].position if moves else None
        moves.append(
            begin(spec, status) if previous is None else move(spec, previous, status, config)
        )
    return tuple(moves)


@lru_cache(maxsize=4096)
def guards_on(spec: Spec, statuses: tuple[str, ...]) -> tuple[str, ...]:
    """Guards that can decide about a history: of its statuses and all paths between them."""
    known = [spec.secondary_by_name[one] for one in statuses if one in spec.secondary_by_name]
    named = [row.guard for row in known]
    named += [row.guard for pair in pairwise(statuses) for row in _rows(spec).get(pair, ())]
    return tuple(dict.fromkeys(name for name in named if name is not None))


@lru_cache(maxsize=64)
def _rows(spec: Spec) -> dict[tuple[str, str], tuple[Transition, ...]]:
    """The transitions between two statuses, the strongest first."""
    rows: dict[tuple[str, str], tuple[Transition, ...]] = {}
    for row in sorted(spec.transitions, key=lambda row: row.evidence.rank):
        rows[row.before, row.after] = (*rows.get((row.before, row.after), ()), row)
    return rows


@lru_cache(maxsize=4096)
def _target(spec: Spec, before: Position, status: str) -> Position | None:
    """The position after an entry: the old primary stays if the pair is legal."""
    for primary in (before.primary, *_primaries_after(spec, before.primary)):
        if (primary, status) in spec.entered:
            return Position(primary, status)
    return None


def _primaries_after(spec: Spec, primary: str) -> Iterator[str]:
    for row in spec.primary_transitions:
        if row.before == primary and not row.alone:
            yield row.after


def _likely(spec: Spec, before: Position | None, status: str) -> Position:
    """The likeliest position of a refused entry, so that one fault is not reported twice."""
    if before is not None and (target := _target(spec, before, status)) is not None:
        return target
    for primary, secondary in spec.entered:
        if secondary == status:
            return Position(primary, status)
    return Position(before.primary if before else spec.primaries[0].name, status)


@lru_cache(maxsize=64)
def states(spec: Spec) -> tuple[State, ...]:
    """Every state of the machine, in the order of the facts."""
    found: dict[State, None] = {}
    for primary, secondary in spec.entered:
        entered = State(primary, Position(primary, secondary))
        found[entered] = None
        for ahead, _ in run_ahead(spec, entered):
            found[ahead] = None
    return tuple(found)


def run_ahead(spec: Spec, state: State) -> Iterator[tuple[State, PrimaryTransition]]:
    """States after a change of the primary alone, with the facts that allow them."""
    for row in spec.primary_transitions:
        legal = (row.after, state.position.secondary) in spec.pair_by_key
        if row.alone and row.before == state.primary and legal:
            yield State(row.after, state.position), row


@lru_cache(maxsize=4096)
def follow(spec: Spec, state: State, position: Position) -> State | None:
    """The state after an entry at ``position``; None if the primary cannot show there.

    A primary that ran ahead stays ahead until an entry catches up with it.
    """
    if state.primary in spec.ended_primaries:
        return None
    caught_up = state.primary == state.position.primary or position.primary == state.primary
    later = any(
        row.before == state.primary and row.after == position.primary and not row.alone
        for row in spec.primary_transitions
    )
    if caught_up or later:
        return State(position.primary, position)
    kept = (state.primary, position.secondary) in spec.pair_by_key
    return State(state.primary, position) if kept else None


def successors(
    spec: Spec, state: State, config: Configuration = UNSEEN
) -> Iterator[tuple[State, Transition | PrimaryTransition]]:
    """States that can come next, each with the strongest fact that allows it."""
    yield from run_ahead(spec, state)
    for step in moves_after(spec, state.position, config):
        following = follow(spec, state, step.position)
        if following is not None and isinstance(step.row, Transition):
            yield following, step.row


def moves_after(spec: Spec, before: Position, config: Configuration = UNSEEN) -> Iterator[Move]:
    """Moves that may come next, in the order of the facts; some need an unseen guard."""
    steps = (move(spec, before, name, config) for name in _statuses_after(spec, before.secondary))
    return (step for step in steps if step.refusal is None)


@lru_cache(maxsize=1024)
def _statuses_after(spec: Spec, secondary: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.after for row in spec.transitions if row.before == secondary))


def showing(spec: Spec, primary: str | None, secondary: str | None) -> tuple[State, ...]:
    """States that a response with these statuses can show; None fits any."""
    return tuple(
        state
        for state in states(spec)
        if primary in (None, state.primary) and secondary in (None, state.position.secondary)
    )


def initial_states(spec: Spec) -> tuple[State, ...]:
    """States of a job at its creation."""
    return tuple(State(row.primary, Position(row.primary, row.secondary)) for row in spec.initials)


def is_legal_step(
    spec: Spec, before: tuple[str, str], after: tuple[str, str], config: Configuration = UNSEEN
) -> bool:
    """Whether one step leads from a pair to a pair."""
    return any(
        following.pair == after
        for state in showing(spec, *before)
        for following, _ in successors(spec, state, config)
    )


def evidence_of(spec: Spec, moves: Sequence[Move], pair: Row | None) -> tuple[Evidence, ...]:
    """The evidence levels behind a history and its pair."""
    rows = [step.row.evidence for step in moves if step.row is not None]
    statuses = [
        spec.secondary_by_name[step.position.secondary].evidence
        for step in moves
        if step.position.secondary in spec.secondary_by_name
    ]
    changes = {(one.position.primary, other.position.primary) for one, other in pairwise(moves)}
    primaries = [
        row.evidence
        for row in spec.primary_transitions
        if not row.alone and (row.before, row.after) in changes
    ]
    return (*rows, *statuses, *primaries, *((pair.evidence,) if pair is not None else ()))
