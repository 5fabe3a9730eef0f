"""The rare branches of what makes verdicts: each with the case that needs it."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

import trainstate
from trainstate.checking.epoch import Epoch
from trainstate.checking.members import digests
from trainstate.checking.stream import Checker
from trainstate.errors import SpecError, UsageError
from trainstate.history.model import Entry, Kind, Origin, Response
from trainstate.history.wire import read_response
from trainstate.machine.align import align
from trainstate.machine.engine import crossed
from trainstate.machine.guards import UNSEEN
from trainstate.rules.example import poll, written
from trainstate.rules.index import refuse_twins, rules
from trainstate.rules.model import Comparison, OtherEpoch, Reading
from trainstate.rules.shown import quoted
from trainstate.rules.tolerances import Tolerances
from trainstate.rules.ts609_identity_reused import Reuse, reuse

SPEC = trainstate.SPEC
ACTIVE = "InProgress/Training: Starting 90, Training"


def response(text: str = ACTIVE, changes: dict[str, Any] | None = None) -> Response:
    return read_response(written(poll(text, changes or {})), SPEC, origin=Origin())


def comparison(read: Response | None = None, **facts: Any) -> Comparison:
    reading = Reading(
        response=read or response(), spec=SPEC, tolerances=Tolerances(), config=UNSEEN
    )
    return Comparison(reading=reading, index=0, **facts)


def test_two_rules_of_one_name_are_refused() -> None:
    """A name or a code belongs to one rule."""
    one = rules()[0]

    with pytest.raises(SpecError, match="code belongs to one rule"):
        refuse_twins([one, one])


def test_a_history_that_its_own_response_contradicts_makes_no_clash() -> None:
    """The response that has it is reported already; nothing else was seen to contradict."""
    epoch = Epoch(spec=SPEC, job="job")
    epoch.observe(response("InProgress/Uploading: Starting 90, Stopping 5, Uploading"))
    bare = {"/SecondaryStatusTransitions": None}
    seen = epoch.observe(response("InProgress/PreparingTrainingStack", bare))

    assert seen.clash is None


@pytest.mark.parametrize("value", [10**5000, {"again": ...}], ids=["digits", "itself"])
def test_a_value_that_is_not_json_has_a_digest(value: Any) -> None:
    """An integer of thousands of digits, and a value that holds itself."""
    if isinstance(value, dict):
        value["again"] = value
    recorded = written(poll(ACTIVE)) | {"HyperParameters": value}
    found = digests(read_response(recorded, SPEC, origin=Origin()), SPEC)

    assert len(found["HyperParameters"]) == 8


ENDED = "Completed/Completed: Starting 90, Training 60, Uploading 9, Completed"


def test_a_response_that_lacks_more_than_a_member_is_an_excerpt() -> None:
    """Who left the history out may have left the role out, too."""
    role = {"/RoleArn": "arn:aws:iam::111122223333:role/Trainer"}
    bare = {"/SecondaryStatusTransitions": None, "/RoleArn": None}
    report = trainstate.check([written(poll(ACTIVE, role)), written(poll(ACTIVE, bare))])

    assert "changed-fixed-member" not in {finding.name for finding in report.findings}


def test_a_primary_status_that_no_pair_has_is_the_odd_one() -> None:
    """Where only stronger evidence is accepted it is told without a secondary status."""
    recorded = written(poll("Deleting/Completed: Starting 90, Training 60, Completed"))
    del recorded["SecondaryStatus"]
    report = trainstate.check(recorded, accept="documented")
    (found,) = [finding for finding in report.findings if finding.name == "illegal-pair"]

    assert found.pointer == "/TrainingJobStatus"


def test_an_option_of_no_such_value_is_refused() -> None:
    """The error lists what is accepted."""
    with pytest.raises(UsageError, match="arrival, free"):
        trainstate.check([], order="random")


def test_a_finding_is_a_line_of_text() -> None:
    """Place, code, name and message."""
    report = trainstate.check(written(poll("Completed/Completed: Starting 90, Completed")))

    assert "TS301 illegal-transition" in str(report.findings[0])


def test_the_end_of_a_job_is_judged_once() -> None:
    """Asking again for what is known at the end finds nothing new."""
    checker = Checker(rules=tuple(rule for rule in rules() if rule.on_request))
    checker.feed(response())

    assert len(checker.close()[0]) == 1
    assert checker.close()[0] == []


def test_a_spec_without_an_end_aligns_nothing() -> None:
    """Where no history can end there is no cheapest one that does."""
    endless = evolve(SPEC, transitions=())

    assert align(endless, ("Starting", "Training"), finished=True) is None


def test_a_move_within_a_primary_leaves_and_enters_the_secondary_alone() -> None:
    """Parents that stay are neither left nor entered."""
    left, entered = crossed(("InProgress", "Starting"), ("InProgress", "Training"))

    assert (len(left), len(entered)) == (1, 1)


def test_a_log_without_stamps_is_in_no_wrong_order() -> None:
    """What was not printed cannot go back."""
    read = evolve(
        response(), kind=Kind.LOG, history=(Entry(status="Starting", written="Starting"),)
    )
    read = evolve(read, created=None, modified=None, instants={}, primary=None, secondary=None)
    report = Checker().feed(read)

    assert [finding.name for finding in report if finding.severity == "error"] == []


def test_a_step_without_a_clash_left_no_end() -> None:
    """Only a clash can leave an end."""
    assert not comparison().left_end
    assert rules()[0].category == "TS0"


@pytest.mark.parametrize(
    ("before", "after", "facts"),
    [
        ("Training", "Starting", "`Starting` after the recorded states"),
        ("Uploading", "Pending", "`Pending` after the recorded states"),
    ],
)
def test_a_way_back_that_only_a_retry_explains_leaves_the_verdict_open(
    before: str, after: str, facts: str
) -> None:
    """Of polls without histories and without a configuration nobody knows if it was allowed."""
    bare = {"/SecondaryStatusTransitions": None, "/StoppingCondition": None}
    polls = [
        written(poll(f"InProgress/{status}", bare, modified=at))
        for status, at in ((before, 100), (after, 200))
    ]
    report = trainstate.check(polls, accept="documented")
    (found,) = [finding for finding in report if finding.name == "guard-unverified"]

    assert found.message.startswith(facts)
    assert (report.verdict, found.severity) == ("UNKNOWN", "info")


@pytest.mark.parametrize(("created", "expected"), [(None, None), ("same", Reuse.TOGETHER)])
def test_a_name_is_used_again_only_by_known_creations(created: Any, expected: Any) -> None:
    """Without a creation time nobody can tell; with the same one the two are together."""
    read = response()
    earlier = OtherEpoch(created=read.created if created else None, last_seen=None, ended=True)

    assert reuse(comparison(read), earlier) is expected


def test_a_poll_without_its_creation_does_not_reuse_a_name() -> None:
    """It counts to the first job of the name, and nobody can tell if that one lived on."""
    ended = "Completed/Completed: Starting 90, Training 60, Uploading 5, Completed"
    late = {"/CreationTime": "2026-01-02T12:00:00Z", "/SecondaryStatusTransitions": None}
    both = [written(poll(ended)), written(poll("InProgress/Starting", late, modified=7300))]
    unborn = written(poll(ended, {"/CreationTime": None}, modified=400))

    codes = [[one.code for one in trainstate.check(one)] for one in (both, [*both, unborn])]

    assert [1, 1] == [found.count("TS609") for found in codes]


def test_a_number_of_too_many_digits_is_quoted_in_words() -> None:
    """Python refuses to print it."""
    assert quoted(10**5000) == "a number of very many digits"
    assert quoted(None) == "nothing"


def test_an_excerpt_of_a_failure_may_leave_out_its_reason() -> None:
    """What an excerpt lacks is no fault."""
    excerpt = {"TrainingJobName": "a", "TrainingJobStatus": "Failed", "SecondaryStatus": "Failed"}
    report = trainstate.check(excerpt | {"BillableTimeInSeconds": 3})

    assert "missing-failure-reason" not in {finding.name for finding in report}


def test_a_retry_too_many_is_blamed_on_the_newest() -> None:
    """No two of the polls contradict each other, and no run shows all of them."""
    changes = {
        "/SecondaryStatusTransitions": None,
        "/LastModifiedTime": None,
        "/RetryStrategy": {"MaximumRetryAttempts": 1},
    }
    statuses = ("Training", "Starting", "Training", "Starting")
    polls = [written(poll(f"InProgress/{status}", changes)) for status in statuses]
    report = trainstate.check(polls, accept="documented")
    (found,) = [finding for finding in report if finding.name == "unreachable-state"]

    assert (found.index, found.facts["at"]) == (3, 2)


def test_an_entry_of_an_example_can_be_left_out() -> None:
    """A rule's example that takes an entry away cuts the history off there."""
    cut = written(poll(ACTIVE, {"/SecondaryStatusTransitions/1": None}))

    assert ["Starting"] == [entry["Status"] for entry in cut["SecondaryStatusTransitions"]]
