"""What a tracker is given: responses, events, summaries, histories, texts; and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.following import ARN, followed
from tests.lives import COMPLETED, life, poll
from trainstate.errors import InputError, UnknownNameError, UsageError
from trainstate.history.readers import read_values
from trainstate.spec.load import builtin_spec
from trainstate.track import Tracker


def test_a_history_alone_is_enough() -> None:
    """The list of entries, as a person pastes it, gives the state and the timeline."""
    tracker = followed(poll(*COMPLETED)["SecondaryStatusTransitions"])
    tracker.observe(poll(*COMPLETED))

    assert (list(COMPLETED), ARN) == ([item.status for item in tracker.timeline], tracker.job)
    assert 1 == len(tracker.epochs)


def test_a_history_is_of_the_trackers_own_job() -> None:
    """A history has no name; it belongs to the job that the tracker follows."""
    tracker = followed(poll("Starting"), poll(*COMPLETED)["SecondaryStatusTransitions"])

    assert ("Completed/Completed", 1) == (str(tracker.state), len(tracker.epochs))
    assert tracker.state.inferred


def test_text_is_json() -> None:
    """A body as text and as bytes is read."""
    text = json.dumps(poll(*COMPLETED))

    assert followed(text) == followed(text.encode()) == followed(poll(*COMPLETED))


@pytest.mark.parametrize("text", ["{", b"\xff", "/etc/hostname"])
def test_text_that_is_no_json_is_refused(text: Any) -> None:
    """A tracker reads no files."""
    with pytest.raises(InputError, match="JSON"):
        Tracker().observe(text)


def test_a_value_that_holds_no_response_is_refused() -> None:
    """The error says what was expected."""
    with pytest.raises(UsageError, match="int"):
        Tracker().observe(7)


def test_several_observations_are_one_update() -> None:
    """A list of responses gives all their changes."""
    update = Tracker().observe(life(*COMPLETED))

    assert list(COMPLETED) == [change.after.secondary for change in update.changes]
    assert update.began


def test_nothing_observed_is_nothing_new() -> None:
    """An empty list brings nothing."""
    assert not Tracker().observe([]).is_new


def test_a_record_that_is_none_is_a_finding() -> None:
    """What cannot be read is reported, and the tracker goes on."""
    tracker = followed(poll("Starting"))
    update = tracker.observe([{"color": "red"}])

    assert (["TS001"], "InProgress/Starting") == (
        [finding.code for finding in update.findings],
        str(tracker.state),
    )
    assert ["TS001"] == [finding.code for finding in Tracker().observe({"color": "red"}).findings]


def test_another_jobs_response_is_refused() -> None:
    """A mix-up is the caller's, and is said."""
    with pytest.raises(UsageError, match="job-2"):
        followed(poll("Starting")).observe(poll("Starting", name="job-2"))


def test_another_accounts_job_is_another_job() -> None:
    """The ARN decides where the name is the same."""
    with pytest.raises(UsageError, match="us-west-2"):
        followed(poll("Starting")).observe(
            poll("Starting", TrainingJobArn=ARN.replace("us-east-1", "us-west-2"))
        )


def test_a_tracker_can_be_made_for_a_job() -> None:
    """By name or by ARN; the response of another is refused from the start."""
    assert (ARN, "job-1") == (Tracker(job=ARN).job, Tracker(job="job-1").job)
    with pytest.raises(UsageError, match="job-9"):
        Tracker(job="job-9").observe(poll("Starting"))


@pytest.mark.parametrize("how", [{"accept": "guessed"}, {"order": "odd"}, {"select": ["TS999"]}])
def test_an_option_that_is_none_is_refused(how: dict[str, Any]) -> None:
    """As the check refuses it."""
    with pytest.raises((UsageError, UnknownNameError)):
        Tracker(**how)


def test_rules_can_be_chosen() -> None:
    """Only what was selected is found."""
    tracker = Tracker(select="TS101", ignore=("TS102",), order="free")
    update = tracker.observe(poll("Starting", "Polishing", TrainingJobStatus="Resting"))

    assert {"TS101"} == {finding.code for finding in update.findings}


def test_a_response_that_was_read_before_is_taken_as_it_is() -> None:
    """Whoever has read a recording hands over what the reader gave."""
    read = tuple(read_values([poll(*COMPLETED)], builtin_spec()))

    assert followed(poll(*COMPLETED)) == followed(*read)


def test_an_arn_names_a_job_with_capitals() -> None:
    """ARNs have names in lower case; the response shows how the name is spelt."""
    response = {**poll("Starting"), "TrainingJobName": "Tern-1"}
    response["TrainingJobArn"] = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/tern-1"
    tracker = Tracker(job=response["TrainingJobArn"])

    assert tracker.observe(response).is_new
    assert tracker.observe({**response, "TrainingJobArn": None}).is_repeat
