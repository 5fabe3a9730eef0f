"""The vocabulary of outcomes: what became of a job."""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a job, for code that waits for it.

    *stopped*: the job was stopped, and the reason was not seen. *deleted*: its record
    disappeared before an end was seen. *unknown*: the status is not in the specification.
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
