"""What has become of a job: attempts, money, reasons, a lost record; and what can come."""

from __future__ import annotations

from typing import Any

import pytest

from tests.following import bare, followed
from tests.lives import BORN, COMPLETED, FAILED, SPOT, poll
from trainstate.errors import UnknownNameError
from trainstate.track import Outcome, Tracker


def test_attempts_and_interruptions_are_counted() -> None:
    """A spot restart is another attempt, with durations of its own."""
    tracker = followed(poll(*SPOT))
    starting = [took for took in tracker.durations if took.status == "Starting"]

    assert (2, 1, [1, 2]) == (
        tracker.attempts,
        tracker.interruptions,
        [took.attempt for took in starting],
    )


def test_a_status_that_is_entered_twice_in_an_attempt_is_added_up() -> None:
    """Starting, Pending and Starting again are one attempt."""
    tracker = followed(poll("Starting", "Pending", "Starting"))
    by_status = {took.status: took for took in tracker.durations}

    assert (1, 60.0, True) == (
        tracker.attempts,
        by_status["Starting"].seconds,
        by_status["Starting"].open,
    )


def test_savings_are_defined_where_the_job_trained() -> None:
    """(1 - billable / training) * 100, and nothing where training is 0 or absent."""
    spot = poll(*SPOT, TrainingTimeInSeconds=200, BillableTimeInSeconds=50)
    never = poll(*COMPLETED, TrainingTimeInSeconds=0, BillableTimeInSeconds=0)

    assert (75.0, 50, 200, 2) == (
        followed(spot).savings,
        followed(spot).billable,
        followed(spot).training_seconds,
        followed(spot).instances,
    )
    assert (None, None) == (followed(never).savings, followed(poll(*COMPLETED)).savings)


@pytest.mark.parametrize(
    ("groups", "count"),
    [
        ([{"InstanceCount": 2}, {"InstanceCount": 3}], 5),
        ([{"InstanceType": "ml.m5.large"}], None),
        ([], None),
        (None, None),
    ],
)
def test_instances_of_groups_are_added_up(groups: Any, count: int | None) -> None:
    """A heterogeneous job has its numbers in groups."""
    response = poll("Starting", ResourceConfig={"InstanceGroups": groups})

    assert count == followed(response).instances


def test_a_failure_has_its_reason() -> None:
    """The newest reason is kept."""
    tracker = followed(poll(*FAILED))

    assert (Outcome.FAILED, "AlgorithmError: exit code 1") == (
        tracker.outcome,
        tracker.failure_reason,
    )


def test_a_lost_record_is_a_deleted_job() -> None:
    """Where no end was seen, the outcome is that the job was deleted; said once."""
    tracker = followed(poll("Starting"))

    assert (True, False) == (tracker.lost().is_new, tracker.lost().is_new)
    assert (Outcome.DELETED, True) == (tracker.outcome, tracker.is_terminal)


def test_a_lost_record_of_an_ended_job_keeps_its_outcome() -> None:
    """The end that was seen stays."""
    tracker = followed(poll(*COMPLETED))
    tracker.lost()

    assert Outcome.SUCCEEDED is tracker.outcome


def test_a_lost_record_that_shows_up_again_was_not_lost() -> None:
    """A newer response takes it back."""
    tracker = followed(poll("Starting"))
    tracker.lost()
    tracker.observe(poll("Starting", "Downloading"))

    assert Outcome.RUNNING is tracker.outcome


def test_a_job_that_was_never_seen_cannot_be_lost() -> None:
    """Nothing is known before and after."""
    tracker = Tracker()

    assert (False, False) == (tracker.lost().is_new, tracker.job_was_seen)


def test_what_can_come_next_is_told_with_its_evidence() -> None:
    """The strongest evidence comes first."""
    following = followed(poll("Starting", "Downloading", "Training")).next

    assert ("Uploading", "documented") == (following[0].secondary, str(following[0].evidence))
    assert ("InProgress", "Uploading") in {state.pair for state in following}


def test_a_history_remembers_a_stop() -> None:
    """After Stopping, Uploading can only end in a stop or a race with the end."""
    tracker = followed(poll("Starting", "Training", "Stopping", "Uploading"))

    assert tracker.can_reach("Stopped", "Stopped")
    assert not tracker.can_reach("InProgress")


@pytest.mark.parametrize("how", [{"primary": "Resting"}, {"secondary": "Polishing"}])
def test_an_unknown_status_cannot_be_asked_for(how: dict[str, str]) -> None:
    """The error lists what is known."""
    with pytest.raises(UnknownNameError, match="known are"):
        Tracker().can_reach(**how)


def test_two_ways_to_a_state_are_one_next_state() -> None:
    """Where the history does not tell which state it is, each pair is told once."""
    pairs = [state.pair for state in followed(bare("Stopping", "Uploading", BORN + 100)).next]

    assert len(set(pairs)) == len(pairs)
