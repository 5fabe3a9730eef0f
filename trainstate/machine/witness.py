"""Witnesses: the shortest legal history that shows what was expected."""

from __future__ import annotations

from functools import lru_cache

from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.machine.step import Position, begin, moves_after, trace
from trainstate.spec.graph import shortest_path
from trainstate.spec.model import Spec


@lru_cache(maxsize=16_384)
def witness(
    spec: Spec, before: tuple[str, ...], status: str, config: Configuration = UNSEEN
) -> tuple[str, ...]:
    """The shortest legal history that continues from ``before`` to ``status``.

    If nothing legal leads from there to the status, the shortest legal history from the
    creation to it; empty if there is none (an unknown status).
    """
    moves = trace(spec, before, config)
    if moves and all(step.refusal is None for step in moves):
        rest = _path(spec, [moves[-1].position], status, config, onward=True)
        if rest is not None:
            return (*before[:-1], *rest)
    beginnings = [begin(spec, row.secondary).position for row in spec.initials]
    return _path(spec, beginnings, status, config, onward=False) or ()


def _path(
    spec: Spec, starts: list[Position], status: str, config: Configuration, *, onward: bool
) -> tuple[str, ...] | None:
    """A path from ``starts`` that ends with the status; ``onward``: of at least one step."""
    found = shortest_path(
        [(position, onward) for position in starts],
        lambda node: node[0].secondary == status and not node[1],
        lambda node: (
            (step.position, False)
            for step in moves_after(spec, node[0], config)
            if step.unseen is None
        ),
    )
    return None if found is None else tuple(position.secondary for position, _ in found)
