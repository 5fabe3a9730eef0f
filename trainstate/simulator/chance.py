"""Scenarios by chance: a walk on the machine itself, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from attrs import evolve

from trainstate.machine.guards import Configuration
from trainstate.machine.step import State, initial_states, states, successors
from trainstate.simulator.scenario import LASTS, Scenario, through
from trainstate.simulator.wording import FAILURE
from trainstate.spec.graph import reachable, shortest_path
from trainstate.spec.model import Evidence, PrimaryTransition, Spec, Transition

_LONGEST = 14
# Seconds: instances take time to start, and no job ends in the moment of its creation.
_LEAST = 1.0
_WEIGHTS = {
    Evidence.DOCUMENTED: 8,
    Evidence.RECORDED: 8,
    Evidence.INFERRED: 2,
    Evidence.DEPRECATED: 1,
}
_FINDINGS = ("NoIssuesFound", "IssuesFound", "Error")


def chance_scenario(spec: Spec, config: Configuration, chance: random.Random) -> Scenario:
    """A scenario by chance, possible for a job with this configuration.

    It takes only what the specification has: narrow that with ``Spec.accepting``.
    """
    drawn = through(_walk(spec, config, chance))
    acts = [
        evolve(
            act,
            lasts=0 if act is drawn.acts[-1] else _length(act.status, chance),
            reason=FAILURE if act.status == "Failed" else None,
        )
        for act in drawn.acts
    ]
    acts[0] = evolve(acts[0], lasts=max(_LEAST, acts[0].lasts))
    return evolve(
        drawn,
        acts=tuple(acts),
        billed=chance.choice((0.3, 0.4, 0.7)),
        findings=chance.choice(_FINDINGS),
    )


def _walk(spec: Spec, config: Configuration, chance: random.Random) -> list[State]:
    """States from a creation to an end, each a step of the machine from the one before."""
    first = initial_states(spec)
    weights = [_WEIGHTS[row.evidence] for row in spec.initials]
    walked = [chance.choices(first, weights)[0]]
    left = {name: allowance.budget for name, allowance in config.allowances}
    alive = _alive(spec, config)
    while walked[-1].primary not in spec.terminal_primaries:
        if len(walked) >= _LONGEST:
            return [*walked, *_way_out(spec, walked[-1], config)]
        choices = [
            (state, row)
            for state, row in successors(spec, walked[-1], config)
            if state in alive and _affordable(row, left)
        ]
        state, row = chance.choices(choices, [_WEIGHTS[row.evidence] for _, row in choices])[0]
        _spend(row, left)
        walked.append(state)
    return walked


@lru_cache(maxsize=64)
def _alive(spec: Spec, config: Configuration) -> frozenset[State]:
    """The states from which a job can come to an end without anything that has a budget.

    Narrowed to strong evidence the machine has states that nothing leads out of.
    """
    steps = {
        state: [
            after
            for after, row in successors(spec, state, config)
            if not (isinstance(row, Transition) and row.guard)
        ]
        for state in states(spec)
    }
    before: dict[State, list[State]] = {}
    for state, following in steps.items():
        for after in following:
            before.setdefault(after, []).append(state)
    ends = [state for state in steps if state.primary in spec.terminal_primaries]
    return reachable(ends, lambda state: before.get(state, ()))


def _affordable(row: Transition | PrimaryTransition, left: Mapping[str, int | None]) -> bool:
    guard = row.guard if isinstance(row, Transition) else None
    budget = left.get(guard) if guard else None
    return budget is None or budget > 0


def _spend(row: Transition | PrimaryTransition, left: dict[str, int | None]) -> None:
    guard = row.guard if isinstance(row, Transition) else None
    budget = left.get(guard) if guard else None
    if guard and budget is not None:
        left[guard] = budget - 1


def _way_out(spec: Spec, state: State, config: Configuration) -> list[State]:
    """The shortest way to an end that no guard stands in."""
    found = shortest_path(
        [state],
        lambda reached: reached.primary in spec.terminal_primaries,
        lambda reached: (
            following
            for following, row in successors(spec, reached, config)
            if not (isinstance(row, Transition) and row.guard)
        ),
    )
    return list(found or ())[1:]


def _length(status: str, chance: random.Random) -> float:
    usual = LASTS.get(status, 30.0)
    return round(usual * chance.choice((0, 0.01, 0.2, 1, 1, 1.7, 3)), 3)


def seeded(seed: int | None, *parts: Any) -> random.Random:
    """A source of chance that depends on a seed and on what it is for, and on nothing else."""
    return random.Random(  # noqa: S311 - what happens to jobs is no secret
        ":".join(str(part) for part in (seed or 0, *parts))
    )
