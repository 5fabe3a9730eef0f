"""Times behind the end of the century: a mistaken unit, or a store's way to write none."""

from __future__ import annotations

import json
from typing import Any

import pytest

import trainstate
from tests.lives import COMPLETED, poll

LATE = ["2100-01-01T00:00:00Z", "2999-12-31T00:00:00+02:00", 4_102_444_800.0, 1e13]
SHOWN = poll(*COMPLETED)


def told(*polls: dict[str, Any]) -> list[tuple[str, str]]:
    text = "\n".join(map(json.dumps, polls))
    return [(finding.code, finding.pointer) for finding in trainstate.check(text)]


@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("member", ["LastModifiedTime", "TrainingEndTime", "CreationTime"])
def test_no_job_lives_behind_the_horizon(member: str, late: Any) -> None:
    """Such a time is told at its member, whatever the form of the others."""
    assert ("TS004", f"/{member}") in told(SHOWN | {member: late})


def test_the_last_day_of_the_century_is_a_day() -> None:
    """A job can live until then: reports do not hang on the day of their reading."""
    shown = poll(*COMPLETED, born=4_102_444_800.0 - 86_400)

    assert told(shown) == []


def test_a_later_poll_behind_the_horizon_is_told() -> None:
    """The first poll hides nothing of the second that shows the same but for the time."""
    assert told(SHOWN, SHOWN | {"LastModifiedTime": 4_102_444_801.0})[0][0] == "TS004"


def test_a_log_has_no_times_behind_the_horizon() -> None:
    """A printed time is judged as a member's is."""
    found = trainstate.check("2150-01-02 10:00:00 Starting - Starting the training job\n").findings

    assert ["TS004"] == [finding.code for finding in found]
