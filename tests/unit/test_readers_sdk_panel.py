"""The panel, and the lines, in which version 3 of the SDK shows a job at each poll."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.box import ASCII, ROUNDED, SIMPLE, Box
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

import trainstate
from trainstate.errors import InputError
from trainstate.history import Response
from trainstate.history.readers import read_values
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
NAME = "plover-sft-with-a-name-that-is-long-enough-to-be-folded-2026"
ARN = f"arn:aws:sagemaker:us-west-2:111122223333:training-job/{NAME}"
LONG = "Preparing the instances for training, which takes long (some minutes)"
ENDED = [("Starting", "Starting the job"), ("Pending", LONG), ("Downloading", ""), ("Training", "")]
REASON = "ClientError: invalid input, " + "which is told at length, " * 9


def drawn(
    *steps: tuple[str, str],
    pair: tuple[str, str] = ("Failed", "Failed"),
    width: int = 92,
    box: Box = ROUNDED,
    colour: bool = False,
    page: bool = False,
) -> str:
    """A panel as a console of a width draws it; as HTML with ``page``."""
    named, state = Table(box=None, show_header=False), Table(box=None, show_header=False)
    for table in (named, state):
        table.add_column("", width=20, style="bold cyan")
        table.add_column("", overflow="fold", style="dim")
    named.add_row("TrainingJob Name", NAME)
    named.add_row("TrainingJob ARN", ARN)
    named.add_row("Links", Text("🔗 CloudWatch Logs", style="link https://example.org/a?b=c"))
    for row in zip(("Job Status", "Secondary Status"), pair, strict=True):
        state.add_row(*row)
    state.add_row("Elapsed Time", "586.5s")
    state.add_row("Failure Reason", REASON)
    history = Table(box=SIMPLE)
    for name, columns in (("", 2), ("Step", 15), ("Details", 35), ("Duration", 12)):
        history.add_column(name, width=columns)
    for status, message in steps:
        history.add_row("✓", status, message, "2.6s")
    metrics = Table("Epochs", "Loss Metrics", box=SIMPLE)
    metrics.add_row("1", "loss: 0.25")
    parts: list[Any] = [named, Text(), state, Text(), Text("Status Transitions"), history, metrics]
    console = Console(
        file=io.StringIO(), width=width, force_terminal=colour, color_system="256", record=page
    )
    console.print(Panel(Group(*parts), title="[bold]Training Job Status[/]", box=box))
    if page:
        return console.export_html(inline_styles=True, code_format="<pre>{code}</pre>")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def read(text: str) -> list[Response]:
    return [record for record in read_values(text, SPEC) if isinstance(record, Response)]


def shown(job: Response) -> list[object]:
    return [job.arn, job.name, job.primary, job.secondary, *job.statuses]


def cell(*outputs: dict[str, Sequence[str]]) -> str:
    results = [{"output_type": "display_data", "data": data, "metadata": {}} for data in outputs]
    source = {"cell_type": "code", "source": [], "metadata": {}, "execution_count": 1}
    return json.dumps({"cells": [{**source, "outputs": results}], "nbformat": 4})


@pytest.mark.parametrize("width", [64, 80, 92, 140])
@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("box", [ROUNDED, ASCII])
def test_a_panel_is_a_response(width: int, colour: bool, box: Box) -> None:
    """It shows the job, the pair, the reason and each status with its message."""
    steps = [*ENDED, ("Failed", "Training job failed")]
    (job,) = read("Waiting.\n" + drawn(*steps, width=width, colour=colour, box=box) + "Done.\n")

    assert [ARN, NAME, "Failed", "Failed", *(status for status, _ in steps)] == shown(job)
    assert [message or None for _, message in steps] == [e.message for e in job.history or ()]
    assert REASON.strip() == job.members["FailureReason"]
    assert 2 == job.origin.line


@pytest.mark.parametrize("last", ["MaxRuntimeExceeded", "MaxWaitTimeExceeded"])
def test_a_status_that_is_too_long_for_its_column_is_known(last: str) -> None:
    """It is cut, and one status begins so."""
    text = drawn(*ENDED, (last, ""), pair=("Stopped", last))

    assert f" {last} " not in text.partition("Status Transitions")[2]
    assert last == read(text)[0].statuses[-1]


def test_a_panel_before_the_history_shows_the_pair() -> None:
    """The SDK draws it before the service has a history."""
    text = drawn(pair=("InProgress", "Starting")).partition("│ Status Trans")[0]

    assert [ARN, NAME, "InProgress", "Starting"] == shown(read(text + "╰────────╯\n")[0])


@pytest.mark.parametrize("page", [False, True])
def test_a_notebook_keeps_panels(tmp_path: Path, page: bool) -> None:
    """As text, and as HTML where the text was dropped or only names what is shown."""
    first = drawn(*ENDED[:2], pair=("InProgress", "Pending"), page=page, colour=True)
    last = drawn(*ENDED, ("Failed", ""), page=page, colour=True)
    plain: dict[str, Sequence[str]] = {"text/plain": ["<IPython.core.display.HTML object>"]}
    named = "text/html" if page else "text/plain"
    path = tmp_path / "a.ipynb"
    path.write_text(
        cell(*(plain | {named: text.splitlines(keepends=True)} for text in (first, last)))
    )
    report = trainstate.check(path)

    assert [(ARN, 2, True)] == [(job.job, job.responses, job.complete) for job in report.jobs]
    assert [] == [finding for finding in report if finding.severity != "info"]


def test_what_a_panel_shows_is_judged() -> None:
    """An order of statuses that no job takes, a pair that is none, a last entry that differs."""
    text = drawn(("Starting", ""), ("Uploading", ""), ("Downloading", ""), ("Failed", ""))
    names = {finding.name for finding in trainstate.check([text])}

    assert {"illegal-transition"} <= names
    assert "illegal-pair" in {
        finding.name for finding in trainstate.check([drawn(*ENDED, pair=("Completed", "Failed"))])
    }


def polled(*steps: str, pair: str, mark: str = "✓") -> str:
    rows = "".join(f"  {mark} {step} (2.6s)\n" for step in steps)
    return (
        f"\n--------\n\nStatus Transitions:\n{rows}\nStatus: {pair} (Elapsed: 5.0s)\nsome output\n"
    )


FIRST = polled("Starting: Starting", pair="InProgress - Starting")
GROWN = polled("Starting: Starting", "Failed: ", pair="Failed - Failed")


def test_lines_of_a_script_are_responses() -> None:
    """Each poll prints the whole history; what repeats the last poll is one response."""
    other = polled("Starting: (a) - b", pair="InProgress - Starting", mark="⋯")
    text = (
        f"\nTraining job started: {NAME}\nLog group: x\n{FIRST}{FIRST}{GROWN}"
        f"Training job started: tern\n{other}"
    )

    assert [
        [None, NAME, "InProgress", "Starting", "Starting"],
        [None, NAME, "Failed", "Failed", "Starting", "Failed"],
        [None, "tern", "InProgress", "Starting", "Starting"],
    ] == [shown(job) for job in read(text)]


def test_lines_of_a_job_that_is_not_named_are_of_one_job(tmp_path: Path) -> None:
    """The line that names it was cut off."""
    path = tmp_path / "out.txt"
    path.write_text(f"epoch 1\n{FIRST}{GROWN}")

    assert [2] == [job.responses for job in trainstate.check(path).jobs]


def test_a_job_of_the_generic_kind_is_none_of_training() -> None:
    """The SDK prints it alike, but calls it otherwise."""
    (job,) = read(f"\nJob Name: tern\n{FIRST}Training job started: {NAME}\n{FIRST}")

    assert NAME == job.name


def test_a_panel_that_is_never_closed_is_given_up() -> None:
    """What comes after it may be a log without an end; the next panel is read."""
    opened = drawn(*ENDED).rpartition("╰")[0]
    text = f"{opened}epoch\n" + "-" * 100_000 + "\n" + "epoch 1\n" * 2000 + "╰────\n"

    with pytest.raises(InputError, match="in no format that is known"):
        read(f"{text}Status Transitions:\nStatus: ?\n" + "x\n" * 2000)
    assert [NAME] == [job.name for job in read(text + drawn(*ENDED))]
