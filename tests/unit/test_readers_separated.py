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


def test_a_large_cell_is_a_cell(tmp_path: Path) -> None:
    """The standard library's limit costs no line, nor those after it."""
    path = tmp_path / "jobs.csv"
    path.write_text(f"TrainingJobName,TrainingJobStatus\na,Failed\nb,{'x' * 200_000}\nc,Failed\n")

    assert ["a", "b", "c"] == [job.job for job in trainstate.check(path).jobs]


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


EVENT = {
    "detail-type": "SageMaker Training Job State Change",
    "source": "aws.sagemaker",
    "account": "123456789012",
    "region": "us-east-1",
    "resources": [DONE["TrainingJobArn"]],
    "detail": DONE,
}


def exported(*values: Any, names: list[str], mark: str = ",", end: str = "\r\n") -> str:
    """Rows in whose last cell a value is, as CloudWatch Logs and its Insights export them."""
    sink = io.StringIO()
    rows = csv.writer(sink, delimiter=mark, lineterminator=end)
    rows.writerow(names)
    for value in values:
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        rows.writerow([*["2026-05-05 10:00:00.000"] * (len(names) - 1), text])
    return sink.getvalue()


@pytest.mark.parametrize(
    "names",
    [["@timestamp", "@message"], ["timestamp", "message"], ["@message"], ["@ptr", "@log", "body"]],
)
@pytest.mark.parametrize("mark", [",", "\t", ";"])
@pytest.mark.parametrize("value", [EVENT, DONE, {"level": "INFO", "response": DONE}])
def test_cells_can_hold_responses(
    tmp_path: Path, names: list[str], mark: str, value: dict[str, Any]
) -> None:
    """Events of other things, and lines of no JSON, are left out; a fault is told with its line."""
    path = tmp_path / "logs-insights.csv"
    text = exported("START", {"detail-type": "Other", "detail": {}}, value, names=names, mark=mark)
    path.write_text(text)
    report = trainstate.check(path)
    path.write_text(text.replace("Uploading", "Starting"))

    assert ([], [(DONE["TrainingJobArn"], 1)]) == (
        list(report),
        [(job.job, job.responses) for job in report.jobs],
    )
    assert ("illegal-transition", 4) in {(f.name, f.line) for f in trainstate.check(path)}


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """The leaves of a value under paths, as Insights and pandas call columns."""
    if isinstance(value, dict) and value:
        items: Any = value.items()
    elif isinstance(value, list) and value:
        items = enumerate(value)
    else:
        return {path: value}
    return {
        name: leaf
        for key, item in items
        for name, leaf in _flat(item, f"{path}.{key}" if path else str(key)).items()
    }


def _row(cells: dict[str, Any]) -> str:
    sink = io.StringIO()
    rows = csv.writer(sink)
    rows.writerow(cells)
    rows.writerow(str(cell).lower() if isinstance(cell, bool) else cell for cell in cells.values())
    return sink.getvalue()


@pytest.mark.parametrize("prefix", ["", "detail.", "t.", "detail_", "job/", "response."])
@pytest.mark.parametrize("flat", [False, True])
def test_names_can_have_a_prefix_and_lead_into_members(
    tmp_path: Path, prefix: str, flat: bool
) -> None:
    """The report is that of the response, with columns of other things beside it."""
    spot = {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90}}
    job = DONE | spot | {"EnableManagedSpotTraining": True, "HyperParameters": {"a.b": "1"}}
    members = _flat(job) if flat else {name: job[name] for name in job}
    cells = {f"{prefix}{name}": cell for name, cell in members.items()}
    cells = {
        name: json.dumps(cell) if isinstance(cell, dict | list) else cell
        for name, cell in cells.items()
    }
    path, plain = tmp_path / "jobs.csv", tmp_path / "job.json"
    path.write_text(_row({"@timestamp": "2026-05-05 10:00:00", **cells}))
    plain.write_text(json.dumps(job, default=str))
    expected, actual = trainstate.check(plain), trainstate.check(path)

    assert [(f.code, f.pointer) for f in expected] == [(f.code, f.pointer) for f in actual]
    assert expected.jobs == actual.jobs


@pytest.mark.parametrize("cell", ["true", "TRUE", "True", "1", "t"])
def test_a_truth_value_is_one(tmp_path: Path, cell: str) -> None:
    """Databases write them in their own ways."""
    path = tmp_path / "jobs.csv"
    path.write_text(
        f"TrainingJobName,TrainingJobStatus,EnableManagedSpotTraining\na,Failed,{cell}\n"
    )

    assert "wrong-type" not in {finding.name for finding in trainstate.check(path)}


@pytest.mark.parametrize("mark", [",", "\t", ";"])
@pytest.mark.parametrize("flat", [True, False])
def test_a_table_of_events_keeps_their_envelopes(tmp_path: Path, flat: bool, mark: str) -> None:
    """Columns of the envelope, the detail as JSON in one of them or in columns of its own."""
    path = tmp_path / "events.csv"

    def said(event: dict[str, Any]) -> list[tuple[str, str]]:
        cells = {name: part for name, part in event.items() if name != "detail" or not flat}
        cells |= {f"detail.{name}": part for name, part in event["detail"].items() if flat}
        sink = io.StringIO()
        rows = csv.writer(sink, delimiter=mark)
        rows.writerow(cells)
        rows.writerow(
            json.dumps(cell, default=str) if isinstance(cell, dict | list) else cell
            for cell in cells.values()
        )
        path.write_text(sink.getvalue())
        report = trainstate.check(path)
        assert [(DONE["TrainingJobArn"], 1)] == [(job.job, job.responses) for job in report.jobs]
        return [(found.name, found.pointer) for found in report]

    assert [] == said(EVENT)
    assert [("envelope-mismatch", "/region")] == said({**EVENT, "region": "eu-west-1"})
    assert [("envelope-mismatch", "/resources")] == said({**EVENT, "resources": ["arn:aws:x/y"]})
