"""Random scenarios: walks on the machine itself, the same for the same seed."""

import random
from collections.abc import Sequence
from typing import Any

from attrs import evolve

from trainstate.machine.guards import Configuration
from trainstate.machine.step import State, initial_states
from trainstate.machine.walks import Hop, ending, walk, way_out
from trainstate.simulator.scenario import FAILURE, LASTS, Scenario, through
from trainstate.spec.model import Evidence, Spec

_LONGEST = 14
# Seconds: instances take time to start, and no job ends at its creation.
_LEAST = 1.0
_WEIGHTS = {
    Evidence.DOCUMENTED: 8,
    Evidence.RECORDED: 8,
    Evidence.INFERRED: 2,
    Evidence.DEPRECATED: 1,
}
_FINDINGS = ("NoIssuesFound", "IssuesFound", "Error")


def random_scenario(spec: Spec, config: Configuration, rng: random.Random) -> Scenario:
    """A random scenario that is possible for a job with this configuration.

    It uses only what the specification has: narrow that with ``Spec.accepting``.
    """
    drawn = through(_walk(spec, config, rng))
    acts = [
        evolve(
            act,
            lasts=0 if act is drawn.acts[-1] else _length(act.status, rng),
            reason=FAILURE if act.status == "Failed" else None,
        )
        for act in drawn.acts
    ]
    acts[0] = evolve(acts[0], lasts=max(_LEAST, acts[0].lasts))
    return evolve(
        drawn,
        acts=tuple(acts),
        billed=rng.choice((0.3, 0.4, 0.7)),
        findings=rng.choice(_FINDINGS),
    )


def _walk(spec: Spec, config: Configuration, rng: random.Random) -> list[State]:
    """States from a creation to an end, each one step of the machine after the previous."""
    known = ending(spec, config)
    weights = [_WEIGHTS[row.evidence] for row in spec.initials]
    start = rng.choices(initial_states(spec), weights)[0]

    def choose(hops: Sequence[Hop]) -> Hop | None:
        weighed = [_WEIGHTS[hop.row.evidence] for hop in hops if hop.row is not None]
        return rng.choices(hops, weighed)[0] if hops else None

    left = {name: allowance.budget for name, allowance in config.allowances}
    walked = [start, *walk(known, start, choose, most=_LONGEST - 1, left=left)]
    return [*walked, *way_out(known, walked[-1])]


def _length(status: str, rng: random.Random) -> float:
    usual = LASTS.get(status, 30.0)
    return round(usual * rng.choice((0, 0.01, 0.2, 1, 1, 1.7, 3)), 3)


def seeded(seed: int | None, *parts: Any) -> random.Random:
    """A random generator that depends only on a seed and its purpose."""
    return random.Random(  # noqa: S311 - what happens to jobs is no secret
        ":".join(str(part) for part in (seed or 0, *parts))
    )
