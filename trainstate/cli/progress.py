"""Long checks: progress on a terminal's standard error, and garbage collection."""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds before a command shows that it works."""
_EVERY = 512
_shown: list[Any] = []


def watched(records: Iterable[T]) -> Iterator[T]:
    """The same records; shows their count on a terminal if they take long."""
    return _watched(records) if on_terminal() else iter(records)


def on_terminal() -> bool:
    """Whether standard error is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


def show(text: str) -> None:
    """Shows a text as progress, if standard error is a terminal."""
    if not on_terminal():
        return
    if not _shown:
        _shown.append(_begun())
        _shown[0].start()
    _shown[0].update(text)


@contextmanager
def status_on_a_terminal() -> Iterator[Callable[[str], None]]:
    """A function that shows a text on standard error, if it is a terminal."""
    if not on_terminal():
        yield lambda _text: None
        return
    with _begun() as status:
        yield status.update


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Collects garbage only once in a hundred thousand allocations, for a while.

    The state of a check has no cycles; walking over many jobs' state again and again would
    take a sixth of the time.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _begun() -> Any:
    # Only now: importing it takes longer than most checks.
    from rich.console import Console

    return Console(stderr=True).status("")


def _watched(records: Iterable[T]) -> Iterator[T]:
    begun = monotonic()
    try:
        for number, record in enumerate(records):
            yield record
            if number % _EVERY == 0 and monotonic() - begun > PATIENCE:
                show(f"{number:,} responses")
    finally:
        hide()


def hide() -> None:
    """Hides the progress on the terminal until it changes."""
    while _shown:
        _shown.pop().stop()
