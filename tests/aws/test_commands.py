"""`trainstate watch` and `trainstate pull` against real HTTP, in this process and as programs."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.lives import COMPLETED, FAILED, SPOT, STOPPED, life, poll
from tests.service import Service
from trainstate.aws.follow import Follower
from trainstate.aws.pull import Caller
from trainstate.cli import main, pull, session, watch
from trainstate.cli.progress import status_on_a_terminal
from trainstate.errors import InputError
from trainstate.render.timeline import summary_lines, timeline_lines
from trainstate.track import Tracker


@pytest.fixture
def run(service: Service, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command with credentials and an endpoint of the service."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("AWS_PROFILE", raising=False)

    def command(*words: str) -> Result:
        endpoint = ["--endpoint-url", service.url, "--region", "us-east-1"]
        return CliRunner().invoke(main, [*words, *endpoint])

    return command


def test_a_watched_job_is_told_to_its_end(service: Service, run: Any) -> None:
    """A line for each change, and the totals; exit status 0 for a success."""
    last = poll(*SPOT, TrainingTimeInSeconds=200, BillableTimeInSeconds=50)
    service.jobs["job-1"] = [poll(*SPOT[:-1]), last]
    result = run("watch", "job-1", "--every", "0.01")

    assert 0 == result.exit_code, result.output
    assert "InProgress/Uploading -> Completed/Completed  [read]" in result.output
    assert "outcome: succeeded (Completed/Completed)\n" in result.output
    assert "attempts: 2, interruptions: 1\nbillable: 50 s, saved 75.0 %\n" in result.output
    assert "hush" not in result.output


@pytest.mark.parametrize(
    ("end", "policy", "status"),
    [(STOPPED, "strict", 1), (STOPPED, "botocore", 0), (FAILED, "botocore", 1)],
)
def test_the_policy_decides_the_exit_status(
    service: Service, run: Any, end: tuple[str, ...], policy: str, status: int
) -> None:
    """1 where the policy calls the outcome an error."""
    service.jobs["job-1"] = [poll(*end)]

    assert status == run("watch", "job-1", "--policy", policy).exit_code


def test_findings_are_told(service: Service, run: Any) -> None:
    """What no training job does is said while it is watched."""
    service.jobs["job-1"] = [poll("Starting", "Completed")]

    assert "TS301" in run("watch", "job-1").output


def test_a_watch_that_takes_too_long_is_misuse(service: Service, run: Any) -> None:
    """The error is one line, and the exit status 2."""
    service.jobs["job-1"] = [poll("Starting")]
    result = run("watch", "job-1", "--timeout", "0.05", "--every", "0.01")

    assert (2, True) == (result.exit_code, "did not end within" in result.output)


def test_a_watch_goes_on_from_its_file(service: Service, run: Any, tmp_path: Path) -> None:
    """What was told before is not told again."""
    state = str(tmp_path / "tracker.json")
    service.jobs["job-1"] = [poll("Starting", "Training")]
    run("watch", "job-1", "--state", state, "--timeout", "0.05", "--every", "0.01")
    service.jobs["job-1"] = [poll("Starting", "Training", "Uploading", "Completed")]
    result = run("watch", "job-1", "--state", state)

    assert "(none)" not in result.output
    assert "InProgress/Training -> InProgress/Uploading" in result.output


@pytest.mark.parametrize("job", ["job-2", "arn:aws:sagemaker:eu-west-1:1:training-job/job-1"])
def test_a_file_about_another_job_is_an_error(
    service: Service, run: Any, tmp_path: Path, job: str
) -> None:
    """The end of one job is not told as that of another."""
    state = str(tmp_path / "tracker.json")
    service.jobs["job-1"] = [poll(*COMPLETED)]
    run("watch", "job-1", "--state", state)
    again = run("watch", "job-1", "--state", state)
    other = run("watch", job, "--state", state)

    assert (0, 2) == (again.exit_code, other.exit_code)
    assert "is about the job" in other.output


def test_a_tracker_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """A folder is no file."""
    with pytest.raises(InputError, match="cannot be read"):
        watch.saved_tracker(str(tmp_path), "job-1")


def test_a_terminal_gets_a_live_timeline(
    service: Service, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timeline is drawn with what can come next."""
    monkeypatch.setattr(watch, "_is_live", lambda: True)
    service.jobs["job-1"] = life(*COMPLETED)
    result = run("watch", "job-1", "--every", "0.01")

    assert (0, True) == (result.exit_code, "Completed/Completed, succeeded" in result.output)


def test_a_small_terminal_shows_the_newest() -> None:
    """The job's line stays, and what is left out is counted."""
    lines = [f"line {number}" for number in range(20)]

    assert lines == watch.fitting(lines, 21)
    assert ["line 0", "  … 17 earlier", "line 18", "line 19"] == watch.fitting(lines, 5)
    assert 3 == len(watch.fitting(lines, 1))


def test_a_pull_records_and_counts(service: Service, run: Any, tmp_path: Path) -> None:
    """The file has the jobs, the last line the numbers; filters are passed on."""
    service.jobs = {
        name: [poll(*COMPLETED, name=name)] for name in ("alpha-1", "alpha-2", "beta-1")
    }
    path = tmp_path / "jobs.ndjson"
    result = run(
        "pull",
        str(path),
        "--rate",
        "1000",
        "--name-contains",
        "alpha",
        "--status",
        "Completed",
        "--after",
        "2023-01-01",
        "--before",
        "2030-01-01",
    )
    names = [json.loads(line)["TrainingJobName"] for line in path.read_text().splitlines()]

    assert ["alpha-1", "alpha-2"] == names
    assert "2 jobs: 2 recorded, 0 already known, 0 deleted meanwhile" in result.output


def test_one_job_is_one_job(service: Service, run: Any, tmp_path: Path) -> None:
    """The number and its noun agree."""
    service.jobs = {"alpha-1": [poll(*COMPLETED, name="alpha-1")]}

    assert "1 job: 1 recorded" in run("pull", str(tmp_path / "jobs.ndjson")).output


def test_a_time_without_a_zone_is_in_utc() -> None:
    """What is asked for does not depend on the machine, nor on how a client reads such times."""
    asked = dict.fromkeys(("name_contains", "status", "before"))
    filters = pull._filters({**asked, "after": datetime(2026, 3, 1)})  # noqa: DTZ001 - as typed

    assert {"CreationTimeAfter": datetime(2026, 3, 1, tzinfo=UTC)} == filters


def test_a_terminal_gets_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """The display is on standard error, and only on a terminal."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown: list[str] = []
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr("sys.stderr", stream)
        with status_on_a_terminal() as tell:
            tell("3 jobs, 2 recorded")
        shown.append(stream.getvalue())

    assert ("3 jobs, 2 recorded" in shown[0], "") == (True, shown[1])


def test_a_session_that_cannot_be_made_is_misuse(run: Any) -> None:
    """The error says what to name."""
    result = run("watch", "job-1", "--profile", "absent-profile")

    assert (2, True) == (result.exit_code, "--profile" in result.output)


def test_a_missing_library_is_misuse(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without boto3 the error says what to install."""
    monkeypatch.setitem(__import__("sys").modules, "trainstate.aws.session", None)
    result = run("pull", "jobs.ndjson")

    assert (2, True) == (result.exit_code, "pip install '.[aws]'" in result.output)


def test_a_timeline_shows_what_is_known() -> None:
    """Times that were read, moments that were seen, attempts, and untrusted text made plain."""
    tracker = Tracker()
    nothing = list(timeline_lines(tracker))
    tracker.observe(poll(*SPOT[:5]))
    history = poll("Starting", name="x")["SecondaryStatusTransitions"]
    history[0]["StatusMessage"] = "red \x1b[31m"
    other = Tracker()
    other.observe(history)
    seen = Tracker()
    seen.observe({**poll("Starting"), "SecondaryStatusTransitions": None})
    seen.observe(poll(*FAILED, SecondaryStatusTransitions=None, LastModifiedTime=None))

    lost = Tracker()
    lost.observe(poll("Starting", "Polishing", TrainingJobStatus="Resting"))

    assert "no job yet: ?/?, unknown" == nothing[0]
    assert not any("next: " in line for line in timeline_lines(lost))
    assert any("Starting (attempt 2)" in line for line in timeline_lines(tracker))
    assert any("next: " in line and line.endswith("…") for line in timeline_lines(tracker))
    assert not any("\x1b" in line for line in timeline_lines(other))
    assert any(line.endswith("seen") for line in timeline_lines(seen))
    assert "reason: AlgorithmError: exit code 1" in list(summary_lines(seen))


def test_a_timeline_stands_in_columns() -> None:
    """The times that statuses took end in one column, whatever the statuses are called."""
    tracker = Tracker()
    tracker.observe(poll(*SPOT))
    lines = [line for line in timeline_lines(tracker) if " s" in line.partition("  next")[0]]
    ends = {line.index(" s  ") if " s  " in line else len(line) - 2 for line in lines[1:]}

    assert (1, True) == (len(ends), len(lines) > 5)


def test_a_watch_that_never_got_through_says_why(run: Any) -> None:
    """At the end of the time the last failure is told, not only that the job did not end."""
    result = run("watch", "absent", "--timeout", "0.05", "--every", "0.01")

    assert 2 == result.exit_code
    assert "The last call failed" in result.output
    assert "not found" in result.output


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("watch", "job-1", "--every", "0"), "--every"),
        (("watch", "job-1", "--timeout", "-1"), "--timeout"),
        (("pull", "x.ndjson", "--rate", "0"), "--rate"),
    ],
)
def test_a_number_that_makes_no_sense_names_its_option(
    run: Any, words: tuple[str, ...], option: str
) -> None:
    """The error is about what was written on the command line."""
    result = run(*words)

    assert (2, True) == (result.exit_code, f"'{option}'" in result.output)


def test_an_address_that_is_none_is_misuse() -> None:
    """The error says what an address looks like, and no sentence ends twice."""
    words = ["watch", "job-1", "--endpoint-url", "nowhere", "--region", "us-east-1"]
    result = CliRunner().invoke(main, words)

    assert 2 == result.exit_code
    assert "--endpoint-url http://HOST:PORT" in result.output
    assert ".." not in result.output


@pytest.mark.parametrize(
    ("words", "says"), [(("watch", "job-1"), ""), (("pull", "x.ndjson"), "run again to continue")]
)
def test_an_interrupted_command_is_no_failure_of_the_job(
    service: Service, run: Any, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    """Ctrl-C gives the exit status of shells, and one line instead of a traceback."""

    def interrupt(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    service.jobs["job-1"] = [poll("Starting")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setattr(Follower, "took", interrupt)
        patch.setattr(Caller, "call", interrupt)
        result = run(*words)

    assert 130 == result.exit_code, result.output
    assert "trainstate: interrupted" in result.output
    assert says in result.output


def test_a_tracker_is_kept_in_a_file_only(run: Any, tmp_path: Path) -> None:
    """What is no file is not read: a device has no end."""
    os.mkfifo(tmp_path / "pipe")
    result = run("watch", "job-1", "--state", str(tmp_path / "pipe"))

    assert (2, True) == (result.exit_code, "it is not a file; name a file" in result.output)


def test_a_reader_that_goes_away_is_no_success(
    service: Service, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job may fail yet: the exit status says that it was not followed."""

    def gone(_tracker: Any) -> Any:
        raise BrokenPipeError

    monkeypatch.setattr(watch, "summary_lines", gone)
    monkeypatch.setattr(watch, "leave_output", lambda: None)  # the runner's is not to be left
    service.jobs["job-1"] = [poll(*COMPLETED)]

    assert 2 == run("watch", "job-1").exit_code


@pytest.mark.parametrize("room", [20, 26, 40, 60, 80])
def test_a_narrow_terminal_shows_the_statuses(room: int) -> None:
    """The name and the times give way: in every line the status can be read."""
    tracker = Tracker()
    tracker.observe(poll(*SPOT, name="n" * 60))
    first, *lines = [line[:room] for line in timeline_lines(tracker, room=room)]

    assert "nnn…: Compl" in first
    assert [True] * len(SPOT) == [
        status in line for status, line in zip(SPOT, lines[: len(SPOT)], strict=True)
    ]
    assert (room >= 80) == all(line.startswith("  2023-11-14T22:") for line in lines[: len(SPOT)])


@pytest.fixture(params=["silent", "closed"])
def dead(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a service that never answers, or that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        if request.param == "closed":
            listening.close()
        yield url


@pytest.mark.parametrize("words", [("pull", "jobs.ndjson"), ("watch", "job")], ids=" ".join)
def test_waiting_for_a_dead_service_is_told(
    words: tuple[str, ...], dead: str, tmp_path: Path
) -> None:
    """Within ten seconds of the first call it is said what is waited for."""
    command = [sys.executable, "-m", "trainstate", *words, "--endpoint-url", dead]
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    with subprocess.Popen(
        [*command, "--region", "us-east-1"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | keys,
    ) as running:
        begun = time.monotonic()
        assert running.stderr is not None
        line = running.stderr.readline()
        took = time.monotonic() - begun
        running.kill()

    assert line.startswith(f"trainstate: waiting for {dead} to answer")
    # Five seconds of silence, and what a busy machine takes to begin.
    assert session.SILENCE < 10
    assert took < session.SILENCE + 20
