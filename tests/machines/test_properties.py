"""P3 to P7 over every machine: the strategies come from the facts, and so do the judgements."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trainstate
from trainstate.spec.load import builtin_spec, load_spec, spec_names
from trainstate.spec.model import Evidence
from trainstate.testing import from_spec
from trainstate.testing.visits import Visits
from trainstate.track import Tracker

OTHERS = spec_names()[1:]
MIXED = [builtin_spec(name) for name in spec_names()]


def sequences(name: str, **options: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    return from_spec(builtin_spec(name)).polls(**options)


def alarms(report: trainstate.Report) -> list[str]:
    return [str(found) for found in report if found.severity != "info"]


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
    spec, visits = builtin_spec(name), Visits()
    ends = st.sampled_from(sorted(spec.terminal_secondaries))

    @settings(max_examples=4000, database=None, derandomize=True, deadline=None)
    @given(from_spec(spec).runs() | ends.flatmap(lambda end: from_spec(spec).runs(terminal=end)))
    def visit(run: Any) -> None:
        visits.statuses |= {*run.statuses}
        visits.pairs |= {*run.pairs}
        visits.transitions |= {*pairwise(run.statuses)}

    visit()
    missed = visits.missed(Evidence.DEPRECATED, spec)
    assert {"statuses": [], "pairs": [], "transitions": []} == missed
