"""What rules say, and what they leave to others, where a member has not the form that it should."""

from __future__ import annotations

from typing import Any

import pytest

import trainstate
from tests.lives import poll

STATUSES = ("Starting", "Downloading", "Training")


def names(*responses: dict[str, Any]) -> set[str]:
    """The names of what is found of some polls."""
    return {finding.name for finding in trainstate.check(list(responses)).findings}


@pytest.mark.parametrize("value", [[{"Status": "Nonsense"}], "Nonsense"])
def test_a_warm_pool_of_another_form_has_no_status(value: Any) -> None:
    """Its type is wrong, and nothing is said of what it might mean."""
    found = names({**poll("Starting", "Training"), "WarmPoolStatus": value})

    assert "wrong-type" in found
    assert "illegal-warm-pool-transition" not in found
    assert "illegal-warm-pool-transition" in names(
        {**poll("Starting", "Training"), "WarmPoolStatus": {"Status": "Nonsense"}}
    )


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"Status": "Training"}, True),
        ({"Status": "Training", "StartTime": "garbage"}, False),
        ("Training", False),
    ],
)
def test_only_an_entry_that_leaves_its_start_out_lacks_it(entry: Any, told: bool) -> None:
    """One that cannot be read, or whose start cannot, is told as that."""
    response = poll("Starting", "Training")
    response["SecondaryStatusTransitions"][-1] = entry

    assert told is ("entry-without-start" in names(response))


def test_a_limit_that_only_the_history_names_was_not_reached() -> None:
    """The last entry tells the status where the response does not."""
    response = poll("Starting", "Training", "MaxRuntimeExceeded")

    assert "runtime-limit-not-reached" in names(response)
    del response["SecondaryStatus"]
    assert "runtime-limit-not-reached" in names(response)


def test_a_number_that_arrives_late_is_held_against_its_neighbours() -> None:
    """Of 5, 9 and 12 seconds the 9 contradict 7 that were seen between them and the 12."""
    polls = [
        {**poll("Starting", "Training"), "TrainingTimeInSeconds": seconds}
        for seconds in (5, 9, 12, 7)
    ]
    for response, after in zip(polls, (0, 1, 3, 2), strict=True):
        response["LastModifiedTime"] += after

    (found,) = [f for f in trainstate.check(polls).findings if f.name == "billing-went-back"]

    assert (9, 7) == (found.facts["before"], found.facts["after"])


def test_a_whole_number_may_be_written_as_a_fraction() -> None:
    """86400 and 86400.0 are one limit, and a finding writes either without a point."""
    first, second = poll("Starting"), poll("Starting", "Training")
    limit = first["StoppingCondition"]["MaxRuntimeInSeconds"]
    second["StoppingCondition"] = {"MaxRuntimeInSeconds": float(limit)}
    late = {**second, "TrainingTimeInSeconds": 60.0, "BillableTimeInSeconds": 70.0}

    assert set() == names(first, second)
    assert "70 billable seconds exceed 60 training seconds" in {
        finding.message for finding in trainstate.check([late])
    }


@pytest.mark.parametrize("part", [None, "absent"])
def test_a_part_that_is_null_is_absent(part: str | None) -> None:
    """A table has a null for a part that an older client does not show: it has not changed."""
    first, second, third = (poll(*STATUSES[:at]) for at in (1, 2, 3))
    for response, shown in ((second, "k"), (third, "other")):
        response["OutputDataConfig"] = {"S3OutputPath": "s3://b/out", "KmsKeyId": shown}
    first["OutputDataConfig"] = {"S3OutputPath": "s3://b/out"}
    if part is None:
        first["OutputDataConfig"]["KmsKeyId"] = None

    assert "changed-fixed-member" not in names(first, second)
    assert "changed-fixed-member" in names(second, third)


def test_a_structure_of_nulls_is_absent() -> None:
    """What tables make of a structure that is not there is none, and cannot go or come."""
    first, second = poll("Starting"), poll("Starting", "Training")
    nothing = {"S3Uri": None, "LocalPath": None}

    assert set() == names({**first, "CheckpointConfig": nothing}, second)
    assert set() == names(first, {**second, "CheckpointConfig": nothing})
