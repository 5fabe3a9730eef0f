"""Witnesses: the shortest legal history that shows what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.machine.step import Position, begin, move, trace
from trainstate.spec.graph import shortest_path
from trainstate.spec.model import Spec


@lru_cache(maxsize=16_384)
def witness(
    spec: Spec, before: tuple[str, ...], status: str, config: Configuration = UNSEEN
) -> tuple[str, ...]:
    """The shortest legal history that goes on from ``before`` to ``status``.

    Where nothing legal leads from there to the status, the shortest legal history from
    the creation to it; empty where there is none at all (an unknown status).
    """
    moves = trace(spec, before, config)
    if moves and all(step.refusal is None for step in moves):
        rest = _path(spec, [moves[-1].position], status, config, onward=True)
        if rest is not None:
            return (*before[:-1], *rest)
    return _path(spec, _beginnings(spec), status, config, onward=False) or ()


def _path(
    spec: Spec, starts: list[Position], status: str, config: Configuration, *, onward: bool
) -> tuple[str, ...] | None:
    """A path from ``starts`` that ends with the status; ``onward``: of at least one step."""
    found = shortest_path(
        [(position, onward) for position in starts],
        lambda node: node[0].secondary == status and not node[1],
        lambda node: ((after, False) for after in _after(spec, node[0], config)),
    )
    return None if found is None else tuple(position.secondary for position, _ in found)


def _beginnings(spec: Spec) -> list[Position]:
    return [begin(spec, row.secondary).position for row in spec.initials]


def _after(spec: Spec, position: Position, config: Configuration) -> Iterator[Position]:
    for status in dict.fromkeys(
        r.after for r in spec.transitions if r.before == position.secondary
    ):
        step = move(spec, position, status, config)
        if step.refusal is None and step.unseen is None:
            yield step.position
