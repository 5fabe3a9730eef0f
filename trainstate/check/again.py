"""A line that comes once more, told by a reader that knows it without having its text."""

from __future__ import annotations

from trainstate.check.polled import mark_of
from trainstate.check.shape import FastPath
from trainstate.history.readers.shelf import Shelf


def comes_again(path: FastPath, arn: str, mark: int, token: bytes, shelf: Shelf) -> bool:
    """Whether the fast path takes a job's last line once more, modified at a time as written.

    ``mark`` is that of the line that the reader means: where the fast path knows the
    job by another line, or by none, it takes nothing, and must be shown the line itself.
    """
    job = path.jobs.get(arn)
    if job is None or job.marked != mark or not path.has_here(job, shelf):
        return False
    path.line = path.pending = None
    return path.counts(job, token, shelf)


__all__ = ["comes_again", "mark_of"]
