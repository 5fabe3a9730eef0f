"""How far a long check is, on standard error; nothing where nobody looks, or it is short."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

_PATIENCE = 2.0
_EVERY = 512


def watched(records: Iterable[T], counted: Callable[[], int]) -> Iterator[T]:
    """The same records, with their count on a terminal while they take long.

    ``counted`` tells how many there were besides, that were passed over as repetitions.
    Nothing is shown where findings go to the same terminal.
    """
    if not sys.stderr.isatty() or sys.stdout.isatty():
        return iter(records)
    return _watched(records, counted)


def _watched(records: Iterable[T], counted: Callable[[], int]) -> Iterator[T]:
    begun, status = monotonic(), None
    try:
        for number, record in enumerate(records):
            yield record
            if number % _EVERY == 0 and monotonic() - begun > _PATIENCE:
                if status is None:
                    # Only now: importing it takes longer than most checks.
                    from rich.console import Console

                    status = Console(stderr=True).status("")
                    status.start()
                status.update(f"{number + counted():,} responses")
    finally:
        if status is not None:
            status.stop()
