"""What botocore's waiter for training jobs gets wrong."""

from __future__ import annotations

from claims import Claim, run

from trainstate.testing.consumers.adapters import BotocoreWaiter
from trainstate.track import BOTOCORE

WAITER = BotocoreWaiter()
LONG = "InProgress/Starting, InProgress/Training x400, InProgress/Uploading, Completed/Completed"

if __name__ == "__main__":
    run(
        ["botocore"],
        [
            Claim(
                "a job that was stopped at the limit of its waiting time is a success",
                WAITER,
                "InProgress/Starting, Stopping/Stopping, Stopped/MaxWaitTimeExceeded; spot",
                kind="misreports",
                shows="it returned None",
            ),
            Claim(
                "it gives up after six hours; a job may run for 28 days",
                WAITER,
                LONG,
                kind="early",
                shows="Max attempts exceeded",
                policy=BOTOCORE,
            ),
            Claim(
                "it takes another job of the same name for its own",
                WAITER,
                "InProgress/Starting, (Failed/Failed), (gone), (again InProgress/Starting),"
                " (again InProgress/Training), (again InProgress/Uploading),"
                " again Completed/Completed",
                kind="misreports",
                policy=BOTOCORE,
            ),
        ],
    )
