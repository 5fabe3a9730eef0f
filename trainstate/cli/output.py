"""Where a report goes, and how a failing command ends.

A report goes to standard output, or to a file, which is either the old one or the new one.
An error is one line on standard error, and an exit status.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import get_terminal_size
from traceback import print_exception
from typing import IO, TextIO

import click
from attrs import frozen
from click.exceptions import Exit

from trainstate.__main__ import INTERRUPTED
from trainstate.cli.progress import hide
from trainstate.errors import InputError, TrainstateError, unwritable
from trainstate.render.plain import plain
from trainstate.render.text import STYLES, UNSTYLED

AUTO, ALWAYS, NEVER = COLORS = ("auto", "always", "never")
"""When to write colours."""


@frozen
class Output:
    """A stream for lines, its style, and the width of a terminal."""

    stream: IO[str]
    style: Mapping[str, str] = UNSTYLED
    width: int | None = None

    def line(self, text: str) -> None:
        """Writes one line; characters that the encoding lacks are escaped."""
        if self.width is not None:
            hide()  # progress on the same terminal
        try:
            self.stream.write(text + "\n")
        except UnicodeEncodeError:
            encoding = getattr(self.stream, "encoding", None) or "ascii"
            self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Writes lines, each as it comes."""
        for text in texts:
            self.line(text)

    def data(self, content: bytes) -> None:
        """Writes bytes."""
        self.stream.flush()
        self.stream.buffer.write(content)  # type: ignore[attr-defined]  # of files and stdout


@contextmanager
def open_output(path: str | None, *, what: str = "report", color: str = AUTO) -> Iterator[Output]:
    """The output for a path; None and - are standard output.

    A file is written beside its place and moved there at the end, so an interrupted run
    leaves the old file; a link stays a link. A device or a pipe is written directly. ``what``
    names the content in errors. Raises InputError if it cannot be written.
    """
    if path is None or path == "-":
        if sys.stdout is None:  # a shell closed it: `>&-`
            raise InputError(f"The {what} has no place: standard output is closed; name a file.")
        style = STYLES if is_coloured(sys.stdout, color) else UNSTYLED
        columns = get_terminal_size().columns if sys.stdout.isatty() else None
        yield Output(sys.stdout, style, columns)
        return
    target = Path(path)
    if target.is_dir():
        raise InputError(f"The {what} cannot be written to {path!r}: it is a folder; name a file.")
    plain = target.is_file() or not target.exists()
    # The draft replaces the target of a link, not the link.
    target = target.resolve() if plain else target
    # Named before it exists, so that no interruption leaves it behind.
    draft = target.with_name(f".{target.name}.{token_hex(4)}") if plain else target
    try:
        try:
            stream = draft.open("x" if plain else "w", encoding="utf-8")
        except OSError as error:
            raise unwritable(f"The {what}", path, error) from error
        with stream:
            yield Output(stream)
        if plain:
            draft.replace(target)
    except BaseException:
        if plain:
            with suppress(OSError):
                draft.unlink()
        raise


@contextmanager
def flush_output() -> Iterator[None]:
    """Flushes standard output at the end of the block.

    The interpreter would do it later, where its error cannot be reported. An error of the
    block is raised first, unless it is only its exit status.
    """
    try:
        yield
        _flush()
    except Exit:
        _flush()
        raise
    except BaseException:
        try:
            _flush()
        except OSError:
            leave_output()
        raise


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def leave_output() -> None:
    """Discards further output, including what is buffered."""
    sys.stdout = _nowhere()


def leave_errors() -> None:
    """Discards further errors."""
    sys.stderr = _nowhere()


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123


def is_coloured(stream: TextIO, color: str = AUTO) -> bool:
    """Whether to colour a stream: by the option, else the environment, else the terminal."""
    if color != AUTO or os.environ.get("NO_COLOR"):
        return color == ALWAYS
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


FOUND, MISUSE = 1, 2
"""The exit status of findings that count; of misuse and of unreadable input."""
LONGEST_LINE = 4_000
"""Characters shown of one line of an error."""


@contextmanager
def exit_status(*, debug: bool = False) -> Iterator[None]:
    """Turns an exception of the block into an exit status; ``debug`` shows its traceback.

    The status is never 1, which would mean findings or a failed job. Click would make it 1
    after an interruption, and for a pipe without a reader.
    """
    try:
        with flush_output():
            yield
    except click.ClickException as error:
        with _errors():
            error.show()
        raise Exit(error.exit_code) from None
    except KeyboardInterrupt:
        with _errors():
            click.echo("trainstate: interrupted", err=True)
        raise Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of a pipe is gone: nothing is wrong, and nobody is left to tell.
        leave_output()
        raise Exit(0) from None
    except (TrainstateError, OSError) as error:
        if debug:
            with _errors():
                print_exception(error)
        else:
            _say(error)
        raise Exit(MISUSE) from None


def _say(error: TrainstateError | OSError) -> None:
    if isinstance(error, TrainstateError):
        # It may contain a file name from strangers: make it harmless, line by line.
        text = "\n".join(plain(line, longest=LONGEST_LINE) for line in str(error).split("\n"))
    else:
        leave_output()  # a full disk also loses what is buffered
        where = f" of {error.filename!r}" if error.filename else ""
        text = f"reading or writing{where} failed: {error.strerror or error}"
    with _errors():
        click.echo(f"trainstate: {text}", err=True)


@contextmanager
def _errors() -> Iterator[None]:
    """Standard error; a missing reader or a full disk is ignored."""
    try:
        yield
    except OSError:
        leave_errors()
