"""What a tracker makes of responses without a history, and of events without an order."""

from __future__ import annotations

from tests.following import SUMMARY, bare, followed, told
from tests.lives import BORN, COMPLETED, poll
from trainstate.track import Outcome, Tracker


def test_a_history_that_comes_after_a_summary_is_learned() -> None:
    """Statuses before the known state are no changes: they are past."""
    seen = bare("InProgress", "Training", BORN + 130)
    tracker = followed(seen)
    update = tracker.observe(
        poll("Starting", "Downloading", "Training", LastModifiedTime=BORN + 131)
    )

    assert ((), ["Starting", "Downloading"]) == (
        update.changes,
        [item.status for item in update.learned],
    )


def test_polls_without_histories_are_seen() -> None:
    """A timeline of 2018 has no times of its own, only when a poll saw each status."""
    tracker = followed(
        bare("InProgress", "Starting", BORN + 10),
        bare("InProgress", "Starting", BORN + 20),
        bare("InProgress", "Training", BORN + 90),
    )

    assert [("Starting", "seen"), ("Training", "seen")] == told(tracker)
    assert () == tracker.durations


def test_what_every_run_passes_is_inferred() -> None:
    """Between two polls only the statuses that no run can avoid are inferred."""
    tracker = Tracker(accept="documented")
    tracker.observe(bare("InProgress", "Training", BORN + 90))
    tracker.observe(bare("Completed", "Completed", BORN + 900))

    assert [
        ("Starting", "inferred"),
        ("Training", "seen"),
        ("Uploading", "inferred"),
        ("Completed", "seen"),
    ] == told(tracker)


def test_a_summary_after_a_history_continues_it() -> None:
    """What a summary shows after the last history is at the timeline's end."""
    tracker = followed(poll("Starting", "Downloading", "Training"), SUMMARY)

    assert ("Completed", "inferred") == told(tracker)[-1]
    assert (True, "Completed/Completed") == (tracker.state.inferred, str(tracker.state))
    assert (Outcome.SUCCEEDED, True) == (tracker.outcome, tracker.is_terminal)


def test_a_summary_of_a_stopped_job_leaves_the_reason_open() -> None:
    """Several secondaries fit: the outcome says that it has stopped, and no more."""
    tracker = followed(poll("Starting", "Training"), {**SUMMARY, "TrainingJobStatus": "Stopped"})

    assert ("Stopped/?", Outcome.STOPPED) == (str(tracker.state), tracker.outcome)


def test_a_history_before_a_summary_of_the_same_is_read() -> None:
    """A summary that is older than the last history adds nothing."""
    early = {**SUMMARY, "TrainingJobStatus": "InProgress", "LastModifiedTime": BORN + 1}

    assert [(status, "read") for status in COMPLETED] == told(followed(early, poll(*COMPLETED)))


def test_events_without_any_order_are_seen() -> None:
    """Where no LastModifiedTime orders events, the one that is furthest on decides."""
    head = {"detail-type": "SageMaker Training Job State Change", "source": "aws.sagemaker"}
    late = {**head, "detail": bare("Completed", "Completed", None)}
    early = {**head, "detail": bare("InProgress", "Training", None)}

    for order in ((late, early), (early, late)):
        tracker = followed(*order)
        assert ("Completed/Completed", [("Completed", "seen")]) == (
            str(tracker.state),
            told(tracker),
        )


def test_the_end_decides_at_one_moment() -> None:
    """A summary of the end is not behind an event of the same moment for having no history."""
    ended = BORN + 120
    event = {
        "detail-type": "SageMaker Training Job State Change",
        "source": "aws.sagemaker",
        "detail": poll("Starting", "Stopping", LastModifiedTime=ended),
    }
    summary = {
        member: value
        for member, value in poll("Starting", "Stopping", "Stopped").items()
        if member in ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
    }
    page = {"TrainingJobSummaries": [{**summary, "LastModifiedTime": ended}]}

    for order in ((event, page), (page, event)):
        assert "Stopped" == followed(*order).state.primary


def test_a_response_without_a_pair_leaves_the_state() -> None:
    """An excerpt that shows no status changes nothing."""
    tracker = followed(poll("Starting"))
    nameless = {"TrainingJobName": "job-1", "TrainingStartTime": BORN + 60}

    assert not tracker.observe(nameless).is_new
    assert "InProgress/Starting" == str(tracker.state)


def test_a_poll_without_a_history_that_shows_the_last_entry_adds_nothing() -> None:
    """The timeline stays as the history has it."""
    tracker = followed(poll("Starting", "Training"), bare("InProgress", "Training", BORN + 100))

    assert [("Starting", "read"), ("Training", "read")] == told(tracker)


def test_events_of_which_one_shows_no_primary_are_taken() -> None:
    """An event that shows less than another is not the newest."""
    head = {"detail-type": "SageMaker Training Job State Change", "source": "aws.sagemaker"}
    full = {**head, "detail": bare("InProgress", "Training", None)}
    less = {**head, "detail": bare("", "Starting", None)}

    assert "InProgress/Training" == str(followed(full, less).state)
