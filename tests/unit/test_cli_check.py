"""The main job from the command line: exit statuses, formats, selection, output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from trainstate.cli.main import main
from trainstate.rules.example import poll, written

GOOD = "Completed/Completed: Starting 90, Downloading 20, Training 60, Uploading 5, Completed"
BAD = "Completed/Completed: Starting 90, Uploading 5, Completed"
PENDING = "InProgress/Pending: Starting 90, Pending"


def run(*args: str, **options: Any) -> Result:
    return CliRunner().invoke(main, args, **options)


@pytest.fixture
def recording(tmp_path: Path) -> Any:
    """A function that writes responses as NDJSON and gives the path."""

    def write(*texts: str, name: str = "polls.ndjson") -> str:
        path = tmp_path / name
        path.write_text("".join(json.dumps(written(poll(text))) + "\n" for text in texts))
        return str(path)

    return write


def test_a_legal_recording_exits_with_0(recording: Any) -> None:
    """Nothing at or above the fail level."""
    result = run("check", recording(GOOD))

    assert result.exit_code == 0
    assert "1 response of 1 job: 1 consistent; 0 errors" in result.output


def test_a_finding_exits_with_1_and_names_its_place(recording: Any) -> None:
    """File, line, code, name, the history with the culprit marked, witness, help, source."""
    path = recording(GOOD.replace("Completed/Completed", "Completed/Completed"), BAD)
    result = run("check", path)

    assert result.exit_code == 1
    assert "TS301 illegal-transition: `Uploading` follows `Starting`" in result.output
    assert f"--> {path}:2 at /" in result.output
    assert " 1 | 2026-01-02T10:01:30Z      Uploading" in result.output
    assert "^" * len("Uploading") in result.output
    assert "expected: Starting -> Downloading -> Uploading" in result.output
    assert "help: " in result.output
    assert "source: https://docs.aws.amazon.com/" in result.output
    assert "explain: trainstate rule illegal-transition" in result.output


def test_exit_zero_is_0_whatever_is_found(recording: Any) -> None:
    """For those who only want to read."""
    assert run("check", recording(BAD), "--exit-zero").exit_code == 0


@pytest.mark.parametrize(("level", "status"), [("error", 0), ("warning", 0), ("info", 1)])
def test_fail_on_decides_what_fails(recording: Any, level: str, status: int) -> None:
    """An inferred transition is an info, which fails only where infos do."""
    inferred = "InProgress/Restarting: Starting 90, Training 60, Restarting"

    assert run("check", recording(inferred), "--fail-on", level).exit_code == status


def test_accept_narrows_the_evidence(recording: Any) -> None:
    """Pending after Starting is recorded, and not documented."""
    assert run("check", recording(PENDING)).exit_code == 0
    assert run("check", recording(PENDING), "--accept", "recorded").exit_code == 0
    assert run("check", recording(PENDING), "--accept", "documented").exit_code == 1


def test_select_and_ignore_take_lists(recording: Any) -> None:
    """Codes, prefixes and names, separated by commas."""
    path = recording(BAD)

    assert run("check", path, "--ignore", "illegal-transition,TS408").exit_code == 0
    assert run("check", path, "--select", "TS3").exit_code == 1
    assert run("check", path, "--select", "TS6,TS7").exit_code == 0


def test_statistics_count_each_rule(recording: Any) -> None:
    """How often each rule spoke."""
    result = run("check", recording(BAD), "--statistics")

    assert "1  TS301 illegal-transition" in result.output


def test_json_has_the_form_of_version_1(recording: Any) -> None:
    """The members that tools rely on, in their order."""
    report = json.loads(run("check", recording(BAD), "--format", "json").output)
    (job,), (finding,) = report["jobs"], [f for f in report["findings"] if f["code"] == "TS301"]

    assert list(report) == ["schema", "tool", "summary", "jobs", "findings", "unread"]
    assert report["schema"] == 1
    assert list(report["tool"]) == ["name", "version", "spec"]
    assert list(report["summary"]) == [
        "responses",
        "jobs",
        "consistent",
        "inconsistent",
        "unknown",
        "errors",
        "warnings",
        "infos",
        "unread",
        "passed_over",
    ]
    assert list(job) == ["job", "created", "verdict", "complete", "basis", "assumed", "responses"]
    assert (job["verdict"], job["complete"], job["basis"]) == ("INCONSISTENT", True, "history")
    assert (finding["line"], finding["index"]) == (1, 0)
    assert finding["pointer"] == "/SecondaryStatusTransitions/1/Status"
    assert finding["witness"] == ["Starting", "Downloading", "Uploading"]
    assert {"name", "severity", "job", "file", "message", "help", "sources", "facts"} <= set(
        finding
    )


def test_jobs_can_be_left_out(recording: Any) -> None:
    """For inputs of many jobs."""
    output = run("check", recording(GOOD), "--format", "json", "--jobs-detail", "none").output

    assert "jobs" not in json.loads(output)


def test_output_is_written_whole_or_not_at_all(recording: Any, tmp_path: Path) -> None:
    """A file for the report, beside which nothing is left."""
    target = tmp_path / "report.json"
    result = run("check", recording(BAD), "--format", "json", "--output", str(target))

    assert result.exit_code == 1
    assert json.loads(target.read_text())["summary"]["errors"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["polls.ndjson", "report.json"]


def test_an_output_that_cannot_be_written_is_misuse(recording: Any) -> None:
    """One clear sentence, and exit status 2."""
    result = run("check", recording(GOOD), "--output", "/nowhere/at/all/report.txt")

    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_a_bad_record_is_a_finding_and_the_rest_is_checked(tmp_path: Path) -> None:
    """The line that cannot be read is named; the records around it are judged."""
    good = json.dumps(written(poll(GOOD)))
    path = tmp_path / "mixed.ndjson"
    path.write_bytes(f'{good}\n{{"TrainingJobName": "cu\n'.encode() + b"\xff\xfe\n" + good.encode())
    result = run("check", str(path))

    assert result.exit_code == 1
    assert 2 == result.output.count("TS001 unreadable-record")
    assert f"--> {path}:2" in result.output
    assert f"--> {path}:3" in result.output
    assert "2 responses of 1 job: 1 consistent; 2 errors" in result.output


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "is empty"), (b"\x00\x01\x02\x03" * 50, "no format"), (b"{}", "no response")],
)
def test_what_cannot_be_read_at_all_is_2(tmp_path: Path, content: bytes, says: str) -> None:
    """One sentence that names the file, no traceback."""
    path = tmp_path / "input"
    path.write_bytes(content)
    result = run("check", str(path))

    assert result.exit_code == 2
    assert str(path) in result.output
    assert says in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("workers", ["1", "2"])
def test_one_bad_input_does_not_end_the_check(recording: Any, tmp_path: Path, workers: str) -> None:
    """The rest is judged, what was not read is named and counted, and the exit status is 2."""
    package = tmp_path / "package.json"
    package.write_text('{"name": "left-pad"}')
    result = run("check", str(package), "no-such-file", recording(GOOD, BAD), "--workers", workers)

    assert result.exit_code == 2
    assert "TS301" in result.stdout
    assert "; 2 inputs not read" in result.stdout
    assert f"trainstate: {package}: was read as json and holds no response" in result.stderr
    assert "no-such-file: cannot be read: No such file" in result.stderr


def test_every_format_names_what_was_not_read(recording: Any, tmp_path: Path) -> None:
    """A report that is kept says what it is not about."""
    empty = tmp_path / "empty.json"
    empty.touch()
    made = {
        form: run("check", str(empty), recording(GOOD), "--format", form)
        for form in ("json", "jsonl", "csv", "sarif", "junit", "github", "gitlab", "html")
    }

    for form, result in made.items():
        assert result.exit_code == 2, form
        assert str(empty) in result.stdout.replace("\\/", "/"), form
        assert "is empty" in result.stdout, form
    report = json.loads(made["json"].stdout)
    assert report["summary"]["unread"] == 1
    (run_,) = json.loads(made["sarif"].stdout)["runs"]
    assert run_["invocations"][0]["executionSuccessful"] is False
    assert '"verdict": "UNKNOWN"' in made["jsonl"].stdout


def test_no_baseline_is_written_from_a_part_of_the_inputs(recording: Any, tmp_path: Path) -> None:
    """What was not read would be dropped from it, and come back as news."""
    baseline = tmp_path / "known.json"
    options = ("--baseline", str(baseline), "--baseline-mode")
    assert run("check", recording(BAD), *options, "write").exit_code == 0
    before = baseline.read_text()
    result = run("check", recording(GOOD), "no-such-file", *options, "prune")

    assert result.exit_code == 2
    assert before == baseline.read_text()


def test_a_folder_says_how_many_files_it_passed_over(recording: Any, tmp_path: Path) -> None:
    """With --verbose, which and why."""
    recording(GOOD)
    (tmp_path / "notes.md").write_text("# Notes")
    (tmp_path / "empty").touch()

    short = run("check", str(tmp_path)).stdout
    assert "2 files skipped, not recordings (--verbose says which and why)\n" in short
    told = run("check", str(tmp_path), "-v").stdout
    assert f"skipped {tmp_path / 'empty'}: is empty" in told
    counted = json.loads(run("check", str(tmp_path), "--format", "json").stdout)["summary"]
    assert counted["passed_over"] == 2


def test_a_missing_file_is_2() -> None:
    """Named before anything is read."""
    result = run("check", "no-such-recording.json")

    assert result.exit_code == 2
    assert "no-such-recording.json" in result.output


def test_standard_input_is_a_dash() -> None:
    """Recordings can be piped."""
    result = run("check", "-", input=json.dumps(written(poll(BAD))))

    assert result.exit_code == 1
    assert "--> <stdin>:1 " in result.output


def test_hostile_text_comes_out_harmless(tmp_path: Path) -> None:
    """Escape sequences and marks that reorder text never reach the terminal."""
    hostile = "\x1b[31mred\x07\u202eevil\n"
    recorded = written(poll(BAD)) | {"TrainingJobName": hostile, "SecondaryStatus": hostile}
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(recorded))
    output = run("check", str(path), "-v").output

    assert "\x1b" not in output
    assert "\u202e" not in output
    assert "\\x1b[31mred" in output


@pytest.mark.parametrize("command", ["rule", "spec"])
def test_the_lists_are_printed(command: str) -> None:
    """Without arguments: all rules, the whole model."""
    result = run(command)

    assert result.exit_code == 0
    assert "Starting" in result.output or "TS301" in result.output


def test_a_rule_is_explained_by_code_or_name() -> None:
    """The same page either way."""
    assert run("rule", "TS301").output == run("rule", "Illegal-Transition").output
    assert run("rule", "TS3o1").exit_code == 2


def test_the_spec_is_json_for_tools() -> None:
    """Every row with evidence and sources."""
    spec = json.loads(run("spec", "--format", "json").output)

    assert {row["evidence"] for row in spec["pairs"]} == {
        "documented",
        "recorded",
        "inferred",
        "deprecated",
    }
    assert all(row["sources"] for row in spec["transitions"])


def test_next_lists_what_can_follow() -> None:
    """Pairs, with evidence and conditions."""
    output = run("next", "InProgress/Training").output

    assert "InProgress/Interrupted       documented  where managed spot" in output

    assert "InProgress/Uploading" in output
    assert "where a retry strategy is set" in output
    assert "Deleting/Completed" in run("next", "Completed/Completed").output
    assert run("next", "Deleting/Completed").output == "nothing: no status follows\n"


@pytest.mark.parametrize("pair", ["Training", "InProgress/Stopped", "Idle/Training"])
def test_next_refuses_what_is_no_pair(pair: str) -> None:
    """The answer names the legal ones."""
    result = run("next", pair)

    assert result.exit_code == 2
    assert "InProgress" in result.output or "PRIMARY/SECONDARY" in result.output


def test_debug_shows_the_traceback() -> None:
    """For those who look for a fault of the tool."""
    result = run("--debug", "rule", "TS999")

    assert "Traceback" in result.output
    assert "UnknownNameError" in result.output


def test_debug_changes_no_exit_status() -> None:
    """1 would mean findings."""
    for arguments in (("check", "missing.json"), ("rule", "TS999")):
        assert run(*arguments).exit_code == run("--debug", *arguments).exit_code == 2


def test_a_folder_is_no_place_for_the_report(recording: Any, tmp_path: Path) -> None:
    """It is said in one line, before anything is judged."""
    result = run("check", recording(BAD), "--output", str(tmp_path))

    assert (result.exit_code, result.exception.__class__) == (2, SystemExit)
    assert "it is a folder; name a file" in result.output
