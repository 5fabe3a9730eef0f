"""P4, completeness on faults: one planted fault gives its own rule at its own place.

The operators change what an observer saw, without knowing how the rules look for it.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trainstate
from trainstate.errors import UnknownNameError
from trainstate.rules.index import rules
from trainstate.rules.model import Rule, Severity
from trainstate.testing import Faulty, faulty, polls
from trainstate.testing.faults import operators
from trainstate.testing.mutation import Operator

OPERATORS = [operator for name in operators() for operator in operators()[name]]
EXAMPLES = settings().max_examples
# No recording breaks a rule about drift (their examples and P10 hold them) or about
# operations (their examples, and the planted bugs of tests/fuzzing).
# Faults are planted into training jobs; tests/machines plants those of counters.
PLANTED = [rule for rule in rules() if rule.applies(trainstate.SPEC)]
BY_NAME = {rule.name: rule for rule in PLANTED if rule.scope not in ("drift", "operation")}


def report_on(found: Faulty) -> trainstate.Report:
    """The report on a faulty sequence; rules on request are requested."""
    recording: Any = found.responses
    if isinstance(recording[0], str):
        recording = "\n".join(recording)
    return trainstate.check(recording, select=["TS", found.rule])


def hits(report: trainstate.Report, found: Faulty) -> list[trainstate.Finding]:
    """The findings of the fault's rule at the fault's place."""
    return [
        finding
        for finding in report
        if finding.name == found.rule
        and finding.pointer == found.pointer
        and found.index in (finding.index, (finding.line or 0) - 1)
    ]


def test_every_rule_has_an_operator() -> None:
    """A rule without a fault operator is a rule that nothing holds."""
    assert set(BY_NAME) == set(operators())


@pytest.mark.parametrize("rule", BY_NAME.values(), ids=lambda rule: rule.name)
def test_a_planted_fault_is_found_at_its_place(rule: Rule) -> None:
    """The rule finds the fault in the response and at the pointer where it was planted."""

    @settings(max_examples=max(20, EXAMPLES // 8))
    @given(faulty(polls(), rule=rule.name))
    def finds(found: Faulty) -> None:
        report = report_on(found)

        assert hits(report, found) != [], [str(finding) for finding in report]

    finds()


ASKED: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "spot": st.booleans(),
        "retries": st.sampled_from([0, 1, 3]),
        "file_mode": st.booleans(),
        "evidence": st.sampled_from(["documented", "recorded", "inferred"]),
        "density": st.sampled_from(["dense", "sparse", "every"]),
        "history": st.sampled_from([None, False]),
        "times": st.sampled_from(["iso", "iso-local", "epoch", "epoch-ms"]),
    },
)


@given(ASKED.flatmap(lambda asked: polls(**asked)), st.integers(0, 50), st.sampled_from(OPERATORS))
@settings(max_examples=max(300, 3 * EXAMPLES))
def test_a_fault_is_found_whatever_was_asked_for(
    sequence: list[dict[str, Any]], pick: int, operator: Operator
) -> None:
    """Spot, retries, evidence, histories, polls and times of any kind hide no planted fault."""
    found = operator.apply(sequence, trainstate.SPEC, pick)
    if found is not None:
        report = report_on(found)

        assert hits(report, found) != [], [str(finding) for finding in report]


@given(st.sampled_from(sorted(operators())).flatmap(lambda rule: faulty(polls(), rule=rule)))
def test_the_verdict_is_as_bad_as_the_finding(found: Faulty) -> None:
    """An error makes the job INCONSISTENT; an unknown status never leaves it CONSISTENT."""
    report = report_on(found)
    worst = min(hits(report, found), key=lambda finding: finding.severity.rank)
    in_a_job = worst.index is not None

    if worst.severity is Severity.ERROR and in_a_job:
        assert report.verdict is trainstate.Verdict.INCONSISTENT
    if worst.unknown or not in_a_job:
        assert report.verdict is not trainstate.Verdict.CONSISTENT


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_an_operator_finds_a_place_in_its_own_base(operator: Operator) -> None:
    """The options that an operator names nearly always offer a place for its fault."""
    tried = [0, 0]

    @settings(max_examples=20, derandomize=True, database=None)
    @given(polls(**operator.base))
    def counts(sequence: list[dict[str, Any]]) -> None:
        tried[0] += 1
        tried[1] += operator.apply(sequence, trainstate.SPEC) is not None

    counts()

    assert tried[1] >= tried[0] // 2, tried


@given(polls(), st.sampled_from(OPERATORS))
def test_an_operator_leaves_its_input_as_it_is(
    sequence: list[dict[str, Any]], operator: Operator
) -> None:
    """The legal sequence stays legal: the fault is planted into a copy."""
    before = repr(sequence)
    operator.apply(sequence, trainstate.SPEC, 3)

    assert before == repr(sequence)


def test_an_unknown_rule_is_refused() -> None:
    """A rule that is not in the index has no faults."""
    with pytest.raises(UnknownNameError, match="forked-hstory"):
        faulty(polls(), rule="forked-hstory")
