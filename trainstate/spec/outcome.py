"""The vocabulary of outcomes: what has become of a job."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What has become of a job, for somebody who waits for it.

    *stopped*: the job has stopped, and why was not seen. *deleted*: its record is gone
    before an end was seen. *unknown*: the status is not in the specification.
    """

    RUNNING = "running"
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED_BY_USER = "stopped-by-user"
    OUT_OF_TIME = "out-of-time"
    OUT_OF_WAIT_TIME = "out-of-wait-time"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"
    DELETED = "deleted"
    UNKNOWN = "unknown"
