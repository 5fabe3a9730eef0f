"""What a user's lines of NDJSON get is what the same responses get that are read one by one.

The fast path is asked first where ``trainstate check`` reads lines; here its report is
held against the plain one's on lines that are odd in some way.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

import pytest

from tests.lives import COMPLETED, life, poll
from trainstate.check.report import Report
from trainstate.check.stream import Checker, judge
from trainstate.history.readers.settings import Limits
from trainstate.history.readers.source import Asked, Input
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()


def report(lines: Iterable[str], *, fast: bool, **how: Any) -> tuple[Report, int]:
    """The report on lines, and how many of them the fast path took."""
    checker = Checker(spec=SPEC, **how)
    repeats = checker.repeats() if fast else None
    asked = Asked(spec=SPEC, limits=Limits(), input_format="ndjson", repeats=repeats)
    data = io.BytesIO("\n".join([*lines, ""]).encode())
    judged = judge(Input(asked=asked, name="lines", file="lines").read(data), checker)
    return judged, 0 if repeats is None else repeats.total


def both(lines: Iterable[str], **how: Any) -> tuple[Report, int]:
    """The report of both paths, which must be one, and how many lines the fast one took."""
    kept = list(lines)
    plain, _ = report(kept, fast=False, **how)
    found, taken = report(kept, fast=True, **how)

    assert plain == found
    return found, taken


def names(found: Report) -> list[str]:
    """The names of the findings that are shown."""
    return [finding.name for finding in found if finding.severity != "info"]


def fleet(**how: Any) -> list[str]:
    """The lines of three jobs that live alike, so that all paths through them are known."""
    responses = [one for at in range(3) for one in life(*COMPLETED, name=f"twin-{at}", **how)]
    return [json.dumps(response) for response in responses]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000])
def test_a_number_that_no_rule_reads_may_be_any(number: str) -> None:
    """A metric that is infinite, or none, as ``json.dumps`` writes it, hides no response."""
    metric = f'"FinalMetricDataList": [{{"MetricName": "loss", "Value": {number}}}]'
    lines = [line.replace('"RoleArn"', f'{metric}, "RoleArn"') for line in fleet()]

    found, _ = both(lines)

    assert [] == names(found)
    assert (15, 3) == (found.summary.responses, found.summary.consistent)


@pytest.mark.parametrize(
    ("member", "rule"),
    [("TrainingTimeInSeconds", "wrong-type"), ("TrainingEndTime", "bad-timestamp")],
)
@pytest.mark.parametrize("number", ["1e999", "NaN", "9" * 5000])
def test_a_number_that_a_rule_reads_must_be_one(member: str, rule: str, number: str) -> None:
    """Seconds and times that are infinite, or no number, are told as what they are."""
    done = json.dumps({**poll(*COMPLETED), member: "HERE"}).replace('"HERE"', number)

    found, _ = both([*fleet(), done])

    assert [rule] == names(found)


def test_lines_of_several_records_are_judged_alike() -> None:
    """Records that a delivery stream has joined are those that stand on lines of their own."""
    lines = fleet()
    joined = [lines[0] + lines[5], *lines[1:5], "".join(lines[6:9]), *lines[9:]]

    found, _ = both(joined)
    apart, _ = both(lines)

    assert apart.summary == found.summary
    assert [] == names(found)
