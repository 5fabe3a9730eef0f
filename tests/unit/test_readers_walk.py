"""Paths: files, folders and standard input; what is read, what is passed over, what is refused."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path

import pytest

from trainstate.errors import InputError, UsageError
from trainstate.history import Response, Unreadable
from trainstate.history.readers import FORMATS, SourceReport, read_paths
from trainstate.spec.load import builtin_spec

SPEC = builtin_spec()
JOB = '{"TrainingJobName":"%s","TrainingJobStatus":"InProgress"}'
LOG = "2020-05-18 10:11:12 Starting - Starting the training job...\n"


def read(*paths: Path | str) -> tuple[list[str], dict[str, str]]:
    """The names, or reasons, of the records, and the reader of each file."""
    reports: list[SourceReport] = []
    records = list(read_paths(paths, SPEC, on_source=reports.append))
    return [told(record) for record in records], {
        Path(report.file).name: report.reader for report in reports
    }


def told(record: Response | Unreadable) -> str:
    return record.reason if isinstance(record, Unreadable) else record.name or "log"


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_paths_are_read_in_their_order(tmp_path: Path) -> None:
    """Files come in the order of the paths, also when a path is there twice."""
    one, two = write(tmp_path / "1", JOB % "one"), write(tmp_path / "2", JOB % "two")

    actual, _ = read(two, one, two)

    assert ["two", "one", "two"] == actual


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    """Files of folders below come where the folder's name stands; hidden ones do not."""
    for name in ("c.json", "b/z.json", "b/a.json", "a.jsonl", ".hidden.json", ".git/x.json"):
        write(tmp_path / name, JOB % name)

    actual, _ = read(tmp_path)

    assert ["a.jsonl", "b/a.json", "b/z.json", "c.json"] == actual


def test_a_folder_s_other_files_are_passed_over(tmp_path: Path) -> None:
    """What is no recording is reported as skipped; recordings of any name are read."""
    write(tmp_path / "job", JOB % "job")
    write(tmp_path / "out.md", LOG)
    write(tmp_path / "late.txt", "x\n" * 50_000 + LOG)
    write(tmp_path / "late.md", "x\n" * 50_000 + LOG)
    write(tmp_path / "package.json", '{"name": "x"}')
    write(tmp_path / "tsconfig.json", '{"name": // comment')
    write(tmp_path / "other.jsonl", '{"a": 1}\n' * 5000)
    write(tmp_path / "readme.txt", "hello")
    write(tmp_path / "empty.json", "")
    (tmp_path / "model.bin").write_bytes(bytes(range(256)))
    (tmp_path / "damaged.json.gz").write_bytes(b"\x1f\x8bnoise")

    names, readers = read(tmp_path)

    read_ones = {name: reader for name, reader in readers.items() if reader != "skipped"}
    logs = dict.fromkeys(["out.md", "late.txt", "late.md"], "sdk-log")
    assert {"job": "json", **logs} == read_ones
    assert (["job", "log", "log", "log"], 11) == (names, len(readers))


def test_a_damaged_recording_in_a_folder_is_told(tmp_path: Path) -> None:
    """A file that speaks of a job and cannot be read is an unreadable record."""
    write(tmp_path / "a.json", JOB[:40])
    write(tmp_path / "b.json", JOB % "job")

    actual, _ = read(tmp_path)

    assert ["not JSON: input data was truncated", "job"] == actual


def test_the_first_records_of_a_recording_may_be_others(tmp_path: Path) -> None:
    """Records without a response before the first response are told once it comes."""
    write(tmp_path / "a.jsonl", '{"a": 1}\n' * 3 + JOB % "job")

    actual, _ = read(tmp_path)

    assert ["no member of a training job's response"] * 3 + ["job"] == actual


def test_links_that_lead_back_end(tmp_path: Path) -> None:
    """A folder is read once, whatever links lead to it."""
    write(tmp_path / "a/job.json", JOB % "job")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")

    actual, _ = read(tmp_path)

    assert ["job"] == [name for name in actual if not name.startswith("cannot be read")]


def test_what_a_folder_cannot_open_is_told(tmp_path: Path) -> None:
    """A link that leads nowhere is an unreadable record, and the rest is read."""
    (tmp_path / "a").symlink_to(tmp_path / "gone")
    write(tmp_path / "b.json", JOB % "job")
    os.mkfifo(tmp_path / "c")

    actual, readers = read(tmp_path)

    assert ["cannot be read: No such file or directory", "job"] == actual
    assert {"a": "skipped", "b.json": "json"} == readers


def test_a_limit_in_a_folder_takes_no_other_file_with_it(tmp_path: Path) -> None:
    """What comes before a limit in compressed data is read, and so are the other files."""
    line = (JOB % "bomb").encode() + b"\n"
    (tmp_path / "a.gz").write_bytes(gzip.compress(line + b" " * (80 << 20)))
    write(tmp_path / "b.json", JOB % "after")

    actual, reports = read(tmp_path)

    assert ["bomb", "after"] == [actual[0], actual[2]]
    assert "expands to more than 1000 times its size" in actual[1]
    assert {"a.gz": "ndjson", "b.json": "json"} == reports


def test_a_folder_below_that_cannot_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that may not be read is an unreadable record, and the rest is read."""
    write(tmp_path / "a/x.json", JOB % "x")
    write(tmp_path / "b.json", JOB % "job")
    listed = os.listdir

    def refusing(path: str) -> list[str]:
        if path.endswith("a"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "listdir", refusing)

    actual, _ = read(tmp_path)

    assert ["cannot be read: Permission denied", "job"] == actual


def test_a_missing_path_is_found_before_anything_is_read(tmp_path: Path) -> None:
    """The first record is not given if a later path is not there."""
    file = write(tmp_path / "job.json", JOB % "job")

    with pytest.raises(InputError, match=r"gone\.json: cannot be read: No such file"):
        read_paths([file, tmp_path / "gone.json"], SPEC)


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, ""])
def test_a_path_that_can_be_none_is_refused(path: str) -> None:
    """A path that the system does not accept is an input error."""
    with pytest.raises(InputError, match="cannot be read"):
        read_paths([path], SPEC)


def test_a_named_file_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the system while a named file is opened is an input error."""
    file = write(tmp_path / "job.json", JOB % "job")

    def refusing(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refusing)

    with pytest.raises(InputError, match=r"job\.json: cannot be read: Permission denied"):
        read(file)


@pytest.mark.parametrize("names", [[], ["readme.md"]])
def test_a_folder_without_recordings_is_refused(tmp_path: Path, names: list[str]) -> None:
    """A folder that has nothing to read is an input error."""
    for name in names:
        write(tmp_path / name, "hello")

    with pytest.raises(InputError, match="the folder has no recording"):
        read(tmp_path)


def test_no_path_is_refused() -> None:
    """Reading nothing is a mistake."""
    with pytest.raises(InputError, match="No path was given"):
        read_paths([], SPEC)


def test_one_path_needs_no_list(tmp_path: Path) -> None:
    """A single path is a path, not a sequence of letters."""
    file = write(tmp_path / "job.json", JOB % "job")

    assert 1 == len(list(read_paths(str(file), SPEC)))


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash is standard input, which has a name to be shown."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((JOB % "job").encode())))

    (actual,) = read_paths(["-"], SPEC)

    assert "<stdin>" == actual.origin.file


def test_empty_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on standard input is an input error."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))

    with pytest.raises(InputError, match="<stdin>: is empty"):
        list(read_paths(["-"], SPEC))


def test_names_of_files_can_be_shown(tmp_path: Path) -> None:
    """A name that is no UTF-8 is shown with replacements."""
    file = os.fsencode(tmp_path) + b"/\xff.json"
    Path(os.fsdecode(file)).write_text(JOB % "job")

    (actual,) = read_paths([os.fsdecode(file)], SPEC)

    assert f"{tmp_path}/\ufffd.json" == actual.origin.file


def test_an_unknown_format_is_refused() -> None:
    """Only the listed formats can be asked for."""
    with pytest.raises(UsageError, match=r"Expected input_format to be one of auto, .* 'xml'"):
        read_paths(["-"], SPEC, input_format="xml")


def test_the_formats_are_listed() -> None:
    """Every format that can be asked for is in the list."""
    named = ("json", "ndjson", "yaml", "csv", "log", "notebook", "python", "parquet", "arrow")
    assert ("auto", *named) == FORMATS


def test_no_name_is_its_own_remedy(tmp_path: Path) -> None:
    """A link to itself is there, and still cannot be read."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with pytest.raises(InputError, match="name a file, a folder, or - for"):
        read(tmp_path / "loop")
