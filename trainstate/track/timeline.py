"""The exact timeline of an epoch: what was read, seen, or must have been passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from attrs import evolve, frozen

from trainstate.checking.observations import Run
from trainstate.checking.order import BEFORE_ALL
from trainstate.history.instants import datetime_of
from trainstate.machine.guards import Configuration
from trainstate.machine.step import trace
from trainstate.spec.graph import reachable, shortest_path
from trainstate.spec.model import Spec
from trainstate.track.life import Life
from trainstate.track.update import Provenance, TimelineItem


@frozen(kw_only=True)
class Duration:
    """How long a job was in a status during one attempt.

    ``open``: the last entry has no end, and the seconds count up to the newest
    LastModifiedTime.
    """

    status: str
    attempt: int
    seconds: float
    open: bool = False


def timeline(
    life: Life, spec: Spec, config: Configuration, runs: Iterable[Run]
) -> tuple[TimelineItem, ...]:
    """Every status that the job is known to have passed, in order.

    ``runs`` are the job's observations, ``config`` is what its configuration allows.
    """
    items = [*_read(life, spec, config)]
    for item in _seen_after(life, spec, runs):
        before = items[-1].status if items else None
        if item.status == before:
            continue
        passed = _between(spec, before, item.status, config)
        items += [*(_inferred(spec, status) for status in passed), item]
    return tuple(_with_attempts(spec, items))


def _read(life: Life, spec: Spec, config: Configuration) -> Iterator[TimelineItem]:
    statuses = tuple(entry.status for entry in life.entries)
    moves = trace(spec, statuses, config)
    for entry, move in zip(life.entries, moves, strict=True):
        yield TimelineItem(
            status=entry.status,
            primary=move.position.primary,
            provenance=Provenance.READ,
            start=_time(entry.start),
            end=_time(entry.end),
            message=entry.message,
            last_seen=_time(entry.stamp),
        )


def _seen_after(life: Life, spec: Spec, runs: Iterable[Run]) -> Iterator[TimelineItem]:
    """Statuses that responses showed after the history was last read whole."""
    for run in runs:
        if life.entries and run.last.moment < life.horizon:
            continue
        if run.value.length is None:
            item = _seen(spec, run)
            if item is not None:
                yield item
    primary, secondary = life.shown
    if life.rank is None and secondary in spec.secondary_by_name and primary is not None:
        yield TimelineItem(status=secondary or "", primary=primary, provenance=Provenance.SEEN)


def _seen(spec: Spec, run: Run) -> TimelineItem | None:
    primary, secondary = run.value.primary, run.value.secondary
    alone = not spec.layout.secondary  # there is only the primary to see
    status = secondary or sole_secondary(spec, primary)
    if status is None:
        return None
    return TimelineItem(
        status=status,
        primary=primary or _entered_under(spec, status),
        provenance=Provenance.SEEN if secondary or alone else Provenance.INFERRED,
        first_seen=_time(run.first.moment),
        last_seen=_time(run.last.moment),
    )


def _inferred(spec: Spec, status: str) -> TimelineItem:
    primary = _entered_under(spec, status)
    return TimelineItem(status=status, primary=primary, provenance=Provenance.INFERRED)


def _time(instant: int | None) -> datetime | None:
    return None if instant is None or instant == BEFORE_ALL else datetime_of(instant)


@lru_cache(maxsize=256)
def sole_secondary(spec: Spec, primary: str | None) -> str | None:
    """The only secondary of an ended primary, or of a machine without secondaries; else None."""
    if primary not in spec.terminal_primaries and spec.layout.secondary:
        return None
    found = [pair.secondary for pair in spec.pairs if pair.primary == primary]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=256)
def _entered_under(spec: Spec, status: str) -> str:
    """The primary under which a status is entered; of several the first in the facts."""
    rows = (pair.primary for pair in spec.pairs if pair.secondary == status and pair.entered)
    return next(rows, spec.primaries[0].name)


@lru_cache(maxsize=4096)
def _between(spec: Spec, before: str | None, after: str, config: Configuration) -> tuple[str, ...]:
    """The statuses that every history passes between two of its statuses, in order."""
    starts = _following(spec, before, config)
    if after in starts:
        return ()
    path = shortest_path(starts, after.__eq__, lambda status: _following(spec, status, config))
    return tuple(
        status
        for status in (path or ())[:-1]
        if not _avoidable(spec, starts, status, after, config)
    )


def _avoidable(
    spec: Spec, starts: Iterable[str], avoided: str, after: str, config: Configuration
) -> bool:
    def onward(status: str) -> list[str]:
        return [name for name in _following(spec, status, config) if name != avoided]

    return after in reachable([name for name in starts if name != avoided], onward)


@lru_cache(maxsize=4096)
def _following(spec: Spec, before: str | None, config: Configuration) -> tuple[str, ...]:
    if before is None:
        return tuple(row.secondary for row in spec.initials)
    rows = (row for row in spec.transitions if row.before == before)
    return tuple(
        dict.fromkeys(row.after for row in rows if config.of(row.guard).holds is not False)
    )


def _with_attempts(spec: Spec, items: Sequence[TimelineItem]) -> Iterator[TimelineItem]:
    numbers = attempts(spec, [item.status for item in items])
    for item, attempt in zip(items, numbers, strict=True):
        yield item if attempt == 1 else evolve(item, attempt=attempt)


def attempts(spec: Spec, statuses: Iterable[str]) -> Iterator[int]:
    """The attempt, from 1, of each status of a job."""
    facts, attempt, before = spec.attempts, 1, None
    for status in statuses:
        again = status in facts.begins and before not in facts.begins
        if before is not None and (before in facts.breaks or again):
            attempt += 1
        before = status
        yield attempt


def durations(items: Iterable[TimelineItem], newest: int) -> tuple[Duration, ...]:
    """The time in each status, by attempt, in order of their start.

    Only statuses read from a history have a duration. An open entry counts up to the instant
    ``newest``.
    """
    spent: dict[tuple[str, int], Duration] = {}
    for item in items:
        if item.start is None:
            continue
        end = max(datetime_of(newest), item.start) if item.end is None else item.end
        known = spent.get((item.status, item.attempt))
        before = 0.0 if known is None else known.seconds
        spent[item.status, item.attempt] = Duration(
            status=item.status,
            attempt=item.attempt,
            seconds=before + (end - item.start).total_seconds(),
            open=item.end is None,
        )
    return tuple(spent.values())
