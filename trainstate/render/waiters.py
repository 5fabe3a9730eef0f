"""The model as a waiters-2 file, which botocore loads and runs."""

import json
from collections.abc import Iterable
from typing import Any

from trainstate.errors import UsageError
from trainstate.spec.model import Spec
from trainstate.spec.outcome import Outcome
from trainstate.track import outcome_of

DELAY = 30
"""Seconds between two polls."""
ATTEMPTS = 28 * 24 * 3600 // DELAY
"""Polls until a waiter gives up: 28 days, the longest run of a job."""

Acceptor = dict[str, Any]


def waiters_json(spec: Spec) -> str:
    """The waiters of a specification as JSON text; raises UsageError without an operation."""
    return json.dumps(waiters(spec), indent=1)


def waiters(spec: Spec) -> dict[str, Any]:
    """Waiters for the end, a success, the start of the clock, and each status.

    A waiter fails once its goal is unreachable. A status that polls missed but the history shows
    counts as reached.
    """
    operation = spec.layout.operation
    if not operation:
        raise UsageError(
            f"The {spec.name} spec names no operation that shows a job; add `operation` to its"
            " [record] table."
        )
    resource = operation.removeprefix("Describe")
    goals = {
        f"{resource}Finished": _at_primaries(spec, spec.resting_primaries, "success"),
        f"{resource}Succeeded": _at_primaries(spec, _successes(spec), "success"),
        f"{resource}Started": _started(spec),
        **{
            f"{resource}Reached{status.name}": _reached(spec, status.name)
            for status in (spec.secondaries if spec.layout.secondary else spec.primaries)
        },
    }
    return {
        "version": 2,
        "waiters": {
            name: {
                "delay": DELAY,
                "maxAttempts": ATTEMPTS,
                "operation": operation,
                "acceptors": [*acceptors, *_failures(spec, acceptors)],
            }
            for name, acceptors in goals.items()
        },
    }


def _successes(spec: Spec) -> list[str]:
    """Primaries whose pairs are all a success."""
    ended = [name for name in spec.primary_by_name if name in spec.terminal_primaries]
    return [name for name in ended if outcome_of(spec, name, None) is Outcome.SUCCEEDED]


def _at_primaries(spec: Spec, names: Iterable[str], state: str) -> list[Acceptor]:
    wanted = [name for name in spec.primary_by_name if name in set(names)]
    return [_path(spec.layout.primary, name, state) for name in wanted]


def _started(spec: Spec) -> list[Acceptor]:
    """The clock of training runs: its start time is present."""
    member = spec.layout.started
    return [_path(f"{member} != `null`", True, "success")] if member else []


def _reached(spec: Spec, status: str) -> list[Acceptor]:
    layout = spec.layout
    spellings = [status, *(row.written for row in spec.aliases if row.status == status)]
    shown = layout.secondary or layout.primary
    acceptors = []
    for written in spellings:
        acceptors.append(_path(shown, written, "success"))
        if layout.history:
            passed = f"{layout.history}[].{layout.entry_status}"
            acceptors.append({**_path(passed, written, "success"), "matcher": "pathAny"})
    return acceptors


def _failures(spec: Spec, goals: Iterable[Acceptor]) -> list[Acceptor]:
    """The goal is unreachable: another end, or no such job."""
    reached = {goal["expected"] for goal in goals if goal["argument"] == spec.layout.primary}
    missing = {"matcher": "error", "expected": spec.layout.missing, "state": "failure"}
    ends = _at_primaries(spec, spec.resting_primaries - reached, "failure")
    return [*ends, *([missing] if spec.layout.missing else [])]


def _path(argument: str, expected: str | bool, state: str) -> Acceptor:
    return {"matcher": "path", "argument": argument, "expected": expected, "state": state}
