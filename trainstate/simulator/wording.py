"""What the simulated service writes with a status, and why it lets a job fail.

The texts are our own: the service's are subject to change, and no code should read them.
"""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, tuple[str, ...]] = {
    "Starting": ("Launching the requested instances", "Preparing the instances"),
    "Pending": ("Waiting for capacity", "Still waiting for capacity"),
    "LaunchingMLInstances": ("Launching instances",),
    "PreparingTrainingStack": ("Preparing the instances",),
    "Downloading": ("Downloading the input data", "Downloading the training image"),
    "DownloadingTrainingImage": ("Downloading the training image",),
    "Training": ("The training image is there, training has begun",),
    "Uploading": ("Uploading what the training made",),
    "Interrupted": ("Spot capacity was taken away", "Waiting for spot capacity"),
    "Restarting": ("Restarting the training",),
    "Updating": ("Changing the configuration of the training",),
    "Stopping": ("Stopping the training",),
    "Stopped": ("The training was stopped",),
    "MaxRuntimeExceeded": ("The training was stopped at the limit of its run time",),
    "MaxWaitTimeExceeded": ("The training was stopped at the limit of its waiting time",),
    "Completed": ("The training is complete",),
    "Failed": ("The training has failed",),
}
"""The message of an entry when it begins, and what it is rewritten to while it lasts."""

RETAINED = "{message}; its instances are kept for {period} seconds"
RELEASED = "{message}; its instances were released"
REUSED = "{message}; its instances were reused"

FAILURE = "AlgorithmError: the training script ended with exit code 1"
CAPACITY = "CapacityError: no capacity was found for the requested instances"
INTERNAL = "InternalServerError: the training could not go on; please try again"


def messages(status: str) -> tuple[str, ...]:
    """The texts of a status, at least one."""
    return MESSAGES.get(status, (status,))
