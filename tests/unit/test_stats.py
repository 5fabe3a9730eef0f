"""Measures of jobs: what they took, waited, lost and cost."""

from __future__ import annotations

import csv
import json
from array import array
from collections import Counter
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner

from trainstate.cli import main
from trainstate.history.readers import read_values
from trainstate.render.plot import plot_durations
from trainstate.render.stats import clock, stats_csv, stats_lines, stats_object
from trainstate.rules.example import Poll, poll, written
from trainstate.spec.load import builtin_spec
from trainstate.stats.measure import Stats, reason_kind, stats
from trainstate.stats.spread import Distribution
from trainstate.stats.survey import Survey

SPEC = builtin_spec()
RECORDINGS = Path(__file__).parents[2] / "examples" / "recordings"
SPOT = (
    "Completed/Completed: Starting 60, Training 100, Interrupted 30, Starting 40, Training 50,"
    " Uploading 10, Completed"
)


def measured(*polls: Poll | str, **members: Any) -> Stats:
    """The measures of responses in the short notation, each with more members."""
    responses = [
        {**written(poll if isinstance(poll, Poll) else Poll(poll)), **members} for poll in polls
    ]
    return stats(Survey(SPEC).feed(read_values(responses, SPEC)).jobs, SPEC, reasons=True)


def test_a_job_counts_once() -> None:
    """Polls of one job are one job, measured with its longest history."""
    found = measured(
        "InProgress/Training: Starting 60, Training",
        "Completed/Completed: Starting 60, Training 100, Uploading 10, Completed",
    )

    assert (1, 100) == (found.totals.jobs, found.statuses["Training"].total)


@pytest.mark.parametrize("late", [False, True])
def test_a_response_that_repeats_the_last_one_counts_alone(late: bool) -> None:
    """What a survey puts off it takes when another response comes, or at the end."""
    polls = [
        written(poll("InProgress/Training: Starting 60, Training", modified=modified))
        for modified in (60, 90, 90, 120)
    ]
    done = written(Poll("Completed/Completed: Starting 60, Training 100, Uploading 10, Completed"))
    rest = [done, polls[0]] if late else []

    survey = Survey(SPEC).feed(read_values([*polls, *rest], SPEC))
    (job,) = survey.jobs

    assert (len(polls) + len(rest), 4 if late else 2) == (survey.responses, len(job.entries))
    assert job.life.shown == (("Completed", "Completed") if late else ("InProgress", "Training"))


def test_a_redacted_arn_makes_two_jobs_no_one() -> None:
    """The name decides where the ARN names no job."""
    done = written(Poll("Completed/Completed: Starting 60, Training 100, Uploading 5, Completed"))
    jobs = [done | {"TrainingJobName": name, "TrainingJobArn": "***"} for name in ("one", "two")]

    assert 2 == len(list(Survey(SPEC).feed(read_values(jobs, SPEC)).jobs))


def test_an_interruption_begins_an_attempt_and_loses_time() -> None:
    """The training and the interruption of the first attempt are lost; starting is waiting."""
    found = measured(SPOT)

    assert ({2: 1}, 130, 100, 1) == (
        found.attempts,
        found.lost.total,
        found.queueing.total,
        found.totals.interruptions,
    )


def test_savings_and_instance_seconds() -> None:
    """Savings are what was trained and not billed; instance-seconds count every instance."""
    found = measured(
        "Completed/Completed: Starting 60, Training 100, Uploading 10, Completed",
        TrainingTimeInSeconds=110,
        BillableTimeInSeconds=44,
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2},
    )

    assert (60.0, 88) == (round(found.totals.savings or 0, 6), found.totals.instance_seconds)
    assert ["ml.m5.large"] == list(found.by_type)
    assert ["2026-01-02"] == list(found.by_day)


def test_instance_groups_have_their_types() -> None:
    """A job of several groups is counted under all of its types, with all instances."""
    groups = [
        {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2},
        {"InstanceType": "ml.c5.large", "InstanceCount": 1},
        {"InstanceType": ["odd"]},
    ]
    found = measured(SPOT, ResourceConfig={"InstanceGroups": groups})

    assert ["ml.c5.large+ml.p4d.24xlarge"] == list(found.by_type)


def test_reasons_are_counted_by_kind() -> None:
    """A failure counts under the word that AWS puts before the colon, a stop under its cause."""
    failed = Poll(
        "Failed/Failed: Starting 9, Failed", {"/FailureReason": "ClientError: no such bucket"}
    )
    assert {"ClientError": 1} == measured(failed).failures
    stopped = "Stopped/Stopped: Starting 90, Training 60, Stopping 5, Stopped"
    assert {"stopped-by-user": 1} == measured(stopped).stops


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (None, "no reason given"),
        (" ", "no reason given"),
        ("AlgorithmError: exit 1", "AlgorithmError"),
        ("no room at all: sorry", "another reason"),
        ("hunter2: exit 1", "another reason"),
    ],
)
def test_the_kind_of_a_reason(reason: str | None, kind: str) -> None:
    """A reason of another form is quoted only where that is asked for, cut."""
    assert kind == reason_kind(reason)
    if kind == "another reason":
        assert reason == reason_kind(reason, quoted=True)


def test_a_distribution_is_exact() -> None:
    """Median, 95th percentile (nearest rank) and maximum of known numbers."""
    spread = Distribution(array("d", range(1, 101)))

    assert (100, 50.5, 95, 100) == (spread.count, spread.median, spread.p95, spread.longest)


def test_an_empty_input_has_no_measures() -> None:
    """Without jobs there are no numbers, and no error."""
    found = stats([], SPEC)

    assert (0, None, ["0 jobs: none"]) == (
        found.totals.jobs,
        found.totals.savings,
        list(stats_lines(found))[:1],
    )


def test_json_is_plain_values() -> None:
    """The object survives JSON."""
    shown = stats_object(measured(SPOT))

    assert shown == json.loads(json.dumps(shown))


def test_csv_is_a_number_a_row_and_no_formula() -> None:
    """Recorded text can begin no formula of a spreadsheet, and every row has four cells."""
    reason = Poll("Failed/Failed: Starting 9, Failed", {"/FailureReason": "=HYPERLINK(1)"})
    rows = list(csv.reader(stats_csv(measured(reason))))

    assert ({4}, True) == (
        {len(row) for row in rows},
        ["failures", "'=HYPERLINK(1)", "jobs", "1"] in rows,
    )


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, "-"), (59.4, "59 s"), (200, "3 min 20 s"), (7500, "2 h 05 min"), (273600, "3 d 04 h")],
)
def test_the_clock_is_short(seconds: float | None, shown: str) -> None:
    """Seconds are shown in the two largest units."""
    assert shown == clock(seconds)


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_the_command_measures_recordings(form: str) -> None:
    """`trainstate stats` gives the measures of a folder in each form."""
    result = CliRunner().invoke(main, ["stats", str(RECORDINGS), "--format", form])

    assert (0, True) == (result.exit_code, "Training" in result.output)


@pytest.mark.parametrize(("suffix", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_the_plot_is_a_picture(suffix: str, magic: bytes, tmp_path: Path) -> None:
    """`--plot` draws a PNG or an SVG file."""
    pytest.importorskip("matplotlib", reason="a plot needs matplotlib")
    target = tmp_path / f"plot.{suffix}"
    result = CliRunner().invoke(main, ["stats", str(RECORDINGS), "--plot", str(target)])

    assert (0, magic) == (result.exit_code, target.read_bytes()[: len(magic)])


def test_another_kind_of_picture_is_refused(tmp_path: Path) -> None:
    """The error names the endings that there are."""
    target = tmp_path / "plot.bmp"
    result = CliRunner().invoke(main, ["stats", str(RECORDINGS), "--plot", str(target)])

    assert (2, True) == (result.exit_code, ".png or .svg" in result.output)


def test_an_entry_that_ends_before_it_starts_has_no_length() -> None:
    """A negative time is a fault of the recording, and no measure."""
    response = written(Poll("InProgress/Training: Starting 90, Training"))
    entry = response[SPEC.layout.history][0]
    entry[SPEC.layout.entry_end], entry[SPEC.layout.entry_start] = (
        entry[SPEC.layout.entry_start],
        entry[SPEC.layout.entry_end],
    )
    found = stats(Survey(SPEC).feed(read_values([response], SPEC)).jobs, SPEC)

    assert {} == dict(found.statuses)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_plot_takes_statuses_of_any_text(tmp_path: Path) -> None:
    """No dollar sign, control or empty name in a recorded status stops the picture."""
    pytest.importorskip("matplotlib", reason="draws the picture")
    odd = [r"$\frac{", "", "\x00\u202e", *(f"S{number}" for number in range(60))]
    polls = [written(Poll("InProgress/Training: Starting 90, Training"))]
    polls[0][SPEC.layout.history] = [
        {
            SPEC.layout.entry_status: name,
            SPEC.layout.entry_start: 1_700_000_000 + number,
            SPEC.layout.entry_end: 1_700_000_001 + number,
        }
        for number, name in enumerate(odd)
    ]
    found = stats(Survey(SPEC).feed(read_values(polls, SPEC)).jobs, SPEC)
    plot_durations(found, str(tmp_path / "odd.svg"))

    assert (tmp_path / "odd.svg").read_text("utf-8").startswith("<?xml")


def test_a_flood_of_reasons_is_cut_in_the_table() -> None:
    """The text shows the commonest reasons and says how many more there are."""
    found = stats([], SPEC)
    many = attrs.evolve(found, failures=Counter(f"reason {number}" for number in range(50)))

    assert "  and 30 more, in 50 jobs in all" in list(stats_lines(many))


def test_a_log_has_outcomes_too() -> None:
    """A log prints no primary status, but its last status tells how the job ended."""
    log = RECORDINGS / "sdk-output.log"
    result = CliRunner().invoke(main, ["stats", str(log), "--format", "json"])
    outcomes = json.loads(result.stdout)["totals"]["outcomes"]

    assert "unknown" not in outcomes
    assert outcomes["succeeded"] >= 1
