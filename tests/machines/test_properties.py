"""P2 to P7, and P9, over every machine: facts give the strategies, and the judgements."""

from __future__ import annotations

import json
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trainstate
from trainstate.machine.engine import Engine
from trainstate.machine.guards import Allowance, Configuration
from trainstate.machine.step import is_legal_step
from trainstate.spec.load import builtin_spec, load_spec, spec_names
from trainstate.spec.model import Evidence
from trainstate.testing import from_spec
from trainstate.testing.coverage import Coverage
from trainstate.track import Tracker

OTHERS = spec_names()[1:]
MIXED = [builtin_spec(name) for name in spec_names()]


def sequences(name: str, **options: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    return from_spec(builtin_spec(name)).polls(**options)


def alarms(report: trainstate.Report) -> list[str]:
    return [str(found) for found in report if found.severity != "info"]


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("allowed", [True, False])
def test_engine_and_step_agree_on_every_pair_of_states(name: str, allowed: bool) -> None:
    """The machine of the library and the step tables allow the same moves."""
    spec = builtin_spec(name)
    config = Configuration(tuple((guard.name, Allowance(allowed)) for guard in spec.guards))
    engine, differing = Engine(spec, config=config), []
    for before, after in product(spec.pair_by_key, repeat=2):
        engine.adopt(before)
        if engine.can(after) is not is_legal_step(spec, before, after, config):
            differing.append((before, after))

    assert [] == differing


@pytest.mark.parametrize("name", OTHERS)
@given(data=st.data())
def test_every_sequence_of_polls_is_consistent(name: str, data: st.DataObject) -> None:
    """No legal life of a job has an error or a warning, and its machine is recognised."""
    sequence = data.draw(sequences(name))
    report = trainstate.check(sequence)

    assert ([], "CONSISTENT") == (alarms(report), report.verdict)
    assert [name] == [job.machine for job in report.jobs]


@pytest.mark.parametrize("name", OTHERS)
@given(data=st.data())
def test_asking_for_a_machine_says_the_same(name: str, data: st.DataObject) -> None:
    """What is recognised is judged as what is asked for, and text as mappings are."""
    sequence = data.draw(sequences(name))
    text = "\n".join(json.dumps(response, default=str) for response in sequence)
    asked = trainstate.check(text + "\n", spec=load_spec(name))

    assert [str(one) for one in trainstate.check(text + "\n")] == [str(one) for one in asked]
    assert "CONSISTENT" == asked.verdict


@pytest.mark.parametrize("name", OTHERS)
@given(data=st.data())
def test_the_tracker_is_the_check(name: str, data: st.DataObject) -> None:
    """A tracker takes its machine from the first observation, and keeps it when it is saved."""
    sequence, tracker = data.draw(sequences(name)), Tracker()
    found = [str(one.code) for response in sequence for one in tracker.observe(response).findings]

    assert name == tracker.spec.name
    assert [one.code for one in trainstate.check(sequence)] == found
    assert tracker == Tracker.from_json(tracker.to_json())


@pytest.mark.parametrize("name", OTHERS)
@given(data=st.data())
def test_an_end_that_is_left_is_found(name: str, data: st.DataObject) -> None:
    """After an end the first response of the job is shown again: that is an error."""
    sequence = data.draw(sequences(name))
    spec = builtin_spec(name)
    primary = spec.layout.primary
    first = next((r for r in sequence if r[primary] not in spec.ended_primaries), None)
    if first is None or sequence[-1][primary] not in spec.ended_primaries:
        return
    again = {**sequence[-1], **{k: first[k] for k in (primary, spec.layout.secondary) if k}}

    assert "INCONSISTENT" == trainstate.check([*sequence, again]).verdict


@pytest.mark.parametrize("name", OTHERS)
@given(data=st.data())
def test_repeating_and_reordering_contradict_nothing(name: str, data: st.DataObject) -> None:
    """A poll that comes twice says the same; a legal life in any order is no error."""
    sequence = data.draw(sequences(name))
    twice = [one for response in sequence for one in (response, response)]
    order = data.draw(st.permutations(sequence))

    assert ([], "CONSISTENT") == (alarms(trainstate.check(twice)), trainstate.check(twice).verdict)
    assert "CONSISTENT" == trainstate.check(order, order="free").verdict


@pytest.mark.parametrize("name", OTHERS)
@given(data=st.data())
def test_no_value_of_a_member_ends_the_check(name: str, data: st.DataObject) -> None:
    """Whatever stands in a member of one response costs that record alone."""
    sequence = data.draw(sequences(name))
    at = data.draw(st.integers(0, len(sequence) - 1))
    member = data.draw(st.sampled_from(sorted(sequence[at])))
    odd = st.none() | st.booleans() | st.text() | st.floats() | st.lists(st.integers())
    value = data.draw(odd | st.dictionaries(st.text(), odd))
    broken = [*sequence[:at], {**sequence[at], member: value}, *sequence[at + 1 :]]

    assert len(sequence) == trainstate.check(broken).summary.responses + sum(
        found.code == "TS001" for found in trainstate.check(broken)
    )


@given(data=st.data())
def test_a_mix_is_judged_job_by_job(data: st.DataObject) -> None:
    """Interleaving the jobs of all machines changes no verdict and no number of responses."""
    streams = [data.draw(from_spec(spec).polls(most=3, evidence="inferred")) for spec in MIXED]
    mixed = [one for step in range(3) for stream in streams for one in stream[step : step + 1]]
    report = trainstate.check(mixed)

    assert ([], len(MIXED), len(mixed)) == (
        alarms(report),
        report.summary.jobs,
        report.summary.responses,
    )
    assert set(OTHERS) == {job.machine for job in report.jobs if job.machine}


@pytest.mark.parametrize("name", OTHERS)
def test_every_fact_is_visited(name: str) -> None:
    """The strategies come to every status, every pair and every transition."""
    spec = builtin_spec(name)
    visits = Coverage(spec)
    ends = st.sampled_from(sorted(spec.terminal_secondaries))

    @settings(max_examples=4000, database=None, derandomize=True, deadline=None)
    @given(from_spec(spec).runs() | ends.flatmap(lambda end: from_spec(spec).runs(terminal=end)))
    def visit(run: Any) -> None:
        visits.statuses |= {*run.statuses}
        visits.pairs |= {*run.pairs}
        visits.transitions |= {*pairwise(run.statuses)}

    visit()
    missed = visits.missed(Evidence.DEPRECATED)
    assert {"statuses": [], "pairs": [], "transitions": []} == missed
