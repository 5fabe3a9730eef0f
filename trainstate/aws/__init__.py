"""Live use through boto3: watch a job, wait for it, record the histories of many jobs."""

from trainstate.aws.faults import (
    AccessError,
    Fault,
    JobNotFound,
    ServiceError,
    WatchError,
    WatchTimeout,
    fault_of,
)
from trainstate.aws.follow import WatchLimits
from trainstate.aws.pace import Pace, Timing
from trainstate.aws.pull import Pulled, pull
from trainstate.aws.watch import Ended, JobFailed, stop_job, wait, watch, watch_async

__all__ = [
    "AccessError",
    "Timing",
    "Ended",
    "Fault",
    "JobFailed",
    "JobNotFound",
    "WatchLimits",
    "Pace",
    "Pulled",
    "ServiceError",
    "WatchError",
    "WatchTimeout",
    "fault_of",
    "pull",
    "stop_job",
    "wait",
    "watch",
    "watch_async",
]
