"""Steps that are told from memory: when they are, and when the rules are asked instead."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.following import bare
from tests.lives import BORN, COMPLETED, life, poll
from trainstate.errors import UsageError
from trainstate.track import Novelty, Outcome, Tracker
from trainstate.track.shortcut import Shortcut


def as_boto3(response: dict[str, Any]) -> dict[str, Any]:
    """A response with datetimes, and the metadata that boto3 adds."""

    def dated(value: Any) -> Any:
        if isinstance(value, list):
            return [dated(item) for item in value]
        if isinstance(value, dict):
            return {key: dated(item) for key, item in value.items()}
        return datetime.fromtimestamp(value, UTC) if isinstance(value, float) else value

    return {**dated(response), "ResponseMetadata": {"RetryAttempts": 0}}


LIFE = [as_boto3(response) for response in life(*COMPLETED)]


def shortcut(tracker: Tracker) -> Shortcut | None:
    return tracker._intake._shortcut


@pytest.fixture
def warm() -> Tracker:
    """A tracker of a process that has seen such a job twice; it has seen the job's start."""
    for _ in range(2):
        other = Tracker()
        for response in LIFE:
            other.observe(response)
    tracker = Tracker()
    for response in LIFE[:2]:
        tracker.observe(response)
    return tracker


def test_what_is_told_from_memory_is_known_at_once(warm: Tracker) -> None:
    """Job, state, outcome and configuration need no ledger."""
    assert not warm._intake.ledger.lives
    assert warm.job_was_seen
    assert LIFE[0]["TrainingJobArn"] == warm.job
    assert ("InProgress/Downloading", Outcome.RUNNING) == (str(warm.state), warm.outcome)
    assert warm.configuration.allowances
    assert not warm._intake.ledger.lives


def test_the_ledger_is_brought_up_to_date_when_it_is_asked(warm: Tracker) -> None:
    """A timeline has everything that was told."""
    assert ["Starting", "Downloading"] == [item.status for item in warm.timeline]
    assert warm._intake.ledger.lives
    assert 2 == warm.epochs[0].responses


def test_a_message_that_changes_in_place_is_told(warm: Tracker) -> None:
    """It is the job's own, so that it is not in the memory."""
    changed = as_boto3(life(*COMPLETED)[1])
    changed["SecondaryStatusTransitions"][-1]["StatusMessage"] = "Downloading, nearly done"
    update = warm.observe(changed)

    assert ["Downloading, nearly done"] == [message.after for message in update.messages]
    assert Novelty.NEW is warm.observe(LIFE[2]).novelty


def test_another_jobs_response_is_refused_on_the_way(warm: Tracker) -> None:
    """As it is at the beginning; the tracker goes on."""
    with pytest.raises(UsageError, match="follows"):
        warm.observe(as_boto3(poll(*COMPLETED[:3], name="other-1")))

    assert ["Training"] == [
        change.after.secondary for change in warm.observe(LIFE[2]).changes if change.item
    ]


def test_a_name_that_is_used_again_begins_another_epoch(warm: Tracker) -> None:
    """What was waiting belongs to the first one."""
    update = warm.observe(as_boto3(poll("Starting", born=BORN + 5000)))

    assert (True, 1) == (update.began, update.epoch)
    assert [2, 1] == [epoch.responses for epoch in warm.epochs]


def test_a_lost_record_is_told_after_memory(warm: Tracker) -> None:
    """What was waiting is taken in before."""
    update = warm.lost()

    assert (Outcome.DELETED, Novelty.NEW) == (update.outcome, update.novelty)
    assert 2 == warm.epochs[0].responses


def test_a_restored_tracker_finds_its_way_back(warm: Tracker) -> None:
    """The first response after it is judged; those that follow are told from memory."""
    restored = Tracker.from_json(warm.to_json())
    for response in LIFE[2:4]:
        restored.observe(response)
        warm.observe(response)
    found = shortcut(restored)

    assert found is not None
    assert found.is_ahead
    assert warm.to_json() == restored.to_json()


def test_a_listing_between_two_polls_ends_the_way(warm: Tracker) -> None:
    """What it shows is no part of a plain history; the rules are asked from then on."""
    for observed in (bare("InProgress", None, BORN + 70.0), *LIFE[2:]):
        warm.observe(observed)

    assert shortcut(warm) is None
    assert Outcome.SUCCEEDED is warm.outcome


def test_a_tracker_without_an_order_has_no_shortcut() -> None:
    """Its responses may come in any order, so that none goes on from another."""
    tracker = Tracker(order="free")
    for response in LIFE:
        tracker.observe(response)

    assert shortcut(tracker) is None
    assert Outcome.SUCCEEDED is tracker.outcome


def test_a_message_that_was_not_kept_is_told_when_it_comes_later(warm: Tracker) -> None:
    """Of two messages at one moment the greater is kept; the other one is news at a later one."""
    shown = life(*COMPLETED)
    for response in shown[1:3]:
        response["SecondaryStatusTransitions"][1]["StatusMessage"] = "At last"
    same = warm.observe(as_boto3(shown[1]))
    later = warm.observe(as_boto3(shown[2]))

    assert ([], ["At last"]) == (
        [message.after for message in same.messages],
        [message.after for message in later.messages],
    )
