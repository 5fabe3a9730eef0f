"""A line that comes once more, told by a reader that knows it without having its text."""

from __future__ import annotations

from trainstate.check.shape import FastPath
from trainstate.history.readers.shelf import Shelf

Marks = tuple[int, int]
"""The hashes of a line before and after the value of its LastModifiedTime."""


def marks_of(before: bytes, after: bytes) -> Marks:
    """The marks of a line that was cut around that value."""
    return hash(before), hash(after)


def comes_again(path: FastPath, arn: str, marks: Marks, token: bytes, shelf: Shelf) -> bool:
    """Whether the fast path takes a job's last line once more, modified at a time as written.

    ``marks`` are those of the line that the reader means: where the fast path knows the
    job by another line, or by none, it takes nothing, and must be shown the line itself.
    """
    job = path.jobs.get(arn)
    if job is None or job.marks != marks:
        return False
    path.line = path.pending = None
    return path.counts(job, token, shelf)


__all__ = ["Marks", "comes_again", "marks_of"]
