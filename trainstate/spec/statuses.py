"""The statuses as enumerations, for editors and type checkers; a test compares the facts."""

from enum import StrEnum


class PrimaryStatus(StrEnum):
    """``TrainingJobStatus`` of DescribeTrainingJobResponse.

    Source: the API's enumeration of the same name.
    """

    InProgress = "InProgress"
    Stopping = "Stopping"
    Completed = "Completed"
    Failed = "Failed"
    Stopped = "Stopped"
    Deleting = "Deleting"


class SecondaryStatus(StrEnum):
    """``SecondaryStatus`` of DescribeTrainingJobResponse, and ``Status`` of a history entry.

    Source: the API's enumeration of the same name.
    """

    Starting = "Starting"
    Pending = "Pending"
    Downloading = "Downloading"
    Training = "Training"
    Uploading = "Uploading"
    Interrupted = "Interrupted"
    Stopping = "Stopping"
    Stopped = "Stopped"
    MaxRuntimeExceeded = "MaxRuntimeExceeded"
    MaxWaitTimeExceeded = "MaxWaitTimeExceeded"
    Completed = "Completed"
    Failed = "Failed"
    Restarting = "Restarting"
    Updating = "Updating"
    LaunchingMLInstances = "LaunchingMLInstances"
    PreparingTrainingStack = "PreparingTrainingStack"
    DownloadingTrainingImage = "DownloadingTrainingImage"
