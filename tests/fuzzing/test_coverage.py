"""Fuzzer and scenarios together visit all that the simulator can show on strong evidence."""

from __future__ import annotations

import pytest

import trainstate
from trainstate.machine.step import State
from trainstate.simulator import on_demand, simulate, spot, through
from trainstate.spec.model import Evidence
from trainstate.testing.coverage import Coverage
from trainstate.testing.options import StrategyOptions
from trainstate.testing.runs import guard_sets, walk_graph

SPEC = trainstate.SPEC
RESERVED = on_demand().requeued().request("x")["ResourceConfig"]


def prefixes() -> dict[tuple[str, tuple[str, str]], tuple[State, ...]]:
    """For each kind of step of the machine a way there from a creation, all guards holding."""
    everything = guard_sets(SPEC, StrategyOptions())[-1]
    found = {}
    for prefix in walk_graph(SPEC, everything, None, None).prefixes:
        states = tuple(hop.state for hop in prefix)
        before = states[-2].position.secondary if len(states) > 1 else ""
        found[before, states[-1].pair] = states
    return found


def shown(states: tuple[State, ...]) -> list[dict[str, object]]:
    """What a poll each second shows of a job that goes this way."""
    request = spot().request(
        "job", ResourceConfig=RESERVED, RetryStrategy={"MaximumRetryAttempts": 5}
    )
    with simulate(through(states, lasts=1), accept=Evidence.DEPRECATED) as sm:
        client = sm.client()
        client.create_training_job(**request)
        seen = []
        for pause in (*[1.0 for _ in states], 86_400.0, 0.0):
            seen.append(client.describe_training_job(TrainingJobName="job"))
            sm.clock.advance(pause)
    return seen


@pytest.mark.slow
def test_scenarios_visit_every_pair_and_transition_above_inferred() -> None:
    """No status, pair or transition that is documented or recorded is out of reach."""
    visits = Coverage()
    for states in prefixes().values():
        visits.take(shown(states))
    missed = visits.missed(Evidence.RECORDED)

    assert {"statuses": [], "pairs": [], "transitions": []} == missed
