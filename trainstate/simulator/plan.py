"""A scenario's acts, fitted to a job's limits and turned into dated steps and printed lines."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from trainstate.history.instants import SECOND, Instant
from trainstate.history.model import value_at
from trainstate.simulator.clock import LATEST
from trainstate.simulator.scenario import CAPACITY, LASTS, Act, messages
from trainstate.spec.model import Spec

ENTER, PRIMARY, REWRITE, TOUCH, FORGET = "enter", "primary", "rewrite", "touch", "forget"

TRAINING = "Training"
_UPLOADING, _STOPPING, _PENDING = "Uploading", "Stopping", "Pending"
_ROUNDING = 1e-6  # seconds: sums of durations are not exact
_PENDING_LIMIT = "/StoppingCondition/MaxPendingTimeInSeconds"


@frozen(kw_only=True)
class PlannedStep:
    """Something that happens to a job at an instant.

    ``kind`` is one of *enter* (a status begins), *primary* (the primary changes alone), *rewrite*
    (the message of the last entry), *touch* (some fields) and *forget* (a deleted job disappears).
    ``value`` is the status or the message.
    """

    at: Instant
    kind: str
    value: str = ""
    message: str = ""
    reason: str | None = None
    fields: Mapping[str, Any] | None = None


@frozen(kw_only=True)
class JobLimits:
    """Seconds that a job may train, wait in all, and wait for capacity."""

    run: float = math.inf
    wait: float = math.inf
    pending: float = math.inf


def limits(fields: Mapping[str, Any], spec: Spec) -> JobLimits:
    """The limits in a job's configuration."""
    by_span = {
        spec.time.spans[status]: _number(fields, pointer)
        for status, pointer in spec.time.limits.items()
    }
    return JobLimits(
        run=by_span.get(spec.layout.started, math.inf),
        wait=by_span.get(spec.layout.created, math.inf),
        pending=_number(fields, _PENDING_LIMIT),
    )


def fitted(acts: Sequence[Act], allowed: JobLimits, spec: Spec) -> tuple[Act, ...]:
    """The acts of a job that ends at its limits: exactly at one that ends it, else no later."""
    ending = acts[-1].status if acts else ""
    span = spec.time.spans.get(ending)
    if span == spec.layout.started:
        counted = sum(act.lasts for act, counts in _clocked(acts[:-1], spec) if counts)
        acts = _stretched(acts, allowed.run - counted, spec)
    elif span == spec.layout.created:
        missing = allowed.wait - sum(act.lasts for act in acts[:-1])
        acts = _stretched(acts, missing, spec, waiting=True)
    # Another limit may come before the intended one.
    return _cut(acts, allowed, spec)


def laid_out(acts: Iterable[Act], created: int) -> Iterator[PlannedStep]:
    """The acts' steps, one after the other from an instant; none after the end of time."""
    at: float = created
    for act in acts:
        kind = PRIMARY if act.alone else ENTER
        texts = messages(act.status)
        shown = texts[0] if act.message is None else act.message
        if at > LATEST:
            return
        yield PlannedStep(
            at=_whole(at), kind=kind, value=act.status, message=shown, reason=act.reason
        )
        length = act.lasts * SECOND
        if act.message is None and not act.alone and 2 * SECOND <= length < math.inf:
            yield from _rewrites(texts[1:], at, length)
        at += length


def printed(acts: Iterable[Act], lines: Sequence[str], begun: int) -> Iterator[tuple[int, str]]:
    """The lines of a script with their instants, spread evenly over the first training.

    A training without an end prints one a minute.
    """
    at: float = begun
    for act in acts:
        if act.status == TRAINING:
            lasts = act.lasts if act.lasts < math.inf else len(lines) * 60.0
            for number, line in enumerate(lines, 1):
                when = at + lasts * SECOND * number / (len(lines) + 1)
                if when <= LATEST:
                    yield int(when) - int(when) % 1000, line
            return
        at += act.lasts * SECOND


def stopped(statuses: Sequence[str], now: int, *, lag: float = 2.0) -> Iterator[PlannedStep]:
    """What follows a stop request, by the statuses of the job's history."""
    acts = [Act(status=_STOPPING, lasts=LASTS[_STOPPING])]
    if TRAINING in statuses and statuses[-1] != _UPLOADING:
        acts.append(Act(status=_UPLOADING, lasts=LASTS[_UPLOADING]))
    acts.append(Act(status="Stopped", lasts=0))
    return laid_out(acts, now + round(lag * SECOND))


def _rewrites(texts: Sequence[str], at: float, length: float) -> Iterator[PlannedStep]:
    for number, text in enumerate(texts, 1):
        moment = at + length * number / (len(texts) + 1)
        yield PlannedStep(at=_whole(moment), kind=REWRITE, value=text)


def _whole(at: float) -> Instant:
    """An instant cut to the millisecond, the service's resolution."""
    return Instant(int(at) - int(at) % 1000)


def _clocked(acts: Iterable[Act], spec: Spec) -> Iterator[tuple[Act, bool]]:
    begun, status = False, ""
    for act in acts:
        # A change of the primary alone does not stop the clock of the continuing status.
        status = status if act.alone else act.status
        begun = begun or status in spec.time.clock_starts
        yield act, begun and status not in spec.time.clock_breaks


def _stretched(
    acts: Sequence[Act], missing: float, spec: Spec, *, waiting: bool = False
) -> tuple[Act, ...]:
    """The acts, one of them lengthened by what is missing to the limit."""
    if not 0 < missing < math.inf:
        return tuple(acts)
    active = [
        (at, counts)
        for at, (act, counts) in enumerate(_clocked(acts, spec))
        if act.status not in (_STOPPING, _UPLOADING) and act.lasts < math.inf
    ][: len(acts) - 1]
    active = [found for found in active if found[0] < len(acts) - 1] or [(0, True)]
    fitting = [at for at, counts in active if counts is not waiting]
    longer = fitting[-1] if fitting else active[-1][0]
    return tuple(
        evolve(act, lasts=act.lasts + missing) if at == longer else act
        for at, act in enumerate(acts)
    )


def _cut(acts: Sequence[Act], allowed: JobLimits, spec: Spec) -> tuple[Act, ...]:
    """The acts up to the first limit that they exceed, and the job's end there."""
    run, wait, pending, trained = allowed.run, allowed.wait, allowed.pending, False
    for at, (act, counts) in enumerate(_clocked(acts, spec)):
        trained = trained or act.status == TRAINING
        # A stop that was only asked for does not stop the clock.
        over = act.status in (_STOPPING, _UPLOADING) or act.status in spec.terminal_secondaries
        if over and not act.alone:
            return tuple(acts)
        room = {
            "MaxWaitTimeExceeded": wait,
            "MaxRuntimeExceeded": run if counts else math.inf,
            "Failed": pending if act.status == _PENDING else math.inf,
        }
        ending = min(room, key=lambda status: room[status])
        if act.lasts > room[ending] + _ROUNDING:
            return (*acts[:at], evolve(act, lasts=room[ending]), *_ending(ending, trained))
        wait -= act.lasts
        run -= act.lasts if counts else 0.0
        pending -= act.lasts if act.status == _PENDING else 0.0
    return tuple(acts)


def _ending(status: str, trained: bool) -> Iterator[Act]:
    if status == "Failed":
        yield Act(status=status, lasts=0, reason=CAPACITY)
        return
    yield Act(status=_STOPPING, lasts=LASTS[_STOPPING])
    if trained:
        yield Act(status=_UPLOADING, lasts=LASTS[_UPLOADING])
    yield Act(status=status, lasts=0)


def _number(fields: Mapping[str, Any], pointer: str) -> float:
    value = value_at(fields, pointer)
    return float(value) if isinstance(value, int | float) else math.inf
