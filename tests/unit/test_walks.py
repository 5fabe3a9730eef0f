"""The one walker: legal steps, budgets that are kept, all walks, and ways out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest

from trainstate.machine.guards import Allowance, Configuration
from trainstate.machine.step import initial_states, successors
from trainstate.machine.walks import (
    Hop,
    budgets,
    configured,
    edges,
    ending,
    subsets,
    walk,
    walks,
    way_out,
)
from trainstate.simulator.random_scenario import random_scenario
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence

SPEC = builtin_spec()
ALL = frozenset(guard.name for guard in SPEC.guards)
SETS = list(subsets(sorted(ALL)))
START = initial_states(SPEC)[0]


def test_the_guards_make_all_sets() -> None:
    """The smallest come first, and none is missing."""
    assert 2 ** len(ALL) == len(set(SETS)) == len(SETS)
    assert (frozenset(), ALL) == (SETS[0], SETS[-1])


@pytest.mark.parametrize("guards", SETS, ids=lambda names: "+".join(sorted(names)) or "none")
def test_edges_are_the_steps_of_the_machine(guards: frozenset[str]) -> None:
    """Of every state that can be reached, in the order of the facts, with the fact of each."""
    config = configured(SPEC, guards)
    for state, hops in edges(SPEC, config).items():
        assert [(hop.state, hop.row) for hop in hops] == list(successors(SPEC, state, config))


@pytest.mark.parametrize("level", Evidence)
@pytest.mark.parametrize("guards", SETS, ids=lambda names: "+".join(sorted(names)) or "none")
def test_every_state_on_the_way_to_an_end_has_a_way_out(
    guards: frozenset[str], level: Evidence
) -> None:
    """However narrow the evidence: a walk never comes where it cannot go on to an end."""
    spec = SPEC.accepting(level)
    known = ending(spec, configured(spec, guards))
    for state, hops in known.items():
        last = (state, *way_out(known, state))[-1]

        assert last.primary in spec.terminal_primaries
        assert bool(hops) is (state.primary not in spec.terminal_primaries)


def test_a_walk_takes_the_steps_that_are_chosen() -> None:
    """It ends where none is chosen, and after as many as are allowed."""
    known = ending(SPEC, configured(SPEC, ALL))

    assert [] == list(walk(known, START, lambda _: None, most=9))
    assert 2 == len(list(walk(known, START, lambda hops: hops[0], most=2)))


def test_a_budget_is_not_overdrawn() -> None:
    """A step that uses one up is offered as often as the budget says, and never again."""
    known = ending(SPEC, configured(SPEC, ALL))
    counted = [0]

    def choose(hops: Sequence[Hop]) -> Hop | None:
        spending = [hop for hop in hops if hop.budget is not None]
        counted[0] += bool(spending)
        return next(iter(spending or hops), None)

    list(walk(known, START, choose, most=60, left=budgets(SPEC, 3)))

    assert 3 == counted[0]


def test_all_walks_are_all_legal_lives_up_to_the_bound() -> None:
    """Each is legal step by step and ends; longer bounds only add to them."""
    known = ending(SPEC, configured(SPEC, frozenset()))
    short, longer = (set(walks(known, [START], longest=bound)) for bound in (4, 5))

    assert short < longer
    for states in longer:
        following = ((known[state], after) for state, after in pairwise(states))
        assert all(after in {hop.state for hop in hops} for hops, after in following)
        assert states[-1].primary in SPEC.terminal_primaries


def test_chance_interrupts_spot_jobs_also_on_strong_evidence() -> None:
    """What leads on from an interruption needs managed spot, which the job has."""
    spec = SPEC.accepting(Evidence.RECORDED)
    guard = spec.time.savings_guard
    config = Configuration(tuple((one.name, Allowance(one.name == guard)) for one in spec.guards))
    drawn = [random_scenario(spec, config, Random(seed)) for seed in range(60)]

    assert any(act.status == "Interrupted" for scenario in drawn for act in scenario.acts)
