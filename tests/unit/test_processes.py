"""Workers end with what began them, and the end of one is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from trainstate.cli.workers import ProcessLost, at_once
from trainstate.testing.corpus import Corpus, generated

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")


def square(number: int) -> int:
    """A result of a process."""
    return number * number


def kill_itself(number: int) -> int:
    """A process that the system ends; the others would go on for long."""
    if number:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(600)
    return number


def fail(number: int) -> int:
    """A process that cannot read a file."""
    raise FileNotFoundError(2, "No such file or directory", str(number))


def test_results_are_in_the_order_of_the_arguments() -> None:
    """Whatever process is first."""
    assert [9, 4, 1] == at_once(square, [(3,), (2,), (1,)])


def test_an_error_is_raised_where_it_is_received() -> None:
    """With its type and its text."""
    with pytest.raises(FileNotFoundError, match="No such file"):
        at_once(fail, [(1,), (2,)])


@pytest.mark.parametrize("beside_a_thread", [False, True], ids=["forked", "spawned"])
def test_a_process_that_is_killed_ends_the_others(beside_a_thread: bool) -> None:
    """The error names the signal and the remedy, at once and not when the others are done."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    if beside_a_thread:
        thread.start()
    try:
        with pytest.raises(ProcessLost, match=r"SIGKILL.*use fewer --workers"):
            at_once(kill_itself, [(0,), (1,)])
    finally:
        done.set()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording that two workers read for some seconds."""
    path = tmp_path_factory.mktemp("workers") / "recording.ndjson"
    texts = [text for text, _ in generated(Corpus(jobs=4, polls=2, seed=5))]
    path.write_text("\n".join(texts * 2000), encoding="utf-8", errors="replace")
    return path


def children(process: int) -> list[int]:
    """The processes that one has begun."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(number) for number in listed.split()]


def is_alive(process: int) -> bool:
    """Holds if a process runs; one that has ended and waits to be asked does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] != "Z"


def begun(recording: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A check with two workers, which are at work."""
    words = [sys.executable, "-m", "trainstate", "check", str(recording), "--workers", "2"]
    check = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until = time.monotonic() + 60
    while len(children(check.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    return check, children(check.pid)


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="the system tells no process of its children"
)


@needs_proc
def test_a_killed_worker_is_one_sentence(recording: Path) -> None:
    """The exit status is no finding, and nobody sees a traceback."""
    check, workers = begun(recording)
    os.kill(workers[0], signal.SIGKILL)
    out, err = check.communicate(timeout=60)

    assert (2, "", 1) == (check.returncode, out, err.count("\n")), err
    assert err.startswith("trainstate: A worker was killed (SIGKILL)")
    assert not any(map(is_alive, workers))


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_its_parent(recording: Path, number: signal.Signals) -> None:
    """However the parent ends; Ctrl-C is one line, as ever."""
    check, workers = begun(recording)
    if number is signal.SIGINT:
        os.killpg(check.pid, number)
    else:
        os.kill(check.pid, number)
    _, err = check.communicate(timeout=60)
    until = time.monotonic() + 30
    while any(map(is_alive, workers)) and time.monotonic() < until:
        time.sleep(0.05)

    assert not any(map(is_alive, workers))
    assert ("trainstate: interrupted\n" if number is signal.SIGINT else "") == err
