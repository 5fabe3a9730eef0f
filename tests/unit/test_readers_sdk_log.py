"""Logs as the SageMaker Python SDK prints them, between whatever a container prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import trainstate
from tests.lives import poll
from trainstate.errors import InputError
from trainstate.history import Kind, Response
from trainstate.history.instants import iso
from trainstate.history.readers import SourceReport, read_paths, read_values
from trainstate.history.readers.sdk_log import has_status_line
from trainstate.rules.model import Severity
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
LOG = """\
2020-05-18 10:11:12 Starting - Starting the training job...
2020-05-18 10:11:40 Starting - Preparing the instances for training......
2020-05-18 10:13:00 Downloading - Downloading input data...
2020-05-18 10:13:40 Training - Training image download completed. Training in progress.
2020-05-18 10:14:00,123 INFO - epoch 1
2020-05-18 10:20:00 Uploading - Uploading generated training model
2020-05-18 10:20:10 Completed - Training job completed
Training seconds: 1,077
Billable seconds: 27
Managed Spot Training savings: 64.9%
"""
WHOLE = ["Starting", "Downloading", "Training", "Uploading", "Completed"]


def histories(text: str) -> list[list[str]]:
    return [list(job.statuses) for job in jobs(text)]


def jobs(text: str) -> list[Response]:
    return [record for record in read_values(text, SPEC) if isinstance(record, Response)]


def line(status: str, second: int = 0) -> str:
    return f"2020-05-18 10:11:{second:02} {status} - Something happened\n"


def test_a_log_is_one_history() -> None:
    """Lines of one status are one entry with the first time and the last message."""
    (job,) = jobs(LOG)

    expected = [
        ("Starting", 1_589_796_672, "Preparing the instances for training"),
        ("Downloading", 1_589_796_780, "Downloading input data"),
        ("Training", 1_589_796_820, "Training image download completed. Training in progress"),
        ("Uploading", 1_589_797_200, "Uploading generated training model"),
        ("Completed", 1_589_797_210, "Training job completed"),
    ]
    actual = [(e.status, (e.stamp or 0) // 1_000_000, e.message) for e in job.history or ()]
    assert expected == actual


def test_a_log_names_no_job() -> None:
    """A history of a log has a place for a name, naive times, and the totals that were printed."""
    (job,) = jobs(LOG)

    expected = {
        "TrainingTimeInSeconds": 1077,
        "BillableTimeInSeconds": 27,
        "SavingsPercent": 64.9,
    }
    assert (Kind.LOG, None, None, "input job 1") == (job.kind, job.name, job.primary, job.job)
    assert (expected, ("/log",), False) == (job.members, job.naive, job.zoned)


@pytest.mark.parametrize(
    "text",
    [
        LOG.replace("...\n", "..."),
        LOG.replace("\n", "\r\n"),
        LOG.replace("\n", "\n\x1b[34mTraining - epoch 2 - loss 0.1\x1b[0m\n"),
        LOG.replace("\n2020", "\n\x1b[34m...\x1b[0m2020"),
        LOG.replace("\n", "\n2020-05-18 10:11:12 INFO - x\n2020-05-18 10:11:12 training - y\n"),
        LOG.replace("\n", "\n2020-05-18 10:11:12 Loading: x\n"),
        LOG.replace("\n2020", "\nsome output 2020"),
        LOG.replace("Starting", "STARTING"),
        f'{{"loss": 1}}\n{LOG}',
        "noise\n" * 20_000 + LOG,
    ],
)
def test_output_of_the_container_is_no_status(text: str) -> None:
    """Status lines are found glued to dots and output, in colours; loggers' lines are none."""
    assert [WHOLE] == histories(text)


def test_messages_end_where_dots_and_colours_begin() -> None:
    """A message has no dots of polls and no output that was printed after it."""
    text = "2020-05-18 10:11:12 Training - In progress..\x1b[34moutput\n" + line("Stopping")

    (job,) = jobs(text)

    assert ["In progress", "Something happened"] == [e.message for e in job.history or ()]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ("Starting Completed Starting Failed", [2, 2]),
        ("Starting Training Starting Failed", [2, 2]),
        ("Starting Pending Starting Training", [4]),
        ("Training Interrupted Starting Training", [4]),
        ("Training Restarting Pending Training", [4]),
        ("Completed Training Completed", [3]),
        ("Starting Starting Starting", [1]),
    ],
)
def test_an_initial_status_begins_another_job(statuses: str, expected: list[int]) -> None:
    """A history ends where an initial status follows that its job can't have gone back to."""
    actual = histories("".join(line(status) for status in statuses.split()))

    assert expected == [len(history) for history in actual]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            line("Starting") + line("Warming") + line("Training"),
            ["Starting", "Warming", "Training"],
        ),
        (line("Queued") + line("Starting"), ["Queued", "Starting"]),
        (line("Starting") + "output " + line("Warming"), ["Starting"]),
        (line("Starting") + line("Monday"), ["Starting"]),
        (line("Starting") + line("warming"), ["Starting"]),
        (line("Completed") + line("Loading"), ["Completed"]),
    ],
)
def test_an_unknown_status_is_read_where_it_can_be_one(text: str, expected: list[str]) -> None:
    """A word that looks like a status counts at the start of a line, until the job has ended."""
    assert [expected] == histories(text)


def test_a_text_without_a_known_status_is_no_log() -> None:
    """Lines that look like status lines of no known status make no job."""
    with pytest.raises(InputError, match="no format that is known"):
        jobs(line("Warming") * 2)


def test_a_time_that_is_none_is_a_problem() -> None:
    """A status line with an impossible time is an entry without a time, and a problem."""
    (job,) = jobs("2020-13-18 10:11:12 Starting - x\n" + line("Training"))

    assert ["/log/0"] == [problem.pointer for problem in job.problems]
    assert [True, False] == [entry.stamp is None for entry in job.history or ()]


@pytest.mark.parametrize("text", ["Training seconds: ,", "Training seconds: 1.5", "seconds: 3"])
def test_only_whole_numbers_are_totals(text: str) -> None:
    """Numbers that the SDK does not print are no totals."""
    (job,) = jobs(line("Starting") + text)

    assert {} == job.members


def test_every_history_of_a_file_has_its_place(tmp_path: Path) -> None:
    """Histories of a file are counted, and have the line of their first status."""
    file = tmp_path / "train.log"
    file.write_text("noise\n" + LOG + LOG)
    reports: list[SourceReport] = []

    actual = [record.origin for record in read_paths([file], SPEC, on_source=reports.append)]

    assert [(1, 2), (2, 12)] == [(origin.ordinal, origin.line) for origin in actual]
    assert {"sdk-log"} == {origin.reader for origin in actual}
    assert [SourceReport(file=str(file), reader="sdk-log", records=2)] == reports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LOG, True),
        ("x\n..." + LOG, True),
        (line("Warming"), False),
        ("x " + LOG.splitlines()[0], False),
        ("", False),
    ],
)
def test_a_log_is_told_by_the_start_of_a_line(text: str, expected: bool) -> None:
    """A text is a log if a line begins with a known status."""
    assert expected == has_status_line(text, SPEC)


@pytest.mark.parametrize(
    ("stamp", "statuses"),
    [
        ("2020-05-18 10:12:30", ["Starting", "Loading", "Training", "Completed"]),
        ("2020-05-18 10:10:00", ["Starting", "Training", "Completed"]),
        ("2020-05-18 10:59:59", ["Starting", "Training", "Completed"]),
    ],
)
def test_a_container_that_prints_like_the_sdk(stamp: str, statuses: list[str]) -> None:
    """A word that is no status is one only where its stamp fits between its neighbours."""
    log = (
        "2020-05-18 10:11:12 Starting - Starting the training job...\n"
        f"{stamp} Loading - the data\n"
        "2020-05-18 10:13:00 Training - Training image download completed.\n"
        "2020-05-18 10:20:10 Completed - Training job completed\n"
    )
    (response,) = read_values(log, builtin_spec())

    assert isinstance(response, Response)
    assert statuses == list(response.statuses)


def created(name: str) -> str:
    return f"INFO:sagemaker:Creating training-job with name: {name}\n"


@pytest.mark.parametrize(
    "said",
    [
        created("tern-1"),
        "16:05:05,004 sagemaker \x1b[34mCreating training-job with name: tern-1\x1b[0m\n",
        "[04/25/24 16:05:04] INFO     Creating training-job with name: tern-1   session.py:1016\n",
        "[04/25/24 16:05:04] INFO  Creating training-job with name:  session.py:1016\n   tern-1\n",
    ],
)
def test_the_line_that_creates_a_job_names_it(said: str) -> None:
    """The SDK prints it before the first status, plain or by a logging handler."""
    assert [("tern-1", WHOLE)] == [(job.name, list(job.statuses)) for job in jobs(said + LOG)]


def test_a_created_job_begins_a_history() -> None:
    """The one before was left alone while it waited."""
    cut = line("Starting") + line("Pending") + "^C\nKeyboardInterrupt\n"
    text = created("a") + cut + created("b") + cut + created("c") + LOG + LOG

    assert [
        ("a", ["Starting", "Pending"]),
        ("b", ["Starting", "Pending"]),
        ("c", WHOLE),
        (None, WHOLE),
    ] == [(job.name, list(job.statuses)) for job in jobs(text)]


def test_jobs_that_nobody_waits_for_name_no_history() -> None:
    """Which of them the lines are of is not told; a job in the middle of its life goes on."""
    middle = line("Training", 20) + created("c") + line("Uploading", 30) + LOG
    text = created("a") + created("b") + line("Starting") + middle

    assert [
        (None, ["Starting", "Training", "Uploading"]),
        ("c", WHOLE),
    ] == [(job.name, list(job.statuses)) for job in jobs(text)]


@pytest.mark.parametrize("reverse", [False, True])
def test_a_log_and_a_response_of_a_job_are_of_one_job(tmp_path: Path, reverse: bool) -> None:
    """The log may be cut off, and read after the end: where it stands says no order."""
    job = poll("Starting", "Downloading", "Training", "Uploading", "Completed", name="tern-1")
    cut = created("tern-1") + LOG.partition("2020-05-18 10:20:00")[0]
    one, other = ("b", "a") if reverse else ("a", "b")
    (tmp_path / f"{one}.json").write_text(json.dumps(job))
    (tmp_path / f"{other}.log").write_text(cut)
    report = trainstate.check(tmp_path)

    assert [2] == [job.responses for job in report.jobs]
    assert [] == [finding for finding in report if finding.severity != "info"]


def test_a_created_job_that_is_started_again_goes_on() -> None:
    """The SDK tells the creation of each job: without it the next Starting is a retry's."""
    retried = ["Starting", "Downloading", "Training"]
    again = "".join(map(line, retried))

    assert [("a", [*retried, *WHOLE]), (None, WHOLE)] == [
        (job.name, list(job.statuses)) for job in jobs(created("a") + again + LOG + LOG)
    ]
    assert [(None, retried), (None, WHOLE)] == [
        (job.name, list(job.statuses)) for job in jobs(again + LOG)
    ]


@pytest.mark.parametrize("reverse", [False, True])
def test_a_log_may_have_missed_a_status(tmp_path: Path, reverse: bool) -> None:
    """The SDK prints a status when its message is a new one: Pending may say what Starting did."""
    job = poll("Starting", "Pending", "Stopped", name="tern-1")
    del job["TrainingStartTime"]
    one, other = ("b", "a") if reverse else ("a", "b")
    (tmp_path / f"{one}.json").write_text(json.dumps(job))
    missed = created("tern-1") + line("Starting") + line("Stopped", 40)
    (tmp_path / f"{other}.log").write_text(missed)

    assert [] == [f for f in trainstate.check(tmp_path) if f.severity != "info"]

    wrong = created("tern-1") + line("Starting") + line("Training", 20) + line("Stopped", 40)
    (tmp_path / f"{other}.log").write_text(wrong)
    assert "forked-history" in {f.name for f in trainstate.check(tmp_path)}


OVERWRITTEN = """\
2025-04-16 12:39:14 Starting - Starting the training job...
2025-04-16 12:39:41 Starting - Preparing the instances for training..
.....04-16 12:40:01 Downloading - Downloading input data.
..............41:10 Downloading - Downloading the training image.
2025-04-16 12:51:24 Uploading - Uploading generated training model
2025-04-16 12:51:24 Completed - Training job completed
Training seconds: 682
Billable seconds: 682
"""


def observed(text: str) -> list[tuple[str | None, str]]:
    return [(job.secondary, iso(job.modified or 0)[11:19]) for job in jobs(text)]


def test_dots_over_the_start_of_a_line_hide_no_status() -> None:
    """JupyterLab prints the dots of the polls over the next line; other lines are gone for good."""
    assert observed(OVERWRITTEN) == [
        ("Starting", "12:39:14"),
        ("Downloading", "12:40:01"),
        ("Uploading", "12:51:24"),
        ("Completed", "12:51:24"),
    ]


def test_a_log_with_lost_lines_lacks_statuses_without_a_finding() -> None:
    """Its statuses are seen one by one, as polls see them; they are no history."""
    report = trainstate.check(OVERWRITTEN)
    (job,) = report.jobs

    assert [str(one) for one in report.at_least(Severity.WARNING)] == []
    assert (job.verdict, job.complete, job.basis) == ("CONSISTENT", True, "reachability")


def test_a_log_with_lost_lines_has_its_totals_once() -> None:
    members = [set(job.members) for job in jobs(OVERWRITTEN)]

    totals = {"TrainingTimeInSeconds", "BillableTimeInSeconds"}
    assert members == [set(), set(), set(), totals]


@pytest.mark.parametrize("dots", range(1, 31))
def test_as_many_dots_as_characters_they_overwrite(dots: int) -> None:
    """However much of the time and of the status they hide, while its end can be read."""
    lines = [line("Starting"), "." * dots + line("Downloading", 40)[dots:], line("Completed", 50)]

    assert [job.secondary for job in jobs("".join(lines))] == [
        "Starting",
        "Downloading",
        "Completed",
    ]


def test_an_overwritten_time_that_would_go_back_is_not_known() -> None:
    """The hidden hour need not be that of the line before."""
    text = "2020-05-18 10:59:50 Starting - x\n" + "." * 14 + "01:00 Training - x\n"

    assert [job.modified is None for job in jobs(text)] == [False, True]


@pytest.mark.parametrize(
    "printed",
    [
        "....Training - epoch 1 of 3",
        "...................... - done",
        ".....10:11:40 Training - epoch 1 of 3",
        "....................epoch - Training",
    ],
)
def test_dots_before_other_output_overwrite_nothing(printed: str) -> None:
    """The SDK's dots for polls stand before a container's lines, too."""
    assert histories(f"{LOG.partition('Training -')[0]}Training - x\n{printed}\n") == [
        ["Starting", "Downloading", "Training"]
    ]
