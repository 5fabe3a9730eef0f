"""A report as JSON, as a frame, and as a notebook shows it."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import trainstate as ts
from tests.lives import COMPLETED, life
from trainstate.checking.report import Report
from trainstate.cli.main import main
from trainstate.render.json import report_json
from trainstate.render.notebook import MOST


@pytest.fixture
def report() -> Report:
    """A report with a finding: a status is a text of HTML."""
    polls = life(*COMPLETED, name="job-1")
    polls[-1]["SecondaryStatus"] = "<script>alert(1)</script>"
    return ts.check(polls)


def test_json_is_that_of_the_command(report: Report) -> None:
    """`to_json` writes the report in its schema."""
    assert report_json(report) == report.to_json()
    assert "schema" in json.loads(report.to_json())


def test_a_frame_has_a_row_for_each(report: Report) -> None:
    """Findings and jobs are frames with columns of fixed types, whatever was found."""
    pytest.importorskip("polars", reason="the extra `polars` is not installed")
    findings, jobs = report.to_frame(), report.to_frame("jobs")
    empty = ts.check(life(*COMPLETED, name="job-1"))

    assert [one.code for one in report] == findings["code"].to_list()
    assert [one.line for one in report] == findings["line"].to_list()
    assert [one.job for one in report.jobs] == jobs["job"].to_list()
    assert not empty.to_frame().height
    assert findings.schema == empty.to_frame().schema
    assert dict(next(iter(report)).facts) == json.loads(findings["facts"][0])


def test_findings_are_written_as_tables(tmp_path: Path) -> None:
    """`check` writes findings and unreadable inputs as CSV and as Parquet, a row each."""
    polars = pytest.importorskip("polars", reason="the extra `polars` is not installed")
    polls = life(*COMPLETED, name="job-1")
    polls[-1]["SecondaryStatus"] = "=1+1"
    path, written = tmp_path / "polls.json", tmp_path / "found.parquet"
    path.write_text(json.dumps(polls))
    expected = [one.message for one in ts.check(path)]

    asked = ["check", str(path), "no-such-file", "--format"]
    text = CliRunner().invoke(main, [*asked, "csv"])
    CliRunner().invoke(main, [*asked, "parquet", "-o", str(written)])

    rows, frame = list(csv.DictReader(text.stdout.splitlines())), polars.read_parquet(written)
    assert ["unread", "no-such-file"] == [rows[-1]["name"], rows[-1]["file"]]
    expected.append(rows[-1]["message"])
    assert expected == [row["message"] for row in rows]
    assert expected == frame["message"].to_list()
    assert not any(None in row for row in rows), "a cell without a name"
    assert frame.columns == list(rows[0])
    assert {"", "TS102"} >= {row["implied_by"] for row in rows}


def test_half_a_character_is_replaced_in_a_frame() -> None:
    """No column can hold one, and a text of Python can."""
    pytest.importorskip("polars", reason="the extra `polars` is not installed")
    polls = life(*COMPLETED, name="job-1")
    polls[-1]["SecondaryStatus"] = "\ud800"

    assert "?" in ts.check(polls).to_frame()["message"][0]


def test_a_frame_of_another_thing_is_misuse(report: Report) -> None:
    """Only findings and jobs are rows."""
    with pytest.raises(ts.UsageError, match="findings or jobs but got 'rules'"):
        report.to_frame("rules")


def test_without_polars_there_is_a_remedy(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence says what to install."""
    monkeypatch.setitem(sys.modules, "polars", None)

    with pytest.raises(ts.UsageError, match=r"needs polars; .*\[polars\]"):
        report.to_frame()


def test_a_notebook_shows_no_markup_of_a_recording(report: Report) -> None:
    """What was recorded is escaped; of many findings the first are shown."""
    many = ts.check([poll for at in range(20) for poll in _wrong(f"job-{at}")])

    assert "<script>" not in report._repr_html_()
    assert "&lt;script&gt;" in report._repr_html_()
    assert str(report.verdict) in report._repr_html_()
    assert MOST == many._repr_html_().count("<td>error</td>")
    assert f"{len(many.findings) - MOST} more findings" in many._repr_html_()


def test_a_notebook_shows_the_worst_finding_s_timeline() -> None:
    """A bar for each entry of the history, the longest the widest; none without a history."""
    polls = life(*COMPLETED, name="job-1")
    polls[-1]["SecondaryStatusTransitions"][0]["Status"] = "Training"
    shown = ts.check(polls)._repr_html_()

    assert len(COMPLETED) == shown.count("<div style=")
    assert ["201px"] * 4 + ["1px"] == re.findall(r"width:(\w+);", shown)
    assert "<div style=" not in ts.check(["{"])._repr_html_()


def _wrong(name: str) -> list[dict[str, object]]:
    return [{**poll, "TrainingJobName": "other"} for poll in life(*COMPLETED, name=name)]
