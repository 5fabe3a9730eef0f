"""The file of a pull: whole lines, one run at a time, whatever ends it."""

from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path

import pytest

from trainstate.aws.journal import Journal
from trainstate.errors import InputError


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    """The second one is refused while the first goes on; after it the file is free."""
    path, identity = tmp_path / "jobs.ndjson", ("TrainingJobArn",)
    with Journal(path, identity) as first:
        first.add({"TrainingJobArn": "one"})
        with pytest.raises(InputError, match="Another run records"), Journal(path, identity):
            pass
        first.add({"TrainingJobArn": "two"})
    with Journal(path, identity) as second:
        assert not second.add({"TrainingJobArn": "two"})

    assert 2 == len(path.read_text().splitlines())


def test_runs_that_begin_as_others_end_lose_nothing(tmp_path: Path) -> None:
    """What a run has recorded is in the file, whoever else begins and ends meanwhile."""
    path, kept = tmp_path / "jobs.ndjson", []

    def runs(name: str) -> None:
        for number in range(60):
            try:
                with Journal(path, ("TrainingJobArn",)) as journal:
                    journal.add({"TrainingJobArn": f"{name}-{number}"})
                kept.append(f"{name}-{number}")
            except InputError:
                continue

    threads = [threading.Thread(target=runs, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = path.read_text().splitlines()

    assert sorted(kept) == sorted(json.loads(line)["TrainingJobArn"] for line in lines)


def test_a_full_disk_is_named_and_what_was_recorded_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run goes on after the last line that was written whole."""
    path, identity = tmp_path / "jobs.ndjson", ("TrainingJobArn",)
    with monkeypatch.context() as full, Journal(path, identity) as journal:
        journal.add({"TrainingJobArn": "one"})
        full.setattr(os, "fsync", refuse)
        with pytest.raises(InputError, match=r"No space left on device\. What was recorded"):
            journal.add({"TrainingJobArn": "two"})
    with Journal(path, identity) as journal:
        assert journal.has({"TrainingJobArn": "one"})


def refuse(_file: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_last_record_without_an_end_of_line_is_kept(tmp_path: Path) -> None:
    """Another program wrote it whole; half a record is cut off."""
    path, identity = tmp_path / "jobs.ndjson", ("TrainingJobArn",)
    path.write_text('{"TrainingJobArn":"one"}')
    with Journal(path, identity) as journal:
        journal.add({"TrainingJobArn": "two"})

    assert '{"TrainingJobArn":"one"}\n{"TrainingJobArn":"two"}\n' == path.read_text()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file that it points to is recorded to."""
    path, link = tmp_path / "jobs.ndjson", tmp_path / "link"
    link.symlink_to(path)
    with Journal(link, ("TrainingJobArn",)) as journal:
        journal.add({"TrainingJobArn": "one"})

    assert link.is_symlink()
    assert path.exists()


@pytest.mark.parametrize("name", [".", "", "pipe"])
def test_what_is_no_file_is_not_recorded_to(tmp_path: Path, name: str) -> None:
    """A device would be read without end, and then replaced."""
    os.mkfifo(tmp_path / "pipe")
    place = tmp_path / name if name else Path()

    with pytest.raises(InputError, match="is not a file"), Journal(place, ("TrainingJobArn",)):
        pass
