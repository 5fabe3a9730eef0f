"""The tracker: what observations of one job mean, however they come."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from tests.following import bare, followed
from tests.lives import BORN, COMPLETED, SPOT, life, poll
from trainstate.checking.report import Verdict
from trainstate.track import Novelty, Outcome, Provenance, Tracker


def test_a_new_tracker_knows_nothing() -> None:
    """Before the first observation there is no state, and any beginning can come."""
    tracker = Tracker()

    assert ("?/?", Outcome.UNKNOWN, (), 0, None) == (
        str(tracker.state),
        tracker.outcome,
        tracker.durations,
        tracker.attempts,
        tracker.job,
    )
    assert {"Starting", "Pending"} == {state.secondary for state in tracker.next}
    assert tracker.can_reach("Completed")
    assert (None, None, None, None, Verdict.CONSISTENT) == (
        tracker.savings,
        tracker.instances,
        tracker.failure_reason,
        tracker.created,
        tracker.verdict,
    )


def test_what_no_poll_saw_is_told() -> None:
    """A job that ended between two polls passed every status of its history."""
    tracker = followed(poll("Starting"))
    update = tracker.observe(poll(*COMPLETED))

    assert list(COMPLETED[1:]) == [change.after.secondary for change in update.changes]
    assert [datetime.fromtimestamp(BORN + 60 * place, UTC) for place in range(1, 5)] == [
        change.at for change in update.changes
    ]


def test_times_are_datetimes() -> None:
    """When the job was created and when it entered a status are datetimes in UTC."""
    tracker = followed(poll("Starting"))

    assert datetime.fromtimestamp(BORN, UTC) == tracker.created
    assert tracker.created == tracker.timeline[0].start


def test_a_repeat_is_a_repeat() -> None:
    """The same response again brings nothing."""
    update = followed(poll("Starting")).observe(poll("Starting"))

    assert (Novelty.REPEAT, ()) == (update.novelty, update.changes)
    assert (True, False, False) == (update.is_repeat, update.is_new, update.is_stale)


def test_an_old_response_is_stale() -> None:
    """What arrives late and teaches nothing says so."""
    assert followed(poll(*COMPLETED)).observe(poll("Starting")).is_stale


def test_a_message_that_changes_in_place_is_no_change_of_state() -> None:
    """The last entry's message is told apart."""
    later = poll("Starting", LastModifiedTime=BORN + 5)
    later["SecondaryStatusTransitions"][0]["StatusMessage"] = "Preparing the instances"
    update = followed(poll("Starting")).observe(later)

    assert ((), [(0, "Starting now", "Preparing the instances")]) == (
        update.changes,
        [(change.index, change.before, change.after) for change in update.messages],
    )


def test_a_stop_request_changes_the_primary_alone() -> None:
    """The primary runs ahead of the history, and stays ahead."""
    stopping = poll("Starting", TrainingJobStatus="Stopping", LastModifiedTime=BORN + 9)
    tracker = followed(poll("Starting"))
    first = tracker.observe(stopping)
    second = tracker.observe(
        poll("Starting", "Downloading", TrainingJobStatus="Stopping", LastModifiedTime=BORN + 70)
    )

    assert ["InProgress/Starting -> Stopping/Starting"] == [str(change) for change in first.changes]
    assert (None, Provenance.SEEN) == (first.changes[0].item, first.changes[0].provenance)
    assert ["Stopping/Starting -> Stopping/Downloading"] == [
        str(change) for change in second.changes
    ]


def test_an_unknown_status_is_reported_and_the_tracker_goes_on() -> None:
    """Values are subject to change: nothing raises, and the outcome is unknown."""
    odd = poll("Starting", "Polishing", TrainingJobStatus="Resting")
    tracker = followed(poll("Starting"), odd)

    assert ("Resting/Polishing", Outcome.UNKNOWN, Verdict.UNKNOWN) == (
        str(tracker.state),
        tracker.outcome,
        tracker.verdict,
    )
    assert () == tracker.next


def test_a_reused_name_begins_another_epoch() -> None:
    """Another creation time is another job, and its state is its own."""
    tracker = followed(poll(*COMPLETED))
    update = tracker.observe(poll("Starting", born=BORN + 9999))
    late = tracker.observe(poll(*COMPLETED[:2]))

    assert (True, 1, "InProgress/Starting") == (update.began, update.epoch, str(tracker.state))
    assert (Novelty.STALE, 0) == (late.novelty, late.epoch)


def test_a_contradicted_tracker_goes_by_the_newest_pair() -> None:
    """Where no run explains what was seen, what can come next follows from the pair."""
    tracker = followed(poll(*COMPLETED), bare("InProgress", "Training", BORN + 5000))

    assert (Verdict.INCONSISTENT, "InProgress/Training") == (tracker.verdict, str(tracker.state))
    assert tracker.can_reach(secondary="Uploading")


def test_a_forked_history_leaves_the_timeline_alone() -> None:
    """What contradicts the history is a finding, and is not merged into it."""
    tracker = followed(poll("Starting", "Downloading", "Training"))
    update = tracker.observe(poll("Starting", "Pending", "Training", LastModifiedTime=BORN + 500))

    assert "forked-history" in {finding.name for finding in update.findings}
    assert ["Starting", "Downloading", "Training"] == [item.status for item in tracker.timeline]


def test_trackers_compare_by_what_they_know() -> None:
    """Equal knowledge is equal, whatever the way to it; a tracker is no key."""
    assert followed(*life(*COMPLETED)) == followed(poll(*COMPLETED))
    assert followed(poll("Starting")) != followed(poll(*COMPLETED))
    assert followed(poll("Starting")) != "a text"
    with pytest.raises(TypeError):
        hash(Tracker())


def test_a_tracker_shows_itself() -> None:
    """The job, its state and its outcome."""
    assert "InProgress/Starting, running" in repr(followed(poll("Starting")))


def test_threads_may_share_a_tracker() -> None:
    """Observing from many threads at once ends as observing in turn."""
    tracker, responses = Tracker(), life(*SPOT)
    threads = [
        threading.Thread(target=lambda: [tracker.observe(one) for one in responses])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert followed(*responses) == tracker
    assert 8 * len(responses) == tracker.epochs[0].responses


def test_a_sharper_time_is_kept() -> None:
    """A reading that is cut to the second gives way to the exact one, in any order."""
    exact = poll("Starting", "Downloading", born=BORN + 0.25)
    cut = poll("Starting", "Downloading", born=BORN)
    cut["CreationTime"] = exact["CreationTime"]

    assert followed(exact, cut).timeline == followed(cut, exact).timeline
    entered = datetime.fromtimestamp(BORN + 60.25, UTC)
    assert entered == followed(cut, exact).timeline[1].start


def test_a_state_of_which_the_timeline_lost_track_is_still_changed() -> None:
    """A history that has no place for what was seen before gives the last change only."""
    tracker = followed(bare("InProgress", "Uploading", BORN + 500))
    update = tracker.observe(poll("Starting", "Downloading", LastModifiedTime=BORN + 600))

    assert ["InProgress/Uploading -> InProgress/Downloading"] == [
        str(change) for change in update.changes
    ]
    assert () == update.learned
