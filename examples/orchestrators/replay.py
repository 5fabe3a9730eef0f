"""A client that replays recorded polls of a job, so that the examples run without an account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).parent.parent / "recordings"


class Replay:
    """Answers each describe_training_job with the next response of a recording.

    The last response stays. ``recording`` is an NDJSON file in examples/recordings.
    """

    def __init__(self, recording: str) -> None:
        text = (RECORDINGS / recording).read_text("utf-8")
        self._responses = [json.loads(line) for line in text.splitlines()]
        self.name: str = self._responses[0]["TrainingJobName"]

    def describe_training_job(self, **_: Any) -> dict[str, Any]:
        """The next response."""
        if len(self._responses) > 1:
            return self._responses.pop(0)
        return self._responses[0]
