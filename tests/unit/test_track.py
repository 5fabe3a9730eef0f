"""The tracker: what observations of one job mean, however they come."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from dateutil.tz import tzlocal, tzutc

from tests.lives import BORN, COMPLETED, FAILED, SPOT, STOPPED, life, poll
from trainstate.check.report import Verdict
from trainstate.errors import InputError, UnknownNameError, UsageError
from trainstate.history.instants import SECOND
from trainstate.history.readers import read_values
from trainstate.spec.load import builtin_spec
from trainstate.track import Novelty, Outcome, Provenance, Tracker
from trainstate.track.packing import Packer
from trainstate.track.repeat import footprint
from trainstate.track.snapshot import _checksum

ARN = poll("Starting")["TrainingJobArn"]
SUMMARY = {
    "TrainingJobName": "job-1",
    "TrainingJobArn": ARN,
    "CreationTime": BORN,
    "LastModifiedTime": BORN + 1000,
    "TrainingJobStatus": "Completed",
}


def followed(*observed: Any) -> Tracker:
    tracker = Tracker()
    for one in observed:
        tracker.observe(one)
    return tracker


def told(tracker: Tracker) -> list[tuple[str, str]]:
    return [(item.status, str(item.provenance)) for item in tracker.timeline]


def bare(primary: str, secondary: str | None, at: float | None, **members: Any) -> dict[str, Any]:
    """A poll of a time when responses had no history."""
    known = {"TrainingJobStatus": primary, "SecondaryStatus": secondary, "LastModifiedTime": at}
    head = {"TrainingJobName": "job-1", "TrainingJobArn": ARN, "CreationTime": BORN}
    return {**head, **{key: value for key, value in known.items() if value}, **members}


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
    assert [BORN + 60 * place for place in range(1, 5)] == [
        (change.at or 0) / SECOND for change in update.changes
    ]


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


@pytest.mark.parametrize("how", [{"primary": "Resting"}, {"secondary": "Polishing"}])
def test_an_unknown_status_cannot_be_asked_for(how: dict[str, str]) -> None:
    """The error lists what is known."""
    with pytest.raises(UnknownNameError, match="known are"):
        Tracker().can_reach(**how)


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


def test_a_sharper_time_is_kept() -> None:
    """A reading that is cut to the second gives way to the exact one, in any order."""
    exact = poll("Starting", "Downloading", born=BORN + 0.25)
    cut = poll("Starting", "Downloading", born=BORN)
    cut["CreationTime"] = exact["CreationTime"]

    assert followed(exact, cut).timeline == followed(cut, exact).timeline
    assert (BORN + 60.25) * SECOND == followed(cut, exact).timeline[1].start


def test_a_state_of_which_the_timeline_lost_track_is_still_changed() -> None:
    """A history that has no place for what was seen before gives the last change only."""
    tracker = followed(bare("InProgress", "Uploading", BORN + 500))
    update = tracker.observe(poll("Starting", "Downloading", LastModifiedTime=BORN + 600))

    assert ["InProgress/Uploading -> InProgress/Downloading"] == [
        str(change) for change in update.changes
    ]
    assert () == update.learned


def test_a_response_that_was_read_before_is_taken_as_it_is() -> None:
    """Whoever has read a recording hands over what the reader gave."""
    read = tuple(read_values([poll(*COMPLETED)], builtin_spec()))

    assert followed(poll(*COMPLETED)) == followed(*read)


def test_a_poll_without_a_history_that_shows_the_last_entry_adds_nothing() -> None:
    """The timeline stays as the history has it."""
    tracker = followed(poll("Starting", "Training"), bare("InProgress", "Training", BORN + 100))

    assert [("Starting", "read"), ("Training", "read")] == told(tracker)


def test_two_ways_to_a_state_are_one_next_state() -> None:
    """Where the history does not tell which state it is, each pair is told once."""
    pairs = [state.pair for state in followed(bare("Stopping", "Uploading", BORN + 100)).next]

    assert len(set(pairs)) == len(pairs)


def test_events_of_which_one_shows_no_primary_are_taken() -> None:
    """An event that shows less than another is not the newest."""
    head = {"detail-type": "SageMaker Training Job State Change", "source": "aws.sagemaker"}
    full = {**head, "detail": bare("InProgress", "Training", None)}
    less = {**head, "detail": bare("", "Starting", None)}

    assert "InProgress/Training" == str(followed(full, less).state)


# ------------------------------------------------------------------- repeats of boto3


def boto3_like(response: dict[str, Any], zone: Any = None) -> dict[str, Any]:
    """A response with datetimes, and the metadata that boto3 adds."""

    def moment(value: Any) -> Any:
        if isinstance(value, float):
            return datetime.fromtimestamp(value, tzlocal() if zone is None else zone)
        return value

    own = {key: moment(value) for key, value in response.items()}
    own["SecondaryStatusTransitions"] = [
        {key: moment(value) for key, value in entry.items()}
        for entry in response["SecondaryStatusTransitions"]
    ]
    return {**own, "ResponseMetadata": {"RequestId": str(id(own))}}


def test_a_repeat_of_a_running_job_is_recognised() -> None:
    """The open last entry has no end."""
    known = footprint(boto3_like(poll("Starting", "Training")), builtin_spec())

    assert known is not None
    assert known.matches(boto3_like(poll("Starting", "Training")))
    assert not known.matches(boto3_like(poll("Starting")))


def test_a_repeat_of_boto3_is_recognised() -> None:
    """The third poll of one state is recognised without reading it, and counted."""
    tracker = Tracker()
    updates = [tracker.observe(boto3_like(poll(*COMPLETED))) for _ in range(5)]

    assert updates[3] is updates[4]
    assert 5 == tracker.epochs[0].responses


@pytest.mark.parametrize(
    "change",
    [
        {"TrainingJobStatus": "Failed"},
        {"RoleArn": "arn:other"},
        {"LastModifiedTime": BORN + 999},
        {"TrainingTimeInSeconds": 12},
        {"SecondaryStatusTransitions": []},
        {"SecondaryStatusTransitions": None},
    ],
)
def test_any_other_value_is_no_repeat(change: dict[str, Any]) -> None:
    """Whatever a rule can read is compared."""
    known = footprint(boto3_like(poll(*COMPLETED)), builtin_spec())
    other = {**poll(*COMPLETED), **change}
    history = other["SecondaryStatusTransitions"]
    if history is None:
        other["SecondaryStatusTransitions"] = []
    seen = boto3_like(other)
    if history is None:
        del seen["SecondaryStatusTransitions"]

    assert known is not None
    assert not known.matches(seen)


@pytest.mark.parametrize("member", ["Status", "StatusMessage", "StartTime", "EndTime", "Other"])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_any_other_entry_is_no_repeat(member: str, place: int) -> None:
    """Each member of each entry is compared."""
    known = footprint(boto3_like(poll(*COMPLETED)), builtin_spec())
    other = poll(*COMPLETED)
    value = BORN + 7 if member.endswith("Time") else "other"
    other["SecondaryStatusTransitions"][place][member] = value

    assert known is not None
    assert not known.matches(boto3_like(other))


def test_only_dictionaries_of_boto3_are_compared() -> None:
    """Anything else is read and judged."""
    spec = builtin_spec()
    known = footprint(boto3_like(poll(*COMPLETED)), spec)
    without_zone = boto3_like(poll(*COMPLETED))
    without_zone["CreationTime"] = "2023-11-14T22:13:20Z"

    assert known is not None
    assert not known.matches([])
    assert (None, None, None) == (
        footprint("text", spec),
        footprint(poll(*COMPLETED), spec),
        footprint(without_zone, spec),
    )
    assert footprint(boto3_like(poll(*COMPLETED), timezone(timedelta(hours=1))), spec) is None


def test_a_wall_time_that_comes_twice_is_not_compared() -> None:
    """In the hour that autumn repeats, equal clocks are not equal instants."""

    class Twice(tzutc):  # type: ignore[misc]
        def utcoffset(self, moment: datetime | None) -> timedelta:
            return timedelta(hours=0 if moment is not None and moment.fold else 1)

        def fromutc(self, moment: datetime) -> datetime:
            return moment

    Twice.__name__, Twice.__module__ = "tzlocal", "dateutil.tz.tz"
    response = boto3_like(poll(*COMPLETED), UTC)
    twice = response["CreationTime"].replace(tzinfo=Twice())
    response = boto3_like(poll(*COMPLETED))
    response["CreationTime"] = twice

    assert footprint(response, builtin_spec()) is None


# ----------------------------------------------------------------------- saved trackers

RESTORE = """
import json, sys
from trainstate.track import Tracker
saved, responses = json.load(sys.stdin)
tracker = Tracker.from_json(saved)
changes = [str(change) for one in responses for change in tracker.observe(one).changes]
print(json.dumps([changes, tracker.to_json()]))
"""


def test_a_tracker_goes_on_in_another_process() -> None:
    """What follows there is what follows here."""
    responses = life(*SPOT)
    tracker = followed(*responses[:4])
    done = subprocess.run(
        [sys.executable, "-c", RESTORE],
        input=json.dumps([tracker.to_json(), responses[4:]]),
        capture_output=True,
        text=True,
        check=True,
    )
    here = [str(change) for one in responses[4:] for change in tracker.observe(one).changes]

    assert [here, tracker.to_json()] == json.loads(done.stdout)


def test_a_restored_tracker_tells_what_a_poll_without_a_history_changes() -> None:
    """The state before is the one that was saved."""
    tracker = Tracker.from_json(followed(bare("InProgress", None, BORN)).to_json())
    update = tracker.observe(bare("InProgress", "Starting", BORN))

    assert ["Starting"] == [change.item.status for change in update.changes if change.item]


def test_a_saved_tracker_has_no_secrets() -> None:
    """Of configuration there are only digests."""
    assert "hush" not in followed(poll(*COMPLETED)).to_json()


def test_a_saved_tracker_is_small() -> None:
    """It grows with the changes of a job, not with its polls."""
    once, often = followed(*life(*SPOT)), followed(*life(*SPOT) * 20)

    assert len(often.to_json()) < 1.1 * len(once.to_json()) < 8000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[]", "no saved tracker"),
        ('{"trainstate": "report"}', "no saved tracker"),
        ('{"trainstate": "tracker"}', "version None"),
        ('{"trainstate": "tracker", "version": 2}', "a newer one"),
        ('{"trainstate": "tracker", "version": 0}', "version 0"),
        ('{"trainstate": "tracker", "version": 1, "content": 3}', "damaged"),
    ],
)
def test_what_is_no_saved_tracker_is_refused(text: str, says: str) -> None:
    """The error says what is wrong, and what to do."""
    with pytest.raises(InputError, match=says):
        Tracker.from_json(text)


def test_every_damage_is_refused() -> None:
    """A saved tracker that was cut off, or has another character anywhere, is not gone on with."""
    text = followed(*life(*STOPPED)).to_json()
    for place in range(0, len(text), 7):
        other = "1" if text[place] != "1" else "2"
        for damaged in (text[:place], text[:place] + other + text[place + 1 :]):
            with pytest.raises(InputError):
                Tracker.from_json(damaged)


def test_another_specification_is_refused() -> None:
    """A tracker goes on only with the specification that it was made with."""
    saved = json.loads(followed(poll("Starting")).to_json())
    saved["content"]["tracker"]["spec"] = "other-job"
    with pytest.raises(InputError, match="other-job"):
        Tracker.from_json(resigned(saved))


def resigned(saved: dict[str, Any]) -> str:
    """The text with a checksum that fits: as a newer program of the same version writes it."""
    return json.dumps({**saved, "checksum": _checksum(saved["content"])})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content["tracker"].update(novel=1),
        lambda content: content["tracker"].update(name=7),
        lambda content: content["tracker"].update(jobs={}),
        lambda content: content["epochs"].clear(),
        lambda content: content["epochs"][0].update(ended=3),
        lambda content: content.pop("states"),
    ],
)
def test_a_form_that_does_not_fit_is_refused(spoil: Any) -> None:
    """Fields that are not known, and values of other types, are no tracker of ours."""
    saved = json.loads(followed(poll("Starting")).to_json())
    spoil(saved["content"])

    with pytest.raises(InputError, match="not of this form"):
        Tracker.from_json(resigned(saved))


def test_frozen_sets_and_numbers_are_packed() -> None:
    """What has no class of ours is packed by its kind."""
    packer = Packer(frozenset(), {})

    assert ([1, 2], [["a", [1.5]]], "ff") == (
        packer.pack(frozenset({2, 1})),
        packer.pack({"a": (1.5,)}),
        packer.pack(b"\xff"),
    )


def test_attached_machines_and_billing_are_saved() -> None:
    """A rule's evaluation and a time that went on are judged after the restoration too."""
    first = poll(
        "Starting",
        "Training",
        DebugRuleEvaluationStatuses=[
            {"RuleConfigurationName": "r", "RuleEvaluationStatus": "IssuesFound"}
        ],
        TrainingTimeInSeconds=50,
    )
    second = poll(
        "Starting",
        "Training",
        DebugRuleEvaluationStatuses=[
            {"RuleConfigurationName": "r", "RuleEvaluationStatus": "InProgress"}
        ],
        TrainingTimeInSeconds=40,
        LastModifiedTime=BORN + 100,
    )
    tracker = Tracker.from_json(followed(first).to_json())

    assert {"TS608", "TS701"} <= {finding.code for finding in tracker.observe(second).findings}
