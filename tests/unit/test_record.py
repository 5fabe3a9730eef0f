"""The service's record: it takes only legal steps, and a response shows what it holds."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from trainstate.errors import IllegalMoveError
from trainstate.history.instants import SECOND, Instant
from trainstate.history.model import Entry
from trainstate.machine import record
from trainstate.machine.guards import Allowance, Configuration
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
NOW = Instant(1_767_348_000 * SECOND)
LATER = Instant(NOW + 60 * SECOND)


def created(**options: Any) -> record.Record:
    return record.create(SPEC, name="job", arn="arn", at=NOW, **options)


def test_a_stop_request_changes_the_primary_alone() -> None:
    """The history gets no entry, and a second request is refused."""
    stopped = record.request_stop(created(), SPEC, at=LATER)

    assert ("Stopping", "Starting") == stopped.state.pair
    assert 1 == len(stopped.history)
    with pytest.raises(IllegalMoveError, match="cannot be stopped"):
        record.request_stop(stopped, SPEC, at=LATER)


def test_a_record_takes_only_legal_steps() -> None:
    """A refused step is an error of ours that names the states and the reason."""
    spotless = Configuration((("managed-spot", Allowance(False)),))
    with pytest.raises(IllegalMoveError, match="No job begins with 'Training'"):
        created(status="Training")
    with pytest.raises(IllegalMoveError, match="cannot follow InProgress/Starting"):
        record.enter(created(), SPEC, "Uploading", at=LATER)
    with pytest.raises(IllegalMoveError, match="configuration"):
        record.enter(created(config=spotless), SPEC, "Interrupted", at=LATER)
    with pytest.raises(IllegalMoveError, match="cannot be deleted"):
        record.delete(created(), SPEC, at=LATER)
    with pytest.raises(IllegalMoveError, match="cannot change to 'Completed' alone"):
        record.change_primary(created(), SPEC, "Completed", at=LATER)


def test_a_deleted_job_keeps_its_secondary_and_its_reason() -> None:
    """Only the primary shows the deletion; what the failed job told is still there."""
    failed = record.enter(created(outcome={"FailureReason": "because"}), SPEC, "Failed", at=LATER)
    gone = record.describe(record.delete(failed, SPEC, at=LATER), SPEC)

    assert ("Deleting", "Failed") == (gone["TrainingJobStatus"], gone["SecondaryStatus"])
    assert "because" == gone["FailureReason"]


def test_training_time_leaves_out_what_breaks_it() -> None:
    """The seconds of a Stopping entry are on the clock and not in the training time."""
    job = created()
    for at, status in enumerate(("Downloading", "Training", "Stopping", "Stopped"), 1):
        job = record.enter(job, SPEC, status, at=Instant(NOW + 60 * at * SECOND))
    shown = record.describe(job, SPEC)

    assert 120 == shown["TrainingTimeInSeconds"] == shown["BillableTimeInSeconds"]
    assert 180 == (shown["TrainingEndTime"] - shown["TrainingStartTime"]).total_seconds()


def test_only_spot_jobs_save() -> None:
    """The share that is billed counts where the savings guard holds."""
    spot = Configuration((("managed-spot", Allowance(True)),))
    for config, billed in ((Configuration(), 60), (spot, 18)):
        job = record.enter(created(config=config, billed=0.3), SPEC, "Training", at=NOW)
        done = record.enter(job, SPEC, "Completed", at=LATER)

        assert billed == record.describe(done, SPEC)["BillableTimeInSeconds"]


def test_the_seconds_of_an_active_job_show_where_they_are_counted() -> None:
    """Recordings of active jobs have the seconds or not."""
    job = record.touch(record.enter(created(), SPEC, "Training", at=NOW), at=LATER)

    assert "TrainingTimeInSeconds" not in record.describe(job, SPEC)
    assert 60 == record.describe(job, SPEC, counting=True)["TrainingTimeInSeconds"]


def test_the_terminal_message_can_be_rewritten() -> None:
    """A warm pool changes the message of the last entry, and the time of the modification."""
    done = record.enter(created(), SPEC, "Failed", at=NOW)
    shown = record.describe(record.rewrite(done, "Resource released", at=LATER), SPEC)

    assert "Resource released" == shown["SecondaryStatusTransitions"][-1]["StatusMessage"]
    assert shown["LastModifiedTime"] > shown["TrainingEndTime"]


@pytest.mark.parametrize(
    ("counted", "members"),
    [
        ({"training_seconds": ""}, {"BillableTimeInSeconds"}),
        ({"billable_seconds": ""}, {"TrainingTimeInSeconds"}),
        ({"training_seconds": "", "billable_seconds": ""}, set()),
    ],
)
def test_a_service_that_does_not_bill_shows_no_seconds(
    counted: dict[str, Any], members: set[str]
) -> None:
    """A specification of another service need not have both numbers, or any."""
    spec = evolve(SPEC, layout=evolve(SPEC.layout, **counted))
    job = record.enter(created(), spec, "Training", at=NOW)
    shown = record.describe(record.enter(job, spec, "Completed", at=LATER), spec)

    assert members == {name for name in shown if name.endswith("TimeInSeconds")}


def test_a_history_that_was_read_from_a_log_shows_what_it_has() -> None:
    """A record that goes on from printed lines has entries without a start or a message."""
    printed = (Entry(status="Starting", written="Starting"),)
    job = record.enter(evolve(created(), history=printed), SPEC, "Pending", at=LATER)
    (first, second) = record.describe(job, SPEC)["SecondaryStatusTransitions"]

    assert ["Status", "EndTime"] == list(first)
    assert ["Status", "StartTime", "StatusMessage"] == list(second)
