"""JSON in files: one document or many, arrays, NDJSON, and every way in which they are damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainstate.errors import InputError
from trainstate.history import Response, Unreadable
from trainstate.history.readers import Limits, SourceReport, read_paths
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
JOB = '{"TrainingJobName":"job","TrainingJobStatus":"InProgress","SecondaryStatus":"Starting"}'
PRETTY = json.dumps(json.loads(JOB), indent=2)
FLAT = json.dumps(json.loads(JOB), indent=0)
DEEP = "[" * 100_000


def read(
    folder: Path, data: str | bytes, **options: object
) -> tuple[list[str], list[SourceReport]]:
    """What a file holds: `job` or the reason of what is unreadable, with line and pointer."""
    file = folder / "recording"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    reports: list[SourceReport] = []
    records = read_paths([file], SPEC, on_source=reports.append, **options)
    return [told(record) for record in records], reports


def told(record: Response | Unreadable) -> str:
    what = record.reason if isinstance(record, Unreadable) else record.name
    return f"{what} @{record.origin.line}{record.origin.pointer}"


@pytest.mark.parametrize(
    ("reader", "data", "expected"),
    [
        ("json", JOB, ["job @1"]),
        ("json", PRETTY, ["job @1"]),
        ("json", FLAT, ["job @1"]),
        ("json", f"\n\n{PRETTY}", ["job @3"]),
        ("json", f"{PRETTY}\n{PRETTY}\n", ["job @1", "job @6"]),
        ("json", f"{JOB}{JOB}", ["job @1", "job @1"]),
        ("ndjson", f"{JOB}{JOB}" * 500, ["job @1"] * 1000),
        ("json", b"\xef\xbb\xbf" + JOB.encode(), ["job @1"]),
        ("json-array", f"[{JOB},\n{JOB}]", ["job @1/0", "job @1/1"]),
        ("json-array", f"[[{JOB}]]", ["job @1/0/0"]),
        ("ndjson", f"{JOB}\n{JOB}", ["job @1", "job @2"]),
        ("ndjson", f"{JOB}\r\n\r\n{JOB}\r\n", ["job @1", "job @3"]),
        ("ndjson", f"{JOB}\r\n{JOB}\r\n".encode("utf-16"), ["job @1", "job @2"]),
        ("ndjson", f"{JOB}\n{JOB}".encode("utf-32"), ["job @1", "job @2"]),
    ],
)
def test_json_is_read_in_every_layout(
    tmp_path: Path, reader: str, data: str | bytes, expected: list[str]
) -> None:
    """Documents, arrays and lines are recognised, with marks, any line ends and blanks."""
    actual, reports = read(tmp_path, data)

    assert (expected, [reader]) == (actual, [report.reader for report in reports])


TRUNCATED = "not JSON: input data was truncated"
NO_JSON = "not JSON: invalid character (byte 0)"
NULS = "\0" * 64
LOGGED = "2020-05-18 10:11:12 Starting - Starting the training job..."
TRAILING = "not JSON: trailing characters (byte 5)"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (f'{{"Train\n{JOB}\n{JOB}', [f"{TRUNCATED} @1", "job @2", "job @3"]),
        (f"hello\n{JOB}\n", ["not JSON: invalid character (byte 0) @1", "job @2"]),
        (f"{JOB}\n{JOB[:20]}", ["job @1", f"{TRUNCATED} @2"]),
        (f'{JOB}\n{{"a":NaM}}\n', ["job @1", "not JSON: invalid character (byte 5) @2"]),
        (f'{JOB}\n{{"a":NaN,}}\n', ["job @1", "not JSON: invalid character (byte 5) @2"]),
        (JOB.encode() + b'\n{"a":"\xff"}\n', ["job @1", "not UTF-8 @2"]),
        (f"{JOB}\n{NULS}\n{JOB}", ["job @1", f"{NO_JSON} @2", "job @3"]),
        (f"{NULS}\n{JOB}\n{JOB}", [f"{NO_JSON} @1", "job @2", "job @3"]),
        (f"{JOB}\n{LOGGED}\n{JOB}", ["job @1", f"{TRAILING} @2", "job @3"]),
        (f"{JOB}\n3\n", ["job @1", "no member of a training job's response @2"]),
        (f'{JOB}\n{{"a":1}}\n', ["job @1", "no member of a training job's response @2"]),
        (
            f"{JOB}\n{DEEP}\n{JOB}",
            ["job @1", "not JSON that can be read: nested too deeply @2", "job @3"],
        ),
    ],
)
def test_a_bad_line_takes_no_other_with_it(
    tmp_path: Path, data: str | bytes, expected: list[str]
) -> None:
    """A line that cannot be read is one unreadable record, and all others are read."""
    actual, (report,) = read(tmp_path, data)

    assert (expected, "ndjson", len(expected)) == (actual, report.reader, report.records)


UNCLOSED = "not JSON: input data was truncated"
BETWEEN = "not JSON: text between values"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (f"{JOB}\n{JOB},\n", ["job @1", "job @2", f"{BETWEEN} @2"]),
        (f"{JOB}\n{JOB}{JOB}\n{JOB}", ["job @1", "job @2", "job @2", "job @3"]),
        (f"{JOB}\n  {JOB} {JOB[:20]}\n{JOB}", ["job @1", "job @2", f"{TRUNCATED} @2", "job @3"]),
        (f"{JOB}\n{JOB[:20]}{JOB}\n", ["job @1", f"{UNCLOSED} @2", "job @2"]),
    ],
)
def test_a_line_of_several_records_has_all_of_them(
    tmp_path: Path, data: str, expected: list[str]
) -> None:
    """A delivery stream that writes events to files joins them without a line end."""
    actual, (report,) = read(tmp_path, data)

    assert (expected, "ndjson") == (actual, report.reader)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (f'{PRETTY}\n{{"a": \n{PRETTY}', ["job @1", f"{TRUNCATED} @6", "job @7"]),
        (f"{PRETTY}\nnoise\n{PRETTY}", ["job @1", "not JSON: text between values @6", "job @7"]),
        (f"{PRETTY}\n{PRETTY} noise", ["job @1", "job @6", "not JSON: text between values @10"]),
        (PRETTY[:40], [f"{TRUNCATED} @1"]),
        (f"[{JOB},\n{JOB[:30]}", ["job @1/0", f"{TRUNCATED} @2/1"]),
        (
            f'[{JOB},\n{{"a":NaM}},{JOB}]',
            ["job @1/0", "not JSON: invalid character (byte 5) @2/1", "job @2/2"],
        ),
        (f"[{JOB}, noise, {JOB}]", ["job @1/0", "not JSON: text between values @1", "job @1/1"]),
        (DEEP, ["not JSON that can be read: nested too deeply @1"]),
        (f"{PRETTY}\n{DEEP}", ["job @1", "not JSON that can be read: nested too deeply @6"]),
    ],
)
def test_a_damaged_document_takes_no_other_with_it(
    tmp_path: Path, data: str, expected: list[str]
) -> None:
    """Around a damaged document, or a damaged item of an array, the rest is read."""
    actual, _ = read(tmp_path, data)

    assert expected == actual


CUT = '{"TrainingJobName":"cut","SecondaryStatusTransitions":[{"Status":"Sta'
CLOSED = '{"TrainingJobName":"cut","TrainingJobStatus":,"HyperParameters":{"a":[1,{"b":2}]}}'


@pytest.mark.parametrize("damaged", [CUT, CUT[:-5], CUT[:-14], CUT[:40], CLOSED])
@pytest.mark.parametrize("around", ["[{}]", "[ {}\n]"])
def test_a_damaged_record_in_a_line_takes_no_other_with_it(
    tmp_path: Path, damaged: str, around: str
) -> None:
    """After a record that was cut off, another one begins as it did, in the same line, too."""
    jobs = [JOB.replace("job", f"job-{at}") for at in range(4)]
    text = ",".join([jobs[0], damaged, jobs[1], damaged, damaged, jobs[2], jobs[3]])

    actual, _ = read(tmp_path, around.replace("{}", text))

    assert [f"job-{at}" for at in range(4)] == [one.split()[0] for one in actual if "job" in one]
    assert 7 == len(actual)


def test_what_never_closes_is_given_up_in_the_end(tmp_path: Path) -> None:
    """Of a text of unclosed documents only so many are tried, and the rest is one record."""
    actual, _ = read(tmp_path, '{"a":1,\n' * 50_000)

    assert 11 == len(actual)


def test_of_a_name_that_is_there_twice_the_last_counts(tmp_path: Path) -> None:
    """Of a member that is there twice the last value is read."""
    actual, _ = read(
        tmp_path, '{"TrainingJobName":"one","TrainingJobName":"two","SecondaryStatus":"Starting"}'
    )

    assert ["two @1"] == actual


def test_lines_are_whole_across_blocks(tmp_path: Path) -> None:
    """Lines of any length are put together again where a block of the file ends in them."""
    padded = [JOB[:-1] + f',"x":"{"y" * size}"}}' for size in (10, 700_000, 1_500_000, 3, 900_000)]

    actual, _ = read(tmp_path, "\n".join(padded))

    assert [f"job @{line}" for line in range(1, 6)] == actual


@pytest.mark.parametrize("size", [200, 3_000_000])
def test_a_line_beyond_the_limit_is_passed_over(tmp_path: Path, size: int) -> None:
    """A line that is longer than the limit is unreadable, in one block or in several."""
    long = JOB[:-1] + f',"x":"{"y" * size}"}}'

    actual, _ = read(tmp_path, f"{JOB}\n{long}\n{JOB}\n{long}", limits=Limits(line=200))

    beyond = "longer than 200 bytes"
    assert ["job @1", f"{beyond} @2", "job @3", f"{beyond} @4"] == actual


def test_a_large_object_in_one_line_is_read(tmp_path: Path) -> None:
    """An object that is longer than the part by which formats are recognised is read."""
    actual, _ = read(tmp_path, JOB[:-1] + f',"x":"{"y" * 100_000}"}}')

    assert ["job @1"] == actual


def test_a_document_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    """A document that is larger than the limit is refused, with the limit and a remedy."""
    with pytest.raises(InputError, match=r"larger than 50 bytes.*NDJSON"):
        read(tmp_path, PRETTY, limits=Limits(document=50))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("[]", "was read as json-array and holds no response"),
        ('{"a":1}', "was read as json and holds no response"),
        ('{"a":1}\n' * 3000, "was read as ndjson and holds no response"),
        ("3", "no format that is known: a text without a status line"),
        ("<html>", "no format that is known"),
        (bytes(range(256)), "no format that is known"),
    ],
)
def test_a_file_that_is_no_recording_is_refused(
    tmp_path: Path, data: str | bytes, reason: str
) -> None:
    """A named file without a response is refused in one sentence that names it."""
    with pytest.raises(InputError, match=f"recording: .*{reason}"):
        read(tmp_path, data)


def test_a_format_can_be_forced(tmp_path: Path) -> None:
    """The format that was asked for is used, whatever the file looks like."""
    actual, (report,) = read(tmp_path, JOB, input_format="ndjson")

    assert (["job @1"], "ndjson") == (actual, report.reader)


@pytest.mark.parametrize("depth", [100, 400])
def test_nesting_that_json_has_and_python_has_not_is_unreadable(tmp_path: Path, depth: int) -> None:
    """A value that decodes, and that is too deep to be gone through, does not raise."""
    inner = "[" * depth * 2 + "]" * depth * 2

    actual, _ = read(
        tmp_path,
        f'{JOB}\n{{"training_job_name":"snake","training_job_status":"InProgress","vpc_config":{inner}}}',
    )

    assert ["job @1", 2] == [actual[0], len(actual)]
