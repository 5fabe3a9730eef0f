"""Where the command line writes: files, links, pipes, and disks that are full."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from trainstate.cli.main import main

BROKEN = Path(__file__).parents[2] / "examples" / "broken"
FULL = Path("/dev/full")


def program(*words: str, stdout: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trainstate", *words],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not FULL.exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("words", [("check", str(BROKEN)), ("rule", "last-entry-mismatch")])
def test_a_full_disk_is_no_finding(words: tuple[str, ...]) -> None:
    """One sentence without a traceback, and the exit status 2."""
    with FULL.open("w") as full:
        done = program(*words, stdout=full.fileno())

    assert 2 == done.returncode
    assert "trainstate: reading or writing failed: No space left on device\n" == done.stderr


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """So it is with /dev/stdout, and with the devices of a system."""
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    result = CliRunner().invoke(main, ["check", str(BROKEN), "--output", str(pipe)])
    reader.join()

    assert 1 == result.exit_code
    assert "TS304" in read[0]
    assert pipe.is_fifo()


def test_a_link_to_a_report_stays_a_link(tmp_path: Path) -> None:
    """The file that it points to is replaced."""
    target, link = tmp_path / "report.txt", tmp_path / "link"
    link.symlink_to(target)
    CliRunner().invoke(main, ["check", str(BROKEN), "--output", str(link)])

    assert link.is_symlink()
    assert "TS304" in target.read_text()
