"""Whatever a client answers or raises, the fuzzer reports it and never breaks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from unittest.mock import MagicMock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trainstate
from trainstate.history.model import Origin
from trainstate.history.wire import read_response
from trainstate.testing import fuzz
from trainstate.testing.fuzzing.ledger import JobLedger
from trainstate.testing.fuzzing.performer import judged
from trainstate.testing.fuzzing.requests import LISTS, creation, listing

MEMBERS = [*trainstate.SPEC.member_by_name, "TrainingJobSummaries", "NextToken", "Error"]
ODD: list[Any] = ["", "x", "Completed", "job-a-0", 0, -1, 1.5, float("nan"), None, True, b"x"]
ODD += [datetime.max, datetime(2026, 1, 2)]  # noqa: DTZ001, DTZ901 - naive is what is tried
values = st.recursive(
    st.sampled_from(ODD),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3),
    ),
    max_leaves=6,
)
answers = st.one_of(values, st.dictionaries(st.sampled_from(MEMBERS), values, max_size=6))


rows = st.dictionaries(
    st.sampled_from(trainstate.SPEC.layout.summary), st.one_of(values), max_size=5
)


@given(st.lists(st.lists(rows, max_size=3), max_size=3), st.sampled_from(sorted(LISTS)))
def test_any_summaries_are_judged(pages: list[list[dict[str, Any]]], word: str) -> None:
    """No row of a list makes a rule raise, whatever was asked for."""
    ledger = JobLedger(spec=trainstate.SPEC)
    ledger.called("create", "job-a-0", answer={}, request=creation("plain", "job-a-0"))
    asked = listing(word, datetime(2026, 1, 2, tzinfo=UTC))
    seen = tuple(map(tuple, pages))
    exchange = ledger.listed(asked, seen, fault=None, cut=False)

    assert all(finding.message for finding in judged(exchange))


@given(st.dictionaries(st.sampled_from(MEMBERS), values, max_size=8))
def test_any_description_is_judged(answer: dict[str, Any]) -> None:
    """No member of a response makes a rule raise."""
    ledger = JobLedger(spec=trainstate.SPEC)
    ledger.called("create", "x", answer=answer, request=creation("hyperparameters", "x"))
    response = read_response(answer, trainstate.SPEC, origin=Origin())
    exchanges = [ledger.called("describe", "x", response=response) for _ in range(2)]
    exchanges += [ledger.called("stop", "x"), ledger.ended("x", clocked=True)]

    assert all(finding.message for e in exchanges for finding in judged(e))


class Odd:
    """A client whose every method answers the same."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __getattr__(self, _name: str) -> Any:
        return lambda **_params: self.answer


@settings(max_examples=8)
@given(answers)
def test_any_answer_is_judged(answer: Any) -> None:
    """No answer makes the fuzzer raise, and each has a report that can be written."""
    report = fuzz(lambda: Odd(answer), max_examples=45, seconds=2, advance=lambda _s: None)

    assert report.to_json()
    assert report.to_junit()
    assert str(report)


@pytest.mark.parametrize(
    "make",
    [
        MagicMock,
        lambda: MagicMock(**{"describe_training_job.side_effect": OSError("gone")}),
        object,
        lambda: None,
    ],
)
def test_what_is_no_client_is_found_out(make: Any) -> None:
    """A mock, or nothing at all, is reported, not an error of the fuzzer."""
    report = fuzz(make, max_examples=42, seconds=5, advance=lambda _s: None)

    assert report.discoveries
