"""Notebooks: logs and responses that cells have printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trainstate.errors import InputError
from trainstate.history import Response
from trainstate.history.readers import SourceReport, read_paths
from trainstate.history.readers.printed import printed_values
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
LOG = (
    "2020-05-18 10:11:12 Starting - Starting the training job...\n"
    "2020-05-18 10:20:10 Completed - Training job completed\n"
)
JOB = {"TrainingJobName": "job", "TrainingJobStatus": "Completed"}
REPR = (
    "{'TrainingJobName': 'it\\'s',\n 'TrainingJobStatus': 'Completed',\n"
    " 'CreationTime': datetime.datetime(2021, 4, 23, 15, 36, 2, tzinfo=tzlocal())}"
)


def stream(text: str | list[str]) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def result(text: str) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": {"text/plain": [text]}}


def cell(*outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": "", "outputs": list(outputs)}


def read(folder: Path, notebook: Any, name: str = "n.ipynb") -> list[Response]:
    file = folder / name
    file.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook, indent=1))
    return [record for record in read_paths([file], SPEC) if isinstance(record, Response)]


def test_each_history_of_each_cell_is_a_job_of_its_own(tmp_path: Path) -> None:
    """Histories are named after the cell, counted from 1, and their number in it."""
    markdown = {"cell_type": "markdown", "source": ["# x"]}
    cells = [markdown, cell(stream(LOG + LOG)), cell(), cell(stream(LOG.splitlines(True)))]

    actual = read(tmp_path, {"cells": cells, "nbformat": 4})

    places = [job.job.removeprefix(str(tmp_path)) for job in actual]
    expected = ["/n.ipynb cell 2 job 1", "/n.ipynb cell 2 job 2", "/n.ipynb cell 4 job 1"]
    assert expected == places


def test_a_log_may_be_cut_into_outputs(tmp_path: Path) -> None:
    """Streams of one cell are one text, as they were on the screen."""
    cells = [cell(stream(LOG[:80]), stream(LOG[80:].replace("\n", "\r")))]

    (actual,) = read(tmp_path, {"cells": cells, "nbformat": 4})

    assert ("Starting", "Completed") == actual.statuses


@pytest.mark.parametrize(
    "output",
    [
        stream(json.dumps(JOB)),
        stream("text\n" + json.dumps(JOB, indent=2) + "\n"),
        result(REPR),
        stream("don't {\n" + REPR + "\n"),
        result(f"[{REPR}]"),
        {"output_type": "pyout", "text": [REPR]},
        result(repr(JOB | {"FailureReason": LOG})),
    ],
)
def test_a_printed_response_is_read(tmp_path: Path, output: dict[str, Any]) -> None:
    """A response that a cell shows as JSON or as Python prints it is a record."""
    (actual,) = read(tmp_path, {"cells": [cell(output)], "nbformat": 4})

    assert ("Completed", 1, "notebook") == (
        actual.primary,
        actual.origin.cell,
        actual.origin.reader,
    )


@pytest.mark.parametrize(
    "text",
    [
        "{'TrainingJobName': 'a', 'RoleArn': 'r'}",
        "{'TrainingJobStatus': <object at 0x1>}",
        "{'TrainingJobStatus': ",
        "[1, 2, 3]",
        "{'a': {'SecondaryStatusTransitions': []}}",
        "{" * 100_000,
        "{\n" * 100_000,
    ],
)
def test_what_is_no_response_is_passed_over(tmp_path: Path, text: str) -> None:
    """Requests, damaged and other values in the output are no records, and no faults."""
    cells = [cell(stream(text)), cell(stream(LOG))]

    actual = read(tmp_path, {"cells": cells, "nbformat": 4})

    assert [2] == [job.origin.cell for job in actual]


def test_values_are_found_one_after_another() -> None:
    """Each value of a text is found, those after one that never closes too."""
    text = f"{{'a': 1}}\n{{'b':\n{json.dumps(JOB)}\n{json.dumps(JOB)}"

    assert [JOB, JOB] == printed_values(text, SPEC)[0]


def test_a_picture_may_come_first(tmp_path: Path) -> None:
    """A notebook is recognised although its first cell begins with something large."""
    picture = {"attachments": {"p.png": {"image/png": "A" * 100_000}}, "cell_type": "markdown"}

    assert 1 == len(read(tmp_path, {"cells": [picture, cell(stream(LOG))], "nbformat": 4}))


@pytest.mark.parametrize("key", ["metadata", "cells"])
def test_not_every_object_with_such_a_member_is_a_notebook(tmp_path: Path, key: str) -> None:
    """A response that is wrapped beside a member of a notebook's is no notebook."""
    (actual,) = read(tmp_path, {key: 1, "response": JOB})

    assert "json" == actual.origin.reader


def test_notebooks_of_the_older_form_are_read(tmp_path: Path) -> None:
    """Cells in worksheets are cells."""
    sheets = [{"cells": [cell(stream(LOG))]}]

    assert 1 == len(read(tmp_path, {"metadata": {}, "worksheets": sheets, "nbformat": 3}))


@pytest.mark.parametrize(
    "notebook",
    [
        {"cells": [cell(stream("text"))], "nbformat": 4},
        {"cells": [], "nbformat": 4},
        {"cells": 3, "nbformat": 4},
        {"cells": [3, {"outputs": [3, {"text": 3}, {"data": []}]}], "nbformat": 4},
    ],
)
def test_a_notebook_without_a_job_is_refused(tmp_path: Path, notebook: Any) -> None:
    """A named notebook that shows no job is refused, whatever is wrong with its form."""
    with pytest.raises(InputError, match="was read as notebook and holds no response"):
        read(tmp_path, notebook)


def test_a_damaged_notebook_is_unreadable(tmp_path: Path) -> None:
    """A notebook that is no JSON is one unreadable record."""
    file = tmp_path / "n.ipynb"
    file.write_text('{"cells": [{"cell_type": "code", ')
    reports: list[SourceReport] = []

    (actual,) = read_paths([file], SPEC, on_source=reports.append)

    assert not isinstance(actual, Response)
    assert ("not JSON: input data was truncated", "notebook") == (actual.reason, reports[0].reader)


@pytest.mark.parametrize("notebook", ["[]", "3"])
def test_what_is_no_notebook_can_be_forced(tmp_path: Path, notebook: str) -> None:
    """A file that is read as a notebook because it was asked for, and is none, is refused."""
    file = tmp_path / "n.json"
    file.write_text(notebook)

    with pytest.raises(InputError, match="was read as notebook"):
        list(read_paths([file], SPEC, input_format="notebook"))


def test_the_values_of_a_page_s_script_are_read(tmp_path: Path) -> None:
    """The widget of Step Functions shows an execution's progress: its events are in the script."""
    output = json.dumps({"TrainingJobName": "tern", "TrainingJobStatus": "Completed"})
    events = json.dumps([{"id": 1, "taskSucceededEventDetails": {"output": output}}])
    page = f"<script>\n    var events = {{ 'events': {events} }};\n    show(events);\n</script>"

    shown = {"text/plain": "<IPython.core.display.HTML object>", "text/html": [page]}
    cells = [cell({"output_type": "display_data", "data": shown})]
    (job,) = read(tmp_path, {"cells": cells, "nbformat": 4})

    assert (job.name, job.primary) == ("tern", "Completed")
