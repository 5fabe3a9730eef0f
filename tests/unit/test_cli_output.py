"""Where the command line writes: files, links, pipes, and disks that are full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from trainstate.cli.main import main

BROKEN = Path(__file__).parents[2] / "examples" / "broken"
FULL = Path("/dev/full")


def program(
    *words: str, stdout: int, stderr: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """The program as a machine begins it on which nobody asked for unbuffered output."""
    return subprocess.run(
        [sys.executable, "-m", "trainstate", *words],
        stdout=stdout,
        stderr=stderr,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )


# Each command that ends by itself and needs no service.
PRINTED = (
    *(("check", str(BROKEN)), ("check", str(BROKEN), "--format", "json"), ("stats", str(BROKEN))),
    *(("check", str(BROKEN), "--workers", "2"), ("rule", "last-entry-mismatch"), ("rule",)),
    *(("spec",), ("next", "InProgress/Training"), ("align", str(BROKEN)), ("drift",)),
    *(("discover", str(BROKEN)), ("generate", "--jobs", "2"), ("--version",), ("check", "--help")),
)


@pytest.mark.skipif(not FULL.exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("words", PRINTED, ids=" ".join)
def test_a_full_disk_is_no_finding(words: tuple[str, ...]) -> None:
    """One sentence without a traceback, and the exit status 2."""
    with FULL.open("w") as full:
        done = program(*words, stdout=full.fileno())

    assert (2, "trainstate: reading or writing failed: No space left on device") == (
        done.returncode,
        done.stderr.splitlines()[-1],
    )
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("words", PRINTED[:3], ids=" ".join)
def test_a_reader_that_has_gone_is_nothing_wrong(words: tuple[str, ...]) -> None:
    """Nothing is said, and the exit status tells of no finding that nobody read."""
    read, write = os.pipe()
    os.close(read)
    done = program(*words, stdout=write)
    os.close(write)

    assert (0, "") == (done.returncode, done.stderr)


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


# Ctrl-C while this module is being imported.
INTERRUPTED_AT = """
import sys


class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            raise KeyboardInterrupt


sys.meta_path.insert(0, Interrupt())
from trainstate.__main__ import main

sys.argv = ["trainstate", "check", {path!r}]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    "words", [("check", "-"), ("stats", "-"), ("check", "-", "--format", "json")]
)
def test_an_interrupted_report_leaves_the_old_file_alone(
    words: tuple[str, ...], number: signal.Signals, tmp_path: Path
) -> None:
    """Nothing is left beside it either, and the exit status is that of shells."""
    report = tmp_path / "report.txt"
    report.write_text("old", encoding="utf-8")
    command = [sys.executable, "-m", "trainstate", *words, "--output", str(report)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # What a shell starts in the background ignores the signal, and so would this.
        preexec_fn=partial(signal.signal, number, signal.SIG_DFL),  # noqa: PLW1509 - no threads
    ) as running:
        assert running.stdin is not None
        # Enough that a part of it was read and written when the rest is waited for.
        line = (BROKEN / "moto-completed.json").read_text().replace("\n", " ").encode() + b"\n"
        running.stdin.write(line * 3000)
        running.stdin.flush()
        # A signal just before a read that waits is heard when that returns: it is sent again.
        for _ in range(20):
            running.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                running.wait(timeout=3)
                break

    assert (128 + number, ["report.txt"]) == (
        running.returncode,
        [file.name for file in tmp_path.iterdir()],
    )
    assert "old" == report.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["trainstate.cli", "click", "attrs", "trainstate.checking.stream"])
def test_an_interruption_has_no_traceback_from_the_first_moment(name: str) -> None:
    """While the program loads its modules Ctrl-C is one line, and the exit status of shells."""
    words = [sys.executable, "-c", INTERRUPTED_AT.format(name=name, path=str(BROKEN))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert (130, "", "trainstate: interrupted\n") == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("closed", "words", "says"),
    [
        (1, ("check", str(BROKEN)), "The report has no place: standard output is closed"),
        (0, ("check", "-"), "-: standard input is closed"),
    ],
)
def test_a_closed_stream_is_no_traceback(closed: int, words: tuple[str, ...], says: str) -> None:
    """A shell closes a stream with `>&-`: one line says so, and the status is no finding."""
    program = f"import os; os.close({closed}); os.execv(sys.executable, sys.argv[1:])"
    words = (sys.executable, "-m", "trainstate", *words)
    begin = [sys.executable, "-c", f"import sys; {program}", *words]
    done = subprocess.run(begin, capture_output=True, text=True, check=False)

    assert 2 == done.returncode
    assert done.stderr.startswith(f"trainstate: {says}")
    assert 1 == done.stderr.count("\n")


def test_a_folder_that_is_not_there_is_to_be_made(tmp_path: Path) -> None:
    """The error says what to do, and the exit status that nothing was found."""
    words = ["check", str(BROKEN), "--output", str(tmp_path / "missing" / "report.txt")]
    result = CliRunner().invoke(main, words)

    assert 2 == result.exit_code
    assert f"; make the folder '{tmp_path / 'missing'}' first." in result.output


def test_a_folder_that_is_read_only_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A superuser may write anywhere, so that the system's answers are played."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("trainstate.cli.output.Path.open", refuse)
    monkeypatch.setattr("trainstate.errors.access", lambda *_: False)
    path = str(tmp_path / "report.txt")
    result = CliRunner().invoke(main, ["check", str(BROKEN), "--output", path])

    assert 2 == result.exit_code
    assert "Permission denied; name a file in a writable folder" in result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--spec", "nosuch.toml"), "The spec 'nosuch.toml' cannot be read: No such file"),
        (("--baseline", "nosuch.json"), "The baseline 'nosuch.json' cannot be read: No such file"),
        (("--baseline-mode", "write"), "--baseline-mode write needs a file; name it with"),
        (("--max-ratio", "-3"), "Invalid value for '--max-ratio'"),
    ],
)
def test_an_option_that_cannot_be_followed_is_misuse(words: tuple[str, ...], says: str) -> None:
    """Each error names the option or the file, and shows no number of the system."""
    result = CliRunner().invoke(main, ["check", str(BROKEN), *words])

    assert (2, True) == (result.exit_code, says in result.output), result.output
    assert "Errno" not in result.output


@pytest.mark.parametrize(
    "words",
    [("check", "--workers", "0", str(BROKEN)), ("check", "nosuch"), ("check", str(BROKEN), "no")],
    ids=" ".join,
)
def test_nobody_reads_what_is_wrong(words: tuple[str, ...]) -> None:
    """The exit status of misuse is the same when the reader of the error has gone."""
    read, write = os.pipe()
    os.close(read)
    done = program(*words, stdout=write, stderr=write)
    os.close(write)

    assert 2 == done.returncode


# What costs as much to import as a tenth of a small check, and is needed for other things.
UNNEEDED = {
    "email",
    "multiprocessing",
    "concurrent.futures",
    "importlib.metadata",
    "rich",
    "socket",
}


def test_a_small_check_imports_only_what_it_needs() -> None:
    """The command starts fast: what other options and commands need is not imported."""
    words = ["-X", "importtime", "-m", "trainstate", "check", str(BROKEN / "moto-completed.json")]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert 1 == done.returncode
    assert "trainstate.checking.stream" in imported
    assert set() == UNNEEDED & imported
