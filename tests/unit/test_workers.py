"""Several processes give the report of one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from trainstate.cli import progress
from trainstate.cli.main import main
from trainstate.cli.workers import _context
from trainstate.testing.corpus import Corpus, generated

ASKED = ("--format", "json", "--select", "TS", "--select", "never-finished")


def report(path: Path, workers: int) -> str:
    """The JSON report of a check with so many processes."""
    run = CliRunner().invoke(main, ["check", str(path), *ASKED, "--workers", str(workers)])
    return run.stdout


def recording(folder: Path, *, faults: float, damaged: bool = False) -> Path:
    """A recording of many jobs, in which a line may be no JSON."""
    texts = [text for text, _ in generated(Corpus(jobs=40, polls=5, seed=5, faults=faults))]
    if damaged:
        texts.insert(20, '{"TrainingJobName": "cut')
    path = folder / "recording.ndjson"
    path.write_text("\n".join(texts), encoding="utf-8", errors="replace")
    return path


@pytest.mark.parametrize("workers", [2, 3])
def test_the_report_is_the_same_byte_for_byte(tmp_path: Path, workers: int) -> None:
    """Jobs that are shared among processes give the report of one process."""
    path = recording(tmp_path, faults=0, damaged=True)

    assert report(path, 1) == report(path, workers)


def test_beside_a_thread_processes_are_spawned(tmp_path: Path) -> None:
    """A process that has threads is not forked, and the report is the same."""
    path = recording(tmp_path, faults=0.3)
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert _context().get_start_method() == "spawn"
        beside = report(path, 2)
    finally:
        done.set()
        thread.join()

    assert beside == report(path, 1)


def test_jobs_that_cannot_be_told_apart_are_left_to_one_process(tmp_path: Path) -> None:
    """Records without an ARN are judged by one process, with the same report."""
    path = recording(tmp_path, faults=0.5)

    assert report(path, 1) == report(path, 2)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_sees_that_processes_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    """The progress comes after a while, and is gone at the end."""
    shown: list[str] = []
    path = recording(tmp_path, faults=0)
    alone = report(path, 1)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "on_terminal", lambda: terminal)
    monkeypatch.setattr(progress, "_begun", lambda: Recorder(shown))

    assert report(path, 2) == alone
    assert set(shown) == ({"started", "2 processes", "stopped"} if terminal else set())
    assert progress._shown == []


class Recorder:
    """A status that notes what it is told."""

    def __init__(self, told: list[str]) -> None:
        self.told = told

    def start(self) -> None:
        """It appears."""
        self.told.append("started")

    def update(self, text: str) -> None:
        """It changes."""
        self.told.append(text)

    def stop(self) -> None:
        """It goes."""
        self.told.append("stopped")
