"""Faithful forms of a legal job's facts that other programs write: nothing is found in any."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import trainstate
from tests.lives import poll
from trainstate.history import instants

MOMENT = datetime(2026, 5, 5, 10, 0, 0, 123000, timezone(timedelta(hours=2)))
MILLIS = round(MOMENT.timestamp() * 1000)
WHOLE = MILLIS // 1000 * 1000


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        (MILLIS * 1000, MILLIS),
        (MILLIS * 1_000_000, MILLIS),
        (str(MILLIS * 1_000_000), MILLIS),
        (f"{MILLIS / 1000:.12E}", MILLIS),
        ("2026-05-05 08:00:00.123 +0000 UTC", MILLIS),
        ("2026-05-05 10:00:00.123 +0200 CEST m=+0.001", MILLIS),
        ("2026-05-05 05:00:00.123 -0300 -03", MILLIS),
        ("2026-05-05T10:00:00.123+02:00[Europe/Paris]", MILLIS),
        ("2026-05-05T08:00:00.123Z[UTC]", MILLIS),
        ("Tue, 05 May 2026 08:00:00 GMT", WHOLE),
        ("5 May 2026 10:00:00 +0200", WHOLE),
        ("Tue May 05 2026 10:00:00 GMT+0200 (Central European Summer Time)", WHOLE),
        ("Tue May 05 08:00:00 UTC 2026", WHOLE),
        ("Tue May  5 08:00:00 GMT 2026", WHOLE),
        (f"/Date({MILLIS})/", MILLIS),
        (f"/Date({MILLIS}+0200)/", MILLIS),
        ({"$date": "2026-05-05T08:00:00.123Z"}, MILLIS),
        ({"$date": {"$numberLong": str(MILLIS)}}, MILLIS),
        ({"value": f"/Date({MILLIS})/", "DisplayHint": 2, "DateTime": "Tuesday"}, MILLIS),
    ],
)
def test_a_time_is_read_as_programs_print_it(written: object, milliseconds: int) -> None:
    """It is one instant, and not naive."""
    assert (milliseconds * 1000, False) == instants.parse(written)


@pytest.mark.parametrize(
    "written",
    [
        *("Tue Feb 31 08:00:00 UTC 2026", "Tue May 05 08:00:00 CEST 2026", "May", "05/06/2026"),
        *({"value": {"value": 1}}, {"$date": None}, {"seconds": 1}, {}),
        *("/Date(-1)/", "/Date(999999999999999)/", 10**20, "9e99", "2026-05-05 08:00:00 +0000 utc"),
    ],
)
def test_what_is_no_time_in_any_form_is_none(written: object) -> None:
    """A zone that is only a name, a date with its parts in an unknown order, a wrapped nothing."""
    with pytest.raises(instants.NotAnInstant):
        instants.parse(written)


def _cased(value: Any, case: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {case(name): _cased(item, case) for name, item in value.items()}
    return [_cased(item, case) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_names_without_capitals_are_read(case: Callable[[str], str]) -> None:
    """Tables of Hive have lower case names, Snowflake's upper case, inside members, too."""
    job = poll("Starting", "Downloading", "Training", "Uploading", "Completed")
    job |= {"WarmPoolStatus": {"Status": "Available"}, "RetryStrategy": {"MaximumRetryAttempts": 1}}
    report = trainstate.check([_cased(job, case)])

    assert ([], 1) == (list(report.findings), len(report.jobs))
    job["SecondaryStatusTransitions"].pop()
    assert ["last-entry-mismatch"] == [
        finding.name for finding in trainstate.check([_cased(job, case)]).findings
    ]


def test_an_empty_status_is_an_absent_one(tmp_path: Path) -> None:
    """Go's SDK writes each status that a response lacks as an empty text."""
    job = {**poll("Starting", "Training"), "ProfilingStatus": "", "WarmPoolStatus": {"Status": ""}}
    listed = {name: job[name] for name in ("TrainingJobName", "TrainingJobArn", "CreationTime")}
    page = {"TrainingJobSummaries": [{**listed, "TrainingJobStatus": "InProgress"}]}
    page["TrainingJobSummaries"][0]["SecondaryStatus"] = ""
    path = tmp_path / "go.ndjson"
    path.write_text("".join(f"{json.dumps(one, default=str)}\n" for one in (job, job, page)))

    assert [] == list(trainstate.check(path).findings)
    assert "missing-member" in {
        finding.name for finding in trainstate.check([{**job, "SecondaryStatus": ""}]).findings
    }
