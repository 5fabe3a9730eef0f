"""A tracker in a file, which is either the old one or the new one."""

from __future__ import annotations

from pathlib import Path

from trainstate.cli.output import open_output
from trainstate.errors import InputError
from trainstate.track import Tracker


def kept_tracker(path: str | None, job: str) -> Tracker:
    """The tracker in a file, or a new one; raises InputError for a file that is none."""
    if path is None or not Path(path).exists():
        return Tracker(job=job)
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"The tracker in {path!r} cannot be read: {error.strerror}.") from error
    return Tracker.from_json(text)


def keep(path: str | None, tracker: Tracker) -> None:
    """Writes the tracker to a file, at once."""
    if path is not None:
        with open_output(path) as output:
            output.line(tracker.to_json())
