"""What an observer sees of a run: responses, summaries, events and log lines."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

from trainstate.machine import record
from trainstate.machine.record import describe, moment, training_seconds
from trainstate.testing.runs import Run

_LOCAL = timezone(timedelta(hours=2))
# Records between one response and the next.
_ADVANCES = {
    "any": (1, 0, 2, 1, 0, 3, 1, 5),
    "dense": (1, 0, 0, 0, 1, 0),
    "sparse": (2, 3, 4, 6),
}


_WRITERS: dict[str, Callable[[datetime], Any]] = {
    "datetime": lambda time: time,
    "iso": lambda time: time.isoformat(timespec="milliseconds"),
    "iso-local": lambda time: time.astimezone(_LOCAL).isoformat(timespec="milliseconds"),
    "epoch": lambda time: round(time.timestamp(), 3),
    "epoch-ms": lambda time: round(time.timestamp() * 1000),
}


def written(value: Any, times: str) -> Any:
    """A copy of a response with its times in another form."""
    return record.written(value, _WRITERS[times])


def response(run: Run, index: int, *, times: str, short: bool = False) -> dict[str, Any]:
    """The response for a record of a run; ``short`` as in a list of jobs."""
    shown = describe(run.records[index], run.spec, counting=run.counting)
    if short:
        shown = {name: shown[name] for name in shown if name in run.spec.layout.summary}
    copied: dict[str, Any] = written(shown, times)
    return copied


def moments(run: Run, density: str, tape: bytes, *, last: bool) -> tuple[int, ...]:
    """The records that an observer sees, in order; ``last`` adds the end of the run."""
    end = len(run.records) - 1
    if density == "every":
        return tuple(range(end + 1))
    table, at, seen = _ADVANCES[density], 0, []
    for number, byte in enumerate(tape):
        advance = table[byte % len(table)]
        at = min(end, at + (advance if number else max(0, advance - 1)))
        seen.append(at)
    return (*seen[: -1 if last else None], end) if last and seen[-1:] != [end] else tuple(seen)


def changes(run: Run) -> tuple[int, ...]:
    """The records at which the job's state changes: those that send an event."""
    return (
        0,
        *(at for at, (one, two) in enumerate(pairwise(run.records), 1) if one.state != two.state),
    )


def delivered(sent: Sequence[Any], tape: bytes) -> list[Any]:
    """What arrives of a sequence: some is lost, some comes twice, neighbours swap."""
    arrived: list[Any] = []
    marks = tape.ljust(len(sent), b"\0")
    for item, mark in zip(sent, marks, strict=False):
        lost, twice, early = mark % 16 == 15, mark % 16 == 14, mark % 16 in (12, 13)
        copies = [] if lost else [item] * (2 if twice else 1)
        place = max(0, len(arrived) - 1 - mark // 128) if early else len(arrived)
        arrived[place:place] = copies
    return arrived


def log_text(run: Run, seen: Sequence[int]) -> str:
    """What the SageMaker Python SDK prints while it waits: a line for each status."""
    last = run.records[seen[-1]]
    lines: list[str] = []
    for at in seen:
        one = run.records[at]
        stamp = moment(one.modified).strftime("%Y-%m-%d %H:%M:%S")
        new = one.history[len(lines) :]
        lines += [f"{stamp} {entry.status} - {entry.message}..." for entry in new]
    seconds = None if last.ended is None else training_seconds(last, run.spec)
    if seconds is not None:
        shown = describe(last, run.spec)
        billable = shown.get(run.spec.layout.billable_seconds, seconds)
        lines += [f"Training seconds: {seconds}", f"Billable seconds: {billable}"]
    return "\n".join(lines) + "\n"
