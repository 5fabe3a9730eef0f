"""Values of a program: mappings, texts, open files, paths, and mixes of them."""

from __future__ import annotations

import copy
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import trainstate
from tests.lives import COMPLETED, poll
from trainstate.errors import InputError, UsageError
from trainstate.history import Origin, Response, Unreadable
from trainstate.history.readers import SourceReport, read_values
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
JOB: dict[str, Any] = {
    "TrainingJobName": "job",
    "TrainingJobStatus": "InProgress",
    "CreationTime": datetime(2020, 1, 1, tzinfo=UTC),
    "ResponseMetadata": {"RequestId": "x"},
}
TEXT = '{"TrainingJobName":"text","TrainingJobStatus":"InProgress"}'
PRETTY = json.dumps(json.loads(TEXT), indent=1)
LOG = (
    "2020-05-18 10:11:12 Starting - Starting the training job...\n"
    "2020-05-18 10:20:10 Completed - Training job completed\n"
)


def read(value: Any) -> list[str]:
    return [told(record) for record in read_values(value, SPEC)]


def told(record: Response | Unreadable) -> str:
    return record.reason if isinstance(record, Unreadable) else record.job


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (JOB, ["job"]),
        ([JOB, JOB], ["job", "job"]),
        ((job for job in [JOB]), ["job"]),
        ([], []),
        (["\n", ""], []),
        ([[JOB], [[JOB]]], ["job", "job"]),
        ({"TrainingJobSummaries": [JOB, JOB]}, ["job", "job"]),
        (TEXT, ["text"]),
        (TEXT.encode(), ["text"]),
        (bytearray(TEXT.encode()), ["text"]),
        (memoryview(TEXT.encode()), ["text"]),
        (f"\ufeff [{TEXT}]", ["text"]),
        (f"{TEXT}\n{TEXT}", ["text", "text"]),
        (gzip.compress(TEXT.encode(), mtime=0), ["text"]),
        (LOG, ["input job 1"]),
        (LOG.splitlines()[0], ["input job 1"]),
        (LOG.encode(), ["input job 1"]),
        (io.StringIO(TEXT), ["text"]),
        (io.BytesIO(TEXT.encode()), ["text"]),
        (io.StringIO(LOG), ["input job 1"]),
        ([LOG, LOG], ["input job 1 /0", "input job 1 /1"]),
        (LOG.splitlines(), ["input job 1 /0"]),
        (LOG.encode().splitlines(keepends=True), ["input job 1 /0"]),
        ([TEXT, TEXT, JOB, TEXT], ["text", "text", "job", "text"]),
        ([PRETTY, gzip.compress(TEXT.encode(), mtime=0)], ["text", "text"]),
        ([TEXT, "{"], ["text", "not JSON: input data was truncated"]),
        ({"a": 1}, ["no member of a training job's response"]),
        ('{"a":"\ud800"}\n' + TEXT, ["not UTF-8", "text"]),
    ],
)
def test_values_of_every_form_are_read(value: Any, expected: list[str]) -> None:
    """Mappings, texts, open files and iterables of them give their records in order."""
    assert expected == read(value)


def test_records_of_records_are_themselves() -> None:
    """What was read already is not read again."""
    record = Unreadable(reason="x", origin=Origin())

    assert [record] == list(read_values([record], SPEC))


def test_paths_are_read(tmp_path: Path) -> None:
    """Paths and their text stand for files and folders, in a mix with other values too."""
    file = tmp_path / "one.json"
    file.write_text(TEXT)

    actual = read([file, str(file), tmp_path, JOB, TEXT])

    assert ["text", "text", "text", "job", "text"] == actual


def test_every_value_has_its_place() -> None:
    """A value of an iterable has the pointer to it, and a single one has none."""
    actual = [record.origin.pointer for record in read_values([JOB, {"response": JOB}], SPEC)]

    assert (["/0", "/1/response"], ["mapping"]) == (
        actual,
        [record.origin.reader for record in read_values(JOB, SPEC)],
    )


def test_lines_after_other_values_have_the_place_of_the_first() -> None:
    """Lines that follow one another are one text, at the place of the first of them."""
    actual = [record.origin for record in read_values([JOB, TEXT, TEXT, JOB, TEXT], SPEC)]

    expected = [("/0", None), ("/1", 1), ("/1", 2), ("/3", None), ("/4", 1)]
    assert expected == [(origin.pointer, origin.line) for origin in actual]


def test_values_are_not_changed() -> None:
    """A mapping is as it was after it was read, and its members are kept."""
    before = copy.deepcopy(JOB)

    (record,) = read_values(JOB, SPEC)

    assert isinstance(record, Response)
    assert (before, "x") == (JOB, record.get("/ResponseMetadata/RequestId"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (3, "but got a value of type int"),
        (None, "but got a value of type NoneType"),
        ([JOB, 3], "but got a value of type int"),
        ([[[[[[JOB]]]]]], "but got a value of type list"),
        ("gone.json", "'gone.json'.*no file or folder is called so"),
        ("x" * 5000, "neither JSON nor a log"),
        ("a\0b", "no format that is known"),
        (["gone.json"], "'gone.json'"),
        ("-", "'-'"),
        ("", "neither JSON nor a log"),
        ('{"a":1}', "<text>: was read as json and holds no response"),
        ("a\nb", "<text>: is in no format that is known"),
        (Path("gone.json"), "gone.json: cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused(value: Any, reason: str) -> None:
    """A value of another type, a path that is not there and other text are input errors."""
    with pytest.raises(InputError, match=reason):
        read(value)


def test_the_format_of_text_can_be_forced() -> None:
    """A text is read in the format that was asked for, and reported."""
    reports: list[SourceReport] = []

    list(read_values(TEXT, SPEC, input_format="ndjson", on_source=reports.append))

    assert [SourceReport(file="<text>", reader="ndjson", records=1)] == reports


def test_an_unknown_format_is_refused() -> None:
    """Only the listed formats can be asked for."""
    with pytest.raises(UsageError, match="input_format"):
        read_values(JOB, SPEC, input_format="xml")


def test_names_in_camel_case_are_the_services() -> None:
    """Some SDKs and tools begin the names of members in lower case, inside entries, too."""
    report = trainstate.check(
        {
            "trainingJobName": "camel",
            "trainingJobStatus": "InProgress",
            "secondaryStatus": "Starting",
            "secondaryStatusTransitions": [{"status": "Starting", "startTime": 1_767_348_000}],
        }
    )

    assert [] == [finding for finding in report if finding.severity != "info"]
    assert "history" == report.jobs[0].basis


@pytest.mark.parametrize("lost", [float("nan"), float("inf"), [{"a": (float("nan"),)}]])
def test_what_json_cannot_write_is_no_null(lost: Any) -> None:
    """A null is absent; a number that JSON has no form for is a value of the wrong type."""
    whole = {**poll(*COMPLETED), "FailureReason": None, "VpcConfig": None}

    assert [] == list(trainstate.check([whole]))
    assert ["TS003"] == [one.code for one in trainstate.check([{**whole, "VpcConfig": lost}])]
