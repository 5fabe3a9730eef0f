"""P7 for single lines: what a job's last response may not say is told by the fast path, too.

The fast path has learned the same job from a twin, so that only the value that is wrong
tells the two apart.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trainstate.checking.stream import Checker, judge
from trainstate.history.readers import read_paths
from trainstate.history.readers.lines import whole
from trainstate.rules.example import poll, written
from trainstate.spec.load import builtin_spec

DONE = "Completed/Completed: Starting 90, Training 900, Uploading 5, Completed"
STOPPED = "Stopped/Stopped: Starting 90, Training 900, Stopping 5, Stopped"
UPLOADING = "InProgress/Uploading: Starting 90, Training 900, Uploading"
FAILED = "Failed/Failed: Starting 90, Training 60, Failed"


def seconds(number: int) -> dict[str, Any]:
    return {"/TrainingTimeInSeconds": number, "/BillableTimeInSeconds": number}


def found(path: Path, *, parts: bool) -> Any:
    records = read_paths([path], builtin_spec())
    return judge(records if parts else map(whole, records), Checker())


def line(text: str, name: str, changes: dict[str, Any], modified: float | None = None) -> str:
    shown = json.dumps(written(poll(text, changes, modified=modified)), separators=(",", ":"))
    return shown.replace("/example", f"/{name}").replace('"example"', f'"{name}"')


@pytest.mark.parametrize(
    ("text", "changes", "rule"),
    [
        (STOPPED, seconds(400), "training-time-mismatch"),
        (UPLOADING, {"/StoppingCondition": {"MaxRuntimeInSeconds": 60}}, "runtime-limit-ignored"),
        (DONE, {"/ResourceConfig": {"InstanceCount": "two"}}, "wrong-type"),
        (DONE, {"/WarmPoolStatus": {"Status": 3}}, "wrong-type"),
        (DONE, {"/TrainingTimeInSeconds": -905}, "negative-seconds"),
    ],
)
def test_a_value_that_a_twin_has_right(
    text: str, changes: dict[str, Any], rule: str, tmp_path: Path
) -> None:
    """The second job is like the first, but for one value."""
    pool = {"/WarmPoolStatus": {"Status": "Available"}} if "/WarmPoolStatus" in changes else {}
    base = {"/ResourceConfig": {"InstanceCount": 2}, **pool}
    if text == STOPPED:
        base |= seconds(900)
    path = tmp_path / "polls.ndjson"
    twins = [line(text, f"twin-{number}", base) for number in range(3)]
    path.write_text("\n".join([*twins, line(text, "planted", base | changes), ""]))

    plain, parts = found(path, parts=False), found(path, parts=True)

    assert rule in {one.name for one in parts.findings}
    assert plain == parts


def test_a_reason_that_changes_after_the_end(tmp_path: Path) -> None:
    """Jobs that ended and were modified again teach nothing of what they must not change."""
    path = tmp_path / "polls.ndjson"
    lines = [
        line(FAILED, f"twin-{number}", {"/FailureReason": reason}, modified)
        for number, last in ((1, "one"), (2, "one"), (3, "two"))
        for reason, modified in (("one", 300), (last, 400))
    ]
    path.write_text("\n".join([*lines, ""]))

    plain, parts = found(path, parts=False), found(path, parts=True)

    assert ["changed-after-end"] == [one.name for one in parts.findings]
    assert plain == parts
