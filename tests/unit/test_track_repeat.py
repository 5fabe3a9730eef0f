"""Polls of boto3 that show what the one before them showed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from dateutil.tz import tzlocal, tzutc

from tests.following import followed
from tests.lives import BORN, COMPLETED, poll
from trainstate.spec.load import builtin_spec
from trainstate.track import Tracker
from trainstate.track.repeat import footprint


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


def test_a_poll_that_is_told_otherwise_the_second_time_is_no_repeat() -> None:
    """After an event without a time, which knew more, only the second old poll is late."""
    head = poll("Starting", "Failed", FailureReason="AlgorithmError: exit code 1")
    detail = {key: value for key, value in head.items() if key != "LastModifiedTime"}
    event = {"detail-type": "SageMaker Training Job State Change", "detail": detail}
    late = boto3_like(poll("Starting"))
    tracker = followed(event, late)
    codes = [[found.code for found in tracker.observe(late).findings] for _ in range(3)]

    assert [["TS601"], [], []] == codes
