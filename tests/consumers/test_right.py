"""A right consumer passes, on all histories up to the bound and on others by chance."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.consumers import planted
from trainstate.aws import JobFailed, JobNotFound, Timing, wait
from trainstate.spec.load import builtin_spec
from trainstate.spec.model import Evidence
from trainstate.testing.consumers import ConsumerReport, CourseScope, check_consumer
from trainstate.testing.consumers.scope import legal_walks
from trainstate.track import STRICT, Action


@pytest.fixture(scope="module")
def report() -> ConsumerReport:
    return check_consumer(planted.right)


def test_a_tracker_with_a_policy_is_right(
    report: ConsumerReport, record_property: Callable[[str, object], None]
) -> None:
    """Nothing is found with the default scope: spot, retries, deletion, reuse and all."""
    record_property("played", report.summary)

    assert () == report.findings, str(report)


def test_the_report_says_how_much_was_played(report: ConsumerReport) -> None:
    """The exhaustive part has every recorded history of at most five states."""
    spec, guards = builtin_spec().accepting(Evidence.RECORDED), CourseScope().guards
    count = len(list(legal_walks(spec, guards, 5)))

    assert (5, count, 100) == (report.longest, report.exhaustive, report.random)
    assert count >= 40
    assert report.courses > 15 * count
    assert f"all {count} histories of at most 5 states in {report.courses}" in report.summary


def of_the_package(client: Any, name: str) -> None:
    """The wait that the package itself offers, without the sleep that it keeps by default."""
    clock = Timing(now=time.monotonic, sleep=time.sleep)
    wait(client, name, clock=clock)


def reading(value: Any, error: BaseException | None) -> Action:
    del value
    if error is None:
        return Action.DONE
    assert isinstance(error, JobFailed | JobNotFound), error
    return Action.ERROR


def test_the_package_s_own_wait_is_right() -> None:
    """`trainstate.aws.wait` says of every course what the strict policy says."""
    scope = CourseScope(longest=4, random=30)
    found = check_consumer(of_the_package, scope=scope, outcome=reading, policy=STRICT)

    assert () == found.findings, str(found)
