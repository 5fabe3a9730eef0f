"""How a command ends that cannot go on: one line on standard error, and its exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from click.exceptions import Exit

from trainstate.__main__ import INTERRUPTED
from trainstate.cli.output import flush_output, leave_errors, leave_output
from trainstate.errors import TrainstateError
from trainstate.render.plain import plain

MISUSE = 2
"""The exit status of misuse and of input that cannot be read at all."""
LONGEST_LINE = 4_000
"""Characters of one line of an error that are shown."""


@contextmanager
def told(*, debug: bool = False) -> Iterator[None]:
    """Makes an exit status of what the block raises; ``debug`` lets errors through.

    It is never 1, which would tell of findings, or of a job that failed. The library of
    the command line would make it 1 of an interruption, and of a pipe without a reader.
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
        # The reader of a pipe went away: nothing is wrong, and nobody is left to tell.
        leave_output()
        raise Exit(0) from None
    except (TrainstateError, OSError) as error:
        if debug:
            raise
        _say(error)
        raise Exit(MISUSE) from None


def _say(error: TrainstateError | OSError) -> None:
    if isinstance(error, TrainstateError):
        # A name that strangers gave a file may stand in it: line by line, made harmless.
        text = "\n".join(plain(line, longest=LONGEST_LINE) for line in str(error).split("\n"))
    else:
        leave_output()  # a full disk: what a buffer still holds is lost, too
        where = f" of {error.filename!r}" if error.filename else ""
        text = f"reading or writing{where} failed: {error.strerror or error}"
    with _errors():
        click.echo(f"trainstate: {text}", err=True)


@contextmanager
def _errors() -> Iterator[None]:
    """What is said on standard error; nobody can be told that it has no reader, or no room."""
    try:
        yield
    except OSError:
        leave_errors()
