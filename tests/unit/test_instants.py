"""Times at the ends of what can be written: a finding of their record, and never more."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import trainstate
from tests.lives import poll
from tests.render.recordings import bad, good, run
from trainstate.history.instants import NotAnInstant, iso, parse

OUTSIDE = ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "0001-01-01 00:00:00 +0100")
HISTORY = "SecondaryStatusTransitions"
MEMBERS = ("CreationTime", "LastModifiedTime", "TrainingEndTime", "StartTime", "EndTime")

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_DAYS = st.timedeltas(timedelta(0), timedelta(days=2))
ENDS = _DAYS.map(lambda days: FIRST + days) | _DAYS.map(lambda days: LAST - days)


@given(ENDS, OFFSETS)
def test_what_is_read_can_be_written(moment: datetime, offset: timezone) -> None:
    """A time with an offset is no instant, or one that ISO 8601 in UTC has a form for."""
    aware = moment.replace(tzinfo=offset)
    for value in (aware, aware.isoformat()):
        try:
            instant, _ = parse(value)
        except NotAnInstant:
            continue

        cut = instant - instant % 1000

        assert (cut, False) == parse(iso(cut))


def recorded(member: str, value: Any) -> dict[str, Any]:
    """A whole response with one time."""
    response = bad()
    places = response["SecondaryStatusTransitions"][-1:] if member[0] in "SE" else [response]
    for place in places:
        place[member] = value
    return response


@pytest.mark.parametrize("value", OUTSIDE)
@pytest.mark.parametrize("member", MEMBERS)
def test_a_time_outside_costs_itself_alone(member: str, value: str, tmp_path: Path) -> None:
    """Each command says what it says of a text that is no time, whatever else is in the file."""
    told: list[list[str]] = []
    for text in (value, "no time"):
        file = tmp_path / "jobs.ndjson"
        lines = [recorded(member, text), good()]
        file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        found = json.loads(run("check", str(file), "--format", "json", "-v").stdout)["findings"]
        told.append([f"{each['code']} {each['job']} {each['pointer']}" for each in found])
        for command in ("stats", "discover", "align"):
            assert run(command, str(file)).exit_code in (0, 1)

    assert told[0] == told[1]
    assert any("TS004" in line for line in told[0])


@pytest.mark.parametrize("value", OUTSIDE)
@pytest.mark.parametrize("member", MEMBERS)
def test_a_tracker_goes_on_after_a_time_outside(member: str, value: str) -> None:
    """A first response with such a time is a finding, and what follows is taken in."""
    tracker = trainstate.Tracker()
    first = tracker.observe(recorded(member, value))
    tracker.observe(bad())

    assert "TS004" in [finding.code for finding in first.findings]
    assert tracker.timeline
    assert tracker.to_json()


@pytest.mark.parametrize(
    ("written", "millisecond"),
    [
        ("2026-05-05T10:00:00.763999938Z", 764),
        ("2026-05-05T10:00:00.7639999Z", 764),
        ("2026-05-05T12:00:00.764000082+02:00", 764),
        ("2026-05-05 10:00:00.764000499 +0000 UTC", 764),
        ("2026-05-05T10:00:00.999999938Z", 1000),
    ],
)
def test_digits_below_the_microsecond_are_rounded(written: str, millisecond: int) -> None:
    """Rust and .NET print what a float made of the service's milliseconds."""
    assert (parse("2026-05-05T10:00:00Z")[0] + 1000 * millisecond, False) == parse(written)


def test_the_typed_decode_rounds_alike() -> None:
    """The first response is read by it and the second is not: their times are one."""
    shown = poll("Starting", "Training") | {"LastModifiedTime": "2023-11-14T22:14:20.763999938Z"}
    begun, later = "2023-11-14T22:13:20Z", "2023-11-14T22:14:20Z"
    history = [
        {"Status": "Starting", "StartTime": begun, "EndTime": later},
        {"Status": "Training", "StartTime": later},
    ]
    shown |= {"CreationTime": begun, "TrainingStartTime": later, HISTORY: history}
    closed = [history[0], history[1] | {"EndTime": later}, {"Status": "Uploading"}]
    closed[2]["StartTime"] = later
    grown = shown | {"SecondaryStatus": "Uploading", HISTORY: closed}

    assert [] == [str(one) for one in trainstate.check("\n".join(map(json.dumps, (shown, grown))))]
