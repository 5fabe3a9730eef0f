"""The conformance cases: well formed, of every rule, and what the check says of each."""

from __future__ import annotations

import json
from collections import Counter

import pytest

import trainstate
from trainstate.rules.index import find_rule, rules
from trainstate.testing.conformance import Case, Expected, cases, differences

ALL = cases()


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.description)
def test_a_case(case: Case) -> None:
    """The check gives a case the verdict and the findings that the facts give it."""
    assert () == differences(case, trainstate.check)


def test_there_are_enough_cases() -> None:
    """There are at least 150 cases, each with a description of its own."""
    described = Counter(case.description for case in ALL)

    assert [] == [text for text, count in described.items() if count > 1]
    assert len(ALL) >= 150


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.description)
def test_a_case_is_plain_data(case: Case) -> None:
    """A case's responses can be written as JSON, so that any language can read them."""
    responses = [dict(response) for response in case.responses]

    assert responses == json.loads(json.dumps(responses))
    assert bool(responses) is (case.text is None)


@pytest.mark.parametrize("finding", sorted({f for case in ALL for f in case.findings}), ids=str)
def test_a_finding_names_one_rule(finding: Expected) -> None:
    """The code and the name of an expected finding are those of one rule."""
    assert find_rule(finding.name).code == finding.code


def test_every_error_and_warning_has_a_case() -> None:
    """Each rule that can make an error or a warning of a recording is in a case."""
    told = {finding.name for case in ALL for finding in case.findings}
    # No recording breaks a rule about the API's model or its operations.
    beyond = ("drift", "operation")
    loud = [r for r in rules() if r.severity != "info" and r.scope not in beyond]
    # Those of other machines only are held by tests/machines.
    judged = {r.name for r in loud if r.applies(trainstate.SPEC)}

    assert set() == judged - told


def test_a_wrong_verdict_is_a_difference() -> None:
    """A check that calls everything consistent differs in verdict and findings."""
    case = next(case for case in ALL if case.verdict == "INCONSISTENT")
    blind = trainstate.check([], select=["unreadable-record"])

    found = differences(case, lambda *_, **__: blind)

    assert found[0].startswith("verdict: expected INCONSISTENT, got CONSISTENT")
    assert any(text.startswith("missing: ") for text in found)


def test_a_needless_finding_is_a_difference() -> None:
    """A check that finds more than a case expects differs."""
    case, faulty = (
        next(case for case in ALL if bool(case.findings) is wanted) for wanted in (False, True)
    )
    report = trainstate.check(faulty.recording, **faulty.options)

    assert any("not expected: " in text for text in differences(case, lambda *_, **__: report))


def test_a_group_by_name() -> None:
    """A group's cases can be read alone."""
    assert {"pairs"} == {case.group for case in cases("pairs")}
