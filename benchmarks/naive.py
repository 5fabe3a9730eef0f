"""What most people would write: orjson dictionaries, and about eight rules in one loop."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from trainstate.spec.load import builtin_spec

try:
    from orjson import loads  # type: ignore[import-not-found]
except ImportError:  # the table says which one was measured
    from json import loads

SPEC = builtin_spec()
PAIRS = {(row.primary, row.secondary) for row in SPEC.pairs}
EDGES = {(row.before, row.after) for row in SPEC.transitions}
ENDED = SPEC.ended_primaries
PARSER = loads.__module__ or "orjson"


def naive(path: str) -> int:
    """The number of faults that the loop finds in a file of responses."""
    found = 0
    last: dict[str, dict[str, Any]] = {}
    with Path(path).open("rb") as lines:
        for line in lines:
            response = loads(line)
            arn = response["TrainingJobArn"]
            found += sum(_faults(response, last.get(arn)))
            last[arn] = response
    return found


def _faults(response: dict[str, Any], before: dict[str, Any] | None) -> list[bool]:
    history = response["SecondaryStatusTransitions"]
    statuses = [entry["Status"] for entry in history]
    starts = [datetime.fromisoformat(entry["StartTime"]) for entry in history]
    primary, secondary = response["TrainingJobStatus"], response["SecondaryStatus"]
    modified = datetime.fromisoformat(response["LastModifiedTime"])
    return [
        (primary, secondary) not in PAIRS,
        any(pair not in EDGES for pair in pairwise(statuses)),
        bool(statuses) and statuses[-1] != secondary,
        any(one > two for one, two in pairwise(starts)),
        bool(starts) and modified < starts[-1],
        primary in ENDED and "TrainingEndTime" not in response,
        primary == "Failed" and not response.get("FailureReason"),
        before is not None and not _extends(history, before["SecondaryStatusTransitions"]),
    ]


def _extends(after: list[dict[str, Any]], before: list[dict[str, Any]]) -> bool:
    pairs = zip(before, after, strict=False)
    same = all(one["Status"] == two["Status"] for one, two in pairs)
    return same and len(before) <= len(after)
