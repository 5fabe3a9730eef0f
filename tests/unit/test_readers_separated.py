"""Tables as text: a line of member names, and a line of cells for each response."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import trainstate
from tests.lives import poll
from trainstate.errors import InputError
from trainstate.history.readers.separated import separator
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
DONE = poll("Starting", "Downloading", "Training", "Uploading", "Completed", name="tern")
OPEN = poll("Starting", "Training", name="crane") | {"EnableManagedSpotTraining": False}
JOBS = [DONE, OPEN]
NAMES = list(dict.fromkeys(name for job in JOBS for name in job))


def _moments(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: datetime.fromtimestamp(item, UTC) if name.endswith("Time") else item
            for name, item in value.items()
        }
    return [_moments(item) for item in value] if isinstance(value, list) else value


def _as_python(value: Any) -> str:
    return repr(_moments(value))


def table(write: Callable[[Any], str], *, mark: str = ",", end: str = "\n") -> str:
    """The jobs as a table; ``write`` makes a cell of a structure."""
    sink = io.StringIO()
    rows = csv.writer(sink, delimiter=mark, lineterminator=end)
    rows.writerow(["", *NAMES])
    for at, job in enumerate(JOBS):
        cells = [job.get(name, "") for name in NAMES]
        rows.writerow([at, *(write(c) if isinstance(c, dict | list) else c for c in cells)])
    return sink.getvalue()


@pytest.mark.parametrize("write", [json.dumps, _as_python, lambda v: json.dumps(v, indent=1)])
@pytest.mark.parametrize(("mark", "end"), [(",", "\n"), ("\t", "\r\n"), (";", "\n")])
def test_a_table_is_read(tmp_path: Path, write: Callable[[Any], str], mark: str, end: str) -> None:
    """Each line is a job's response, and what is wrong is told with its line."""
    path = tmp_path / "jobs.csv"
    text = table(write, mark=mark, end=end)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    report = trainstate.check(path)
    path.write_text(text.replace("Training", "Sleeping").replace("SleepingJob", "TrainingJob"))
    broken = trainstate.check(path)

    assert ([], [DONE["TrainingJobArn"], OPEN["TrainingJobArn"]]) == (
        [finding for finding in report.findings if finding.severity != "info"],
        [job.job for job in report.jobs],
    )
    assert ("unknown-secondary-status", 2) in {(one.name, one.line) for one in broken.findings}


def test_cells_have_the_types_of_their_members(tmp_path: Path) -> None:
    """A number may have a fraction of zeros, a truth value any capitals, and nothing many names."""
    path = tmp_path / "jobs.csv"
    path.write_text(
        "training_job_name,training_job_status,creation_time,training_time_in_seconds,"
        "enable_managed_spot_training,failure_reason\n"
        "a,Completed,2026-05-05T10:00:00Z,86.0,FALSE,NaN\n"
        "b,Completed,2026-05-05T10:00:00Z,86,true,None\n"
        "\n"
        "c,Completed,2026-05-05T10:00:00Z,many,maybe,because\n"
    )
    told = [(finding.name, finding.line) for finding in trainstate.check(path).findings]

    assert {("wrong-type", 5), ("unexpected-failure-reason", 5)} == {
        one for one in told if one[0] not in ("missing-member", "naive-timestamp")
    }


def test_a_line_of_another_length_is_unreadable(tmp_path: Path) -> None:
    """A line that was cut off is told, and the others are judged."""
    path = tmp_path / "jobs.csv"
    path.write_text("\nTrainingJobName,TrainingJobStatus\na,Completed\nb\nc,Failed,1\nd,Stopped\n")

    report = trainstate.check(path)

    assert [("unreadable-record", 4), ("unreadable-record", 5)] == [
        (one.name, one.line) for one in report.findings if one.name == "unreadable-record"
    ]
    assert 2 == len([job for job in report.jobs if job.job in ("a", "d")])


def test_a_cell_too_large_for_the_format_is_told(tmp_path: Path) -> None:
    """The standard library's limit of a cell is no traceback."""
    path = tmp_path / "jobs.csv"
    path.write_text(f"TrainingJobName,TrainingJobStatus\na,Completed\nb,{'x' * 200_000}\n")

    assert "unreadable-record" in {finding.name for finding in trainstate.check(path).findings}


@pytest.mark.parametrize(
    "line",
    ["TrainingJobStatus", "a,b", "The TrainingJobStatus, they say!,x", "Status,StartTime", '"'],
)
def test_other_lines_begin_no_table(line: str) -> None:
    """One name alone, other names, and prose."""
    assert separator(line, SPEC) is None


def test_a_table_of_other_things_is_refused(tmp_path: Path) -> None:
    """Its reason is one sentence."""
    path = tmp_path / "jobs.csv"
    path.write_text("Status,StartTime\nStarting,2026-05-05T10:00:00Z\n")

    with pytest.raises(InputError, match="in no format that is known"):
        trainstate.check(path)
