"""The bare reference decode: the members that rules read, typed, from one reused buffer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

BLOCK = 1 << 20


class Entry(msgspec.Struct, gc=False):
    """An entry of the history."""

    Status: str
    StartTime: str | None = None
    EndTime: str | None = None
    StatusMessage: str | None = None


class Response(msgspec.Struct, gc=False):
    """The members that decide most judgements."""

    TrainingJobName: str
    TrainingJobArn: str
    TrainingJobStatus: str
    SecondaryStatus: str
    CreationTime: str
    LastModifiedTime: str
    SecondaryStatusTransitions: list[Entry]
    TrainingStartTime: str | None = None
    TrainingEndTime: str | None = None
    TrainingTimeInSeconds: int | None = None
    BillableTimeInSeconds: int | None = None
    FailureReason: str | None = None
    EnableManagedSpotTraining: bool | None = None
    RetryStrategy: dict[str, Any] | None = None
    StoppingCondition: dict[str, Any] | None = None


_DECODER = msgspec.json.Decoder(Response)


def decode(path: str) -> int:
    """The number of responses that were decoded."""
    buffer, kept, count = bytearray(BLOCK), b"", 0
    view = memoryview(buffer)
    with Path(path).open("rb", buffering=0) as stream:
        while size := stream.readinto(view):
            end = buffer.rfind(b"\n", 0, size) + 1
            if not end:
                kept += bytes(view[:size])
                continue
            first = buffer.find(b"\n") + 1
            _DECODER.decode(kept + bytes(view[:first]))
            count += 1 + len(_DECODER.decode_lines(view[first:end]))
            kept = bytes(view[end:size])
    return count
