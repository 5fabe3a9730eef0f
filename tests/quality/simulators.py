"""A small simulator of training jobs that is right, and others with one planted bug each.

It is written for these tests alone: it shares neither code nor facts with the machine and
with the reference simulator. It is told what happens to a job, and it says what a
DescribeTrainingJob call answers.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

Entry = dict[str, Any]

ENDED = {"Completed", "Failed", "Stopped", "Deleting"}
CLOCK_STARTS = {"Downloading", "Training"}
BREAKS = {"Stopping", "Interrupted", "Restarting", "Updating", "Pending"}
HOUR = timedelta(hours=1)


class Simulator:
    """One job of a simulator without a bug."""

    def __init__(self, name: str, arn: str, configuration: dict[str, Any], now: datetime) -> None:
        self.shown: dict[str, Any] = {
            "TrainingJobName": name,
            "TrainingJobArn": arn,
            "CreationTime": now,
            "LastModifiedTime": now,
            **configuration,
        }
        self.entries: list[Entry] = []

    def enters(self, primary: str, secondary: str, now: datetime) -> None:
        """The job changes its secondary status."""
        self.close(now)
        self.entries.append({"Status": secondary, "StartTime": now})
        self.shown["SecondaryStatus"] = secondary
        self.becomes(primary, now)

    def becomes(self, primary: str, now: datetime) -> None:
        """The job changes its primary status, at most."""
        self.shown["TrainingJobStatus"] = primary
        self.touched({}, now)
        if primary in ENDED and "TrainingEndTime" not in self.shown:
            self.ends(primary, now)

    def touched(self, members: dict[str, Any], now: datetime) -> None:
        """Something else about the job changes."""
        self.shown |= {**members, "LastModifiedTime": now}

    def close(self, now: datetime) -> None:
        """The open entry of the history ends."""
        if self.entries:
            self.entries[-1].setdefault("EndTime", now)

    def ends(self, primary: str, now: datetime) -> None:
        """The job is over."""
        self.close(now)
        self.shown["TrainingEndTime"] = now
        if primary == "Failed":
            self.shown["FailureReason"] = "AlgorithmError: exit code 1"
        if primary == "Completed":
            self.shown["ModelArtifacts"] = {"S3ModelArtifacts": "s3://example/model.tar.gz"}
        self.bill()

    def bill(self) -> None:
        """The training is counted; the time in which it was broken off is not."""
        seconds = self.seconds()
        if seconds is not None:
            self.shown |= {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}

    def seconds(self) -> int | None:
        """The seconds of the training; None for a job whose training never began."""
        begun = [n for n, entry in enumerate(self.entries) if entry["Status"] in CLOCK_STARTS]
        if not begun:
            return None
        self.shown["TrainingStartTime"] = self.entries[begun[0]]["StartTime"]
        counted = [e for e in self.entries[begun[0] :] if e["Status"] not in BREAKS]
        spent = sum((e["EndTime"] - e["StartTime"] for e in counted), timedelta())
        return max(1, round(spent.total_seconds()))

    def describe(self) -> dict[str, Any]:
        """The answer to DescribeTrainingJob."""
        self.start()
        return deepcopy({**self.shown, "SecondaryStatusTransitions": self.entries})

    def start(self) -> None:
        """The start of the training is shown from then on."""
        begun = [entry for entry in self.entries if entry["Status"] in CLOCK_STARTS]
        if begun:
            self.shown["TrainingStartTime"] = begun[0]["StartTime"]


class SkipsAStage(Simulator):
    """The job is never seen training."""

    def enters(self, primary: str, secondary: str, now: datetime) -> None:
        if secondary != "Training":
            super().enters(primary, secondary, now)


class ResurrectsAStoppedJob(Simulator):
    """A job that has stopped runs on when it is asked about again."""

    def describe(self) -> dict[str, Any]:
        answer = super().describe()
        if self.shown["TrainingJobStatus"] == "Stopped":
            now = self.shown["LastModifiedTime"] + HOUR
            self.enters("InProgress", "Starting", now)
        return answer


class EndsBeforeItStarts(Simulator):
    """An entry ends an hour before it started: a time zone was forgotten."""

    def close(self, now: datetime) -> None:
        super().close(now - HOUR)


class RewritesItsHistory(Simulator):
    """Only the first and the last entry are kept of a long history."""

    def enters(self, primary: str, secondary: str, now: datetime) -> None:
        super().enters(primary, secondary, now)
        if len(self.entries) > 2:
            self.entries = [self.entries[0], self.entries[-1]]
            self.entries[0]["EndTime"] = now


class ForgetsTheFailureReason(Simulator):
    """A job fails, and nobody says why."""

    def ends(self, primary: str, now: datetime) -> None:
        super().ends(primary, now)
        self.shown.pop("FailureReason", None)


class ShowsTheSecondaryOfAnotherPrimary(Simulator):
    """The primary status of a job that failed is that of one that completed."""

    def becomes(self, primary: str, now: datetime) -> None:
        super().becomes("Completed" if primary == "Failed" else primary, now)


class ClosesNothing(Simulator):
    """The entries of the history never end."""

    def close(self, now: datetime) -> None:
        pass

    def seconds(self) -> int | None:
        return None


class TurnsItsClockBack(Simulator):
    """The last change of an ended job is an hour earlier than it was."""

    def touched(self, members: dict[str, Any], now: datetime) -> None:
        super().touched(members, now - HOUR if "TrainingEndTime" in self.shown else now)


class EntersEverythingTwice(Simulator):
    """Each status has two entries."""

    def enters(self, primary: str, secondary: str, now: datetime) -> None:
        super().enters(primary, secondary, now)
        super().enters(primary, secondary, now)


class LosesTheStop(Simulator):
    """A job that was asked to stop is in progress again at the next change."""

    def becomes(self, primary: str, now: datetime) -> None:
        lost = self.shown.get("TrainingJobStatus") == primary == "Stopping"
        super().becomes("InProgress" if lost else primary, now)


class IsInterruptedWithoutSpot(Simulator):
    """A job on demand loses its capacity as a spot job does."""

    def enters(self, primary: str, secondary: str, now: datetime) -> None:
        spot = self.shown.get("EnableManagedSpotTraining")
        on_demand = secondary == "Uploading" and not spot
        super().enters(primary, "Interrupted" if on_demand else secondary, now)


class BillsMoreThanItTrained(Simulator):
    """A minute is billed that nobody trained."""

    def bill(self) -> None:
        super().bill()
        if "TrainingTimeInSeconds" in self.shown:
            self.shown["BillableTimeInSeconds"] = self.shown["TrainingTimeInSeconds"] + 60


class LeavesTheLastEntryOpen(Simulator):
    """The entry of the terminal status has no end."""

    def describe(self) -> dict[str, Any]:
        answer = super().describe()
        if "TrainingEndTime" in self.shown:
            answer["SecondaryStatusTransitions"][-1].pop("EndTime")
        return answer


class ForgetsWhenItEnded(Simulator):
    """An ended job has no TrainingEndTime."""

    def describe(self) -> dict[str, Any]:
        answer = super().describe()
        answer.pop("TrainingEndTime", None)
        return answer


class ChangesItsRole(Simulator):
    """The role of the job is another one when it has ended."""

    def ends(self, primary: str, now: datetime) -> None:
        super().ends(primary, now)
        self.shown["RoleArn"] = "arn:aws:iam::123456789012:role/another-role"
