"""A tracker in a file, which is either the old one or the new one."""

from __future__ import annotations

from pathlib import Path

from trainstate.cli.output import open_output
from trainstate.errors import InputError
from trainstate.spec.model import Spec
from trainstate.track import Tracker


def kept_tracker(path: str | None, job: str, spec: Spec | None = None) -> Tracker:
    """The tracker in a file, or a new one.

    Raises InputError for a file that is none, and for the tracker of another job.
    """
    if path is None or not Path(path).exists():
        return Tracker(job=job, spec=spec)
    if not Path(path).is_file():
        raise InputError(f"The tracker in {path!r} cannot be read: it is no file; name a file.")
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"The tracker in {path!r} cannot be read: {error.strerror}.") from error
    tracker = Tracker.from_json(text)
    known = tracker.job or ""
    if job not in (known, known.rpartition("/")[2]):
        raise InputError(f"The file {path!r} is about the job {known!r}, not {job!r}.")
    return tracker


def keep(path: str | None, tracker: Tracker) -> None:
    """Writes the tracker to a file, at once."""
    if path is not None:
        with open_output(path, what="tracker") as output:
            output.line(tracker.to_json())
