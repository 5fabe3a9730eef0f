"""No rendering of a legal life is an alarm: cut times, offsets, numbers, lists, breaks, retries.

The lives are written here from the facts, without the machine and its strategies: which
statuses a job goes through, to the microsecond, and each way of counting its seconds that no
recording contradicts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import trainstate
from trainstate.history.instants import resolution, same_instant

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/life"
EXAMPLES = settings().max_examples
TRAINS = ("Downloading", "Training")
UNTRAINED = ("Starting", "Pending", "Interrupted", "Stopping", "Restarting")
ENDS = {"Completed": "Completed", "Failed": "Failed"}
FIRST = ("Starting", "Downloading", "Training")
LAST = ("Uploading", "Completed")
BREAK = ("Interrupted", "Starting", "Downloading", "Training")

COURSES: dict[str, tuple[str, ...]] = {
    "plain": (*FIRST, *LAST),
    "queued": ("Starting", "Pending", "Downloading", "Training", *LAST),
    "failed": (*FIRST, "Uploading", "Failed"),
    "failed at once": ("Starting", "Failed"),
    "stopped": (*FIRST, "Stopping", "Uploading", "Stopped"),
    "stopped in the download": ("Starting", "Downloading", "Stopping", "Stopped"),
    "stopped in the queue": ("Starting", "Pending", "Stopped"),
    "spot: interrupted": (*FIRST, *BREAK, *LAST),
    "spot: interrupted twice": (*FIRST, *BREAK, *BREAK, *LAST),
    "spot: stopped in a break": (*FIRST, "Interrupted", "Stopping", "Stopped"),
    "spot: stopped after a break": (*FIRST, "Interrupted", "Starting", "Stopping", "Stopped"),
    "spot: late": ("Pending", *FIRST[1:], *BREAK[:2], "Stopping", "MaxWaitTimeExceeded"),
    "spot: never launched": ("Starting", "Stopping", "MaxWaitTimeExceeded"),
    "retry: once": (*FIRST, *FIRST, *LAST),
    "retry: failed": (*FIRST, *FIRST, "Failed"),
    "retry: queued": (*FIRST, "Starting", "Pending", *FIRST[1:], *LAST),
    "limit": (*FIRST, "Stopping", "Uploading", "MaxRuntimeExceeded"),
}

COUNTED: dict[str, Callable[[float], int]] = {
    "floor": int,
    "round": round,
    "ceiling": lambda seconds: int(seconds) + (seconds % 1 > 0),
}

Write = Callable[[datetime], Any]
RENDERINGS: dict[str, Write] = {
    "as it is": lambda time: time,
    "milliseconds": lambda time: time.isoformat(timespec="milliseconds"),
    "seconds": lambda time: time.isoformat(timespec="seconds"),
    "rounded": lambda time: (time + timedelta(seconds=0.5)).isoformat(timespec="seconds"),
    "offset": lambda time: time.astimezone(timezone(timedelta(hours=-7, minutes=-30))).isoformat(),
    "epoch": lambda time: time.timestamp(),
    "whole epoch": lambda time: int(time.timestamp()),
    "epoch in milliseconds": lambda time: int(time.timestamp() * 1000),
}


@frozen(kw_only=True)
class Life:
    """A job that has gone through some statuses, and what its record says of its seconds."""

    statuses: tuple[str, ...]
    times: tuple[datetime, ...]
    configuration: dict[str, Any]
    counted: str
    all_of_it: bool

    def response(self, reached: int) -> dict[str, Any]:
        """The record when the job has reached a status."""
        entries: list[dict[str, Any]] = [
            {"Status": status, "StartTime": start, "EndTime": end, "StatusMessage": "told"}
            for status, start, end in zip(
                self.statuses[: reached + 1],
                self.times,
                (*self.times[1 : reached + 1], None),
                strict=False,
            )
        ]
        status, now = self.statuses[reached], self.times[reached]
        ended = reached == len(self.statuses) - 1
        primary = "Stopping" if "Stopping" in self.statuses[: reached + 1] else "InProgress"
        response = {
            "TrainingJobName": "life",
            "TrainingJobArn": ARN,
            "TrainingJobStatus": ENDS.get(status, "Stopped") if ended else primary,
            "SecondaryStatus": status,
            "CreationTime": self.times[0],
            "LastModifiedTime": now,
            "SecondaryStatusTransitions": entries,
            **self.configuration,
        }
        entries[-1] |= {"EndTime": now} if ended else {}
        started = next((e["StartTime"] for e in entries if e["Status"] in TRAINS), None)
        response |= {"TrainingStartTime": started} if started else {}
        response |= self._outcome(status, now, started) if ended else {}
        return without_none(response)

    def _outcome(self, status: str, now: datetime, started: datetime | None) -> dict[str, Any]:
        told: dict[str, Any] = {"TrainingEndTime": now}
        if status == "Failed":
            told["FailureReason"] = "InternalServerError: told"
        if status == "Completed":
            told["ModelArtifacts"] = {"S3ModelArtifacts": "s3://b/o/life/output/model.tar.gz"}
        if started is not None:
            spent = COUNTED[self.counted](self._spent(now, started))
            told |= {"TrainingTimeInSeconds": spent, "BillableTimeInSeconds": spent}
        return told

    def _spent(self, now: datetime, started: datetime) -> float:
        """The seconds of training: all since the start, or without what is none."""
        spent = (now - started).total_seconds()
        if self.all_of_it:
            return spent
        return spent - sum(
            (end - start).total_seconds()
            for status, (start, end) in zip(self.statuses, pairwise(self.times), strict=False)
            if status in UNTRAINED and start >= started
        )


def without_none(response: dict[str, Any]) -> dict[str, Any]:
    for entry in response["SecondaryStatusTransitions"]:
        if entry["EndTime"] is None:
            del entry["EndTime"]
    return response


def rendered(value: Any, write: Write) -> Any:
    """A copy with its times written."""
    if isinstance(value, dict):
        return {name: rendered(item, write) for name, item in value.items()}
    if isinstance(value, list):
        return [rendered(item, write) for item in value]
    return write(value) if isinstance(value, datetime) else value


@st.composite
def lives(draw: st.DrawFn) -> Life:
    course = draw(st.sampled_from(sorted(COURSES)))
    statuses = COURSES[course]
    spans = st.integers(1_000, 4 * 3_600_000_000)
    spent = draw(st.lists(spans, min_size=len(statuses) - 1, max_size=len(statuses) - 1))
    born = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(microseconds=draw(st.integers(0, 10**7)))
    times = [born]
    for span in spent:
        times.append(times[-1] + timedelta(microseconds=span))
    lived = int((times[-1] - born).total_seconds())
    trained = (
        sum(s for status, s in zip(statuses, spent, strict=False) if status in TRAINS) // 10**6
    )
    # A limit is what was reached, or at least as much as the job may take without reaching it.
    stopping: dict[str, Any] = {"MaxRuntimeInSeconds": max(trained, 1)}
    if course.startswith("spot"):
        stopping["MaxWaitTimeInSeconds"] = max(lived, 1)
    configuration = {
        "AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"},
        "RoleArn": "arn:aws:iam::123456789012:role/r",
        "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
        "ResourceConfig": {
            "InstanceType": "ml.g5.xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "StoppingCondition": stopping,
        "EnableNetworkIsolation": False,
        "EnableManagedSpotTraining": course.startswith("spot"),
    }
    if course.startswith("retry"):
        configuration["RetryStrategy"] = {"MaximumRetryAttempts": 3}
    return Life(
        statuses=statuses,
        times=tuple(times),
        configuration=configuration,
        counted=draw(st.sampled_from(sorted(COUNTED))),
        all_of_it=draw(st.booleans()),
    )


SUMMARY = (
    *("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingEndTime"),
    *("LastModifiedTime", "TrainingJobStatus", "SecondaryStatus"),
)


def event(response: dict[str, Any]) -> dict[str, Any]:
    """The event that tells of a response."""
    return {
        "detail-type": "SageMaker Training Job State Change",
        "source": "aws.sagemaker",
        "account": "123456789012",
        "region": "us-east-1",
        "resources": [ARN],
        "time": response["LastModifiedTime"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "detail": response,
    }


def listed(response: dict[str, Any]) -> dict[str, Any]:
    """The row of a list that shows a job."""
    row = {name: value for name, value in response.items() if name in SUMMARY}
    return {"TrainingJobSummaries": [row]}


FORMS = {"whole": lambda response: response, "event": event, "list": listed}


def alarms(recording: Any) -> list[str]:
    return [str(found) for found in trainstate.check(recording) if found.severity != "info"]


@settings(max_examples=EXAMPLES * 4)
@given(lives(), st.sampled_from(sorted(RENDERINGS)), st.sampled_from(sorted(FORMS)))
def test_no_rendering_of_a_legal_life_is_an_alarm(life: Life, times: str, form: str) -> None:
    """One form and one way to write times: each poll of the life, and all together, are silent."""
    polls = [
        rendered(FORMS[form](life.response(at)), RENDERINGS[times])
        for at in range(len(life.statuses))
    ]

    assert [] == alarms(polls)


@settings(max_examples=EXAMPLES * 4)
@given(lives(), st.data())
def test_what_one_source_cuts_does_not_contradict_another(life: Life, data: st.DataObject) -> None:
    """The end of a life is told twice, each time in a form and with times of its own."""
    last = life.response(len(life.statuses) - 1)
    # What one source cuts another does not round: that can hide no second, and shows another one.
    cutting = sorted(RENDERINGS.keys() - {"rounded"})
    ways = st.tuples(st.sampled_from(sorted(FORMS)), st.sampled_from(cutting))
    told = data.draw(st.lists(ways, min_size=2, max_size=2))

    assert [] == alarms([rendered(FORMS[form](last), RENDERINGS[times]) for form, times in told])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1_234_567, 1_234_567, True),
        (1_234_567, 1_234_000, True),
        (1_235_000, 1_234_000, False),
        (1_234_567, 1_234_568, False),
        (1_234_567, 1_000_000, True),
        (2_000_000, 1_000_000, False),
    ],
)
def test_two_readings_are_one_instant_within_what_cutting_hides(
    one: int, other: int, same: bool
) -> None:
    """A reading that is whole to the second, or the millisecond, may have been cut to it."""
    assert same_instant(one, other) is same
    assert resolution(one) == (
        1_000_000 if one % 1_000_000 == 0 else 1000 if one % 1000 == 0 else 0
    )
