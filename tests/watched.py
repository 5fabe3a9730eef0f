"""What a watch of a completed job tells."""

from __future__ import annotations

from typing import Any


def passed(updates: Any) -> list[str]:
    return [str(change.after) for update in updates for change in update.changes]


WHOLE = [
    "InProgress/Starting",
    "InProgress/Downloading",
    "InProgress/Training",
    "InProgress/Uploading",
    "Completed/Completed",
]
