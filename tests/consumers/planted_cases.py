"""Each planted bug is found, with the shortest history that shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.consumers import planted
from trainstate.testing.consumers import (
    ConsumerFinding,
    ConsumerReport,
    CourseScope,
    FindingKind,
    check_consumer,
    replay,
)
from trainstate.track import STRICT

PLAIN = CourseScope(longest=3, spot=False, retries=False, random=0, reuse=False)
SPOT = CourseScope(longest=3, spot=True, retries=False, random=0, reuse=False)


def check(wait: Callable[..., Any], scope: CourseScope = PLAIN, **options: Any) -> ConsumerReport:
    return check_consumer(wait, scope=scope, **options)


def first(report: ConsumerReport, kind: FindingKind) -> ConsumerFinding:
    return next(finding for finding in report.findings if finding.kind is kind)


STOPPED = "InProgress/Starting, InProgress/Pending, Stopped/Stopped"


@pytest.mark.parametrize(
    ("wait", "kind", "course"),
    [
        (planted.hangs_on_stopped, FindingKind.HANGS, STOPPED),
        (planted.asynchronous, FindingKind.HANGS, STOPPED),
        (planted.swallows_everything, FindingKind.HANGS, STOPPED),
        (planted.stopped_is_success, FindingKind.MISREPORTS, STOPPED),
        (planted.wants_a_reason, FindingKind.CRASHES, STOPPED),
        (
            planted.stopping_is_done,
            FindingKind.EARLY,
            "InProgress/Starting, Stopping/Stopping, Stopped/Stopped",
        ),
        (
            planted.ignores_deleting,
            FindingKind.HANGS,
            "InProgress/Starting, (Failed/Failed), gone",
        ),
        (
            planted.wants_messages,
            FindingKind.CRASHES,
            "InProgress/Starting, Failed/Failed; without StatusMessage",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_planted_bug_is_found_with_the_shortest_history(
    wait: Callable[..., Any], kind: FindingKind, course: str
) -> None:
    """The finding of the bug's kind has the shortest course on which the bug shows."""
    found = first(check(wait), kind)

    assert course == str(found.course)


def test_a_race_between_two_calls_of_one_decision_is_found() -> None:
    """The record of a completed job may go between the two."""
    scope = CourseScope(longest=4, spot=False, retries=False, random=0, reuse=False)
    found = check(planted.asks_twice, scope).findings

    assert (
        "InProgress/Starting, InProgress/Training, InProgress/Uploading, Completed/Completed, gone"
        in {str(finding.course) for finding in found}
    )


def test_a_division_is_found_on_a_job_that_never_trained() -> None:
    """Only spot jobs that show zero seconds show it."""
    found = first(check(planted.divides, SPOT), FindingKind.CRASHES)

    assert "InProgress/Starting, Failed/Failed; spot; zero seconds" == str(found.course)


def test_what_chance_finds_is_made_small() -> None:
    """No history of three states shows it; of the longer ones nothing can be left out."""
    scope = CourseScope(longest=3, spot=True, retries=False, random=200, reuse=False)
    (found,) = check(planted.fears_interruptions, scope).findings

    assert ("; spot", 2) == (str(found.course)[-6:], str(found.course).count("Interrupted"))
    assert len(found.course.items) <= 6
    assert all(item.polls == 1 for item in found.course.items)
    assert "gone" not in str(found.course)


def test_a_finding_says_what_happened() -> None:
    """The polls with their times, what the consumer did, what the policy allows."""
    found = first(check(planted.wants_a_reason), FindingKind.CRASHES)

    assert str(found).splitlines()[1:4] == [
        f"  course: {STOPPED}",
        "  polls: 1 s InProgress/Starting · 33 s InProgress/Pending · 65 s Stopped/Stopped",
        f"  it raised KeyError: 'FailureReason' at {found.ending.where}",
    ]
    assert ("InProgress", "Starting") == found.history[0]
    assert found.ending.where.startswith("tests/consumers/planted.py:")


def test_the_snippet_of_a_finding_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """It plays the course again, and the same is wrong."""
    found = first(check(planted.stopped_is_success), FindingKind.MISREPORTS)
    exec(found.snippet, {})

    assert "misreports: the outcome is stopped-by-user, but it reports done" in (
        capsys.readouterr().out
    )


def stops_at_a_limit(value: object, error: BaseException | None) -> str:
    del value
    return "error" if error else "done"


def test_a_snippet_has_the_policy_and_the_reading() -> None:
    """What was asked for is asked for again, and what cannot be imported is named."""
    found = check(
        lambda _client, _name: None,
        policy=STRICT.but({"stopped-by-user": "retry"}, name="mine"),
        outcome=stops_at_a_limit,
    ).findings[0]
    lines = found.snippet.splitlines()

    assert lines[0].startswith("# wait = test_a_snippet_has_the_policy")
    assert "from tests.consumers.planted_cases import stops_at_a_limit" in lines
    assert "'stopped-by-user': 'retry'" in lines[-1]
    assert "name='mine'), outcome=stops_at_a_limit))" in lines[-1]


def test_the_same_cause_is_one_finding() -> None:
    """Whoever waits on for a record that is gone does so however the job had ended."""
    scope = CourseScope(longest=4, spot=False, retries=False, random=0, reuse=False)
    found = check(planted.ignores_deleting, scope).findings

    assert [(FindingKind.HANGS, None)] == [(one.kind, one.polls[-1].pair) for one in found]
    assert found[0].times > 10


def test_sleeping_for_nothing_is_hanging() -> None:
    """No virtual time passes, and the consumer is ended all the same."""
    played = replay(planted.naps, STOPPED)

    assert played.judgement is not None
    assert (FindingKind.HANGS, "200001 sleeps without a call") == (
        played.judgement.kind,
        str(played.ending.error),
    )


@pytest.mark.parametrize("wait", [planted.spins, planted.blocks])
def test_a_consumer_that_does_nothing_is_ended_in_real_time(
    wait: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watchdog says so, and what cannot be ended ends the check."""
    monkeypatch.setattr("trainstate.testing.consumers.perform._FIRST", 0.0)
    played = replay(wait, STOPPED, watchdog=0.3)

    assert played.judgement is not None
    assert FindingKind.STUCK is played.judgement.kind


def test_a_check_goes_on_only_where_the_consumer_can_be_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thread that cannot be ended would spend the virtual time of others."""
    monkeypatch.setattr("trainstate.testing.consumers.perform._FIRST", 0.0)
    report = check(planted.blocks, watchdog=0.2)

    assert (False, 1) == (report.is_complete, len(report.findings))
    assert "the consumer is stuck" in report.summary
