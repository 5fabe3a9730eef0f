"""The service's record of a job, and the only steps by which it changes.

A record is a frozen value; each step is a pure function that returns the next one.
``describe`` is what a response shows of a record. A run is a sequence of these steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from attrs import evolve, field, frozen

from trainstate.errors import IllegalMoveError
from trainstate.history.instants import SECOND, Instant, iso
from trainstate.history.model import Entry
from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.machine.step import State, begin, follow, move, run_ahead
from trainstate.spec.model import Spec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = 1000


@frozen(kw_only=True)
class Record:
    """What the service stores about a job.

    Times are instants (microseconds). ``fields`` are members that show unchanged from the
    creation on: configuration, origin, attached machines. ``outcome`` are those that show from
    the end on, or only under the primaries at which the specification requires them.
    ``billed`` is the billed share of the training time if the savings guard holds.
    """

    name: str
    arn: str
    created: Instant
    modified: Instant
    state: State
    history: tuple[Entry, ...]
    config: Configuration = UNSEEN
    ended: Instant | None = None
    fields: Mapping[str, Any] = field(factory=dict)
    outcome: Mapping[str, Any] = field(factory=dict)
    billed: float = 1.0

    @property
    def status(self) -> str:
        """The secondary status: the last entry's."""
        return self.state.position.secondary


def create(
    spec: Spec,
    *,
    name: str,
    arn: str,
    at: Instant,
    status: str | None = None,
    message: str = "",
    config: Configuration = UNSEEN,
    fields: Mapping[str, Any] | None = None,
    outcome: Mapping[str, Any] | None = None,
    billed: float = 1.0,
) -> Record:
    """The record of a job created at an instant.

    ``status`` is the first of the history, by default the specification's first initial status.
    Raises IllegalMoveError if no history begins with it.
    """
    status = spec.initials[0].secondary if status is None else status
    first = begin(spec, status)
    if first.refusal is not None:
        raise IllegalMoveError(f"No job begins with {status!r}: {first.refusal}.")
    return Record(
        name=name,
        arn=arn,
        created=at,
        modified=at,
        state=State(first.position.primary, first.position),
        history=(Entry(status=status, written=status, start=at, message=message),),
        config=config,
        fields=fields or {},
        outcome=outcome or {},
        billed=billed,
    )


def enter(record: Record, spec: Spec, status: str, *, at: Instant, message: str = "") -> Record:
    """The record after a transition: the open entry is closed, and an entry is appended.

    The entry of a terminal status is appended closed. Raises IllegalMoveError if the
    specification or the job's configuration does not allow the transition.
    """
    state = _following(spec, record.state, status, record.config)
    ends = state.primary in spec.ended_primaries
    closed = evolve(record.history[-1], end=at)
    entry = Entry(
        status=status, written=status, start=at, end=at if ends else None, message=message
    )
    return evolve(
        record,
        state=state,
        history=(*record.history[:-1], closed, entry),
        modified=at,
        ended=at if ends else None,
    )


def change_primary(record: Record, spec: Spec, primary: str, *, at: Instant) -> Record:
    """The record after a change of the primary alone, which adds no entry.

    If the change ends the job, the last entry is closed. Raises IllegalMoveError if the
    specification lacks the change.
    """
    state = next((s for s, _ in run_ahead(spec, record.state) if s.primary == primary), None)
    if state is None:
        shown = "/".join(record.state.pair)
        raise IllegalMoveError(f"The primary of {shown} cannot change to {primary!r} alone.")
    changed = evolve(record, state=state, modified=at)
    if record.ended is not None or primary not in spec.ended_primaries:
        return changed
    closed = evolve(record.history[-1], end=at)
    return evolve(changed, history=(*record.history[:-1], closed), ended=at)


def request_stop(record: Record, spec: Spec, *, at: Instant) -> Record:
    """The record after a stop request: the primary runs ahead of the history.

    Raises IllegalMoveError if the job is already stopping or has ended.
    """
    stopping = _alone_to(record, spec, ended=False)
    if stopping is None:
        raise IllegalMoveError(f"A job that is {'/'.join(record.state.pair)} cannot be stopped.")
    return change_primary(record, spec, stopping, at=at)


def delete(record: Record, spec: Spec, *, at: Instant) -> Record:
    """The record of an ended job while it is deleted; afterwards there is none.

    Raises IllegalMoveError for a job that has not ended.
    """
    deleting = _alone_to(record, spec, ended=True) if record.ended is not None else None
    if deleting is None:
        raise IllegalMoveError(f"A job that is {'/'.join(record.state.pair)} cannot be deleted.")
    return change_primary(record, spec, deleting, at=at)


def rewrite(record: Record, message: str, *, at: Instant) -> Record:
    """The record with another message of its last entry, which may be closed."""
    last = evolve(record.history[-1], message=message)
    return evolve(record, history=(*record.history[:-1], last), modified=at)


def touch(record: Record, *, at: Instant, fields: Mapping[str, Any] | None = None) -> Record:
    """The record modified at an instant, with some of its fields changed."""
    if not fields:
        return evolve(record, modified=at)
    return evolve(record, modified=at, fields={**record.fields, **fields})


def describe(record: Record, spec: Spec, *, counting: bool = False) -> dict[str, Any]:
    """The response that shows the record, as boto3 returns it: times are aware datetimes.

    Times are cut to the millisecond. ``counting`` also shows the training seconds of an active
    job. The values of ``fields`` and ``outcome`` are not copied.
    """
    layout, started = spec.layout, start_of_training(record, spec)
    response: dict[str, Any] = {
        layout.name: record.name,
        layout.arn: record.arn,
        layout.primary: record.state.primary,
        layout.secondary: record.status,
        **record.fields,
        layout.created: moment(record.created),
        layout.modified: moment(record.modified),
        layout.history: [_shown(entry, spec) for entry in record.history],
    }
    response.pop("", None)  # the role of a member that the machine lacks
    if layout.started and started is not None:
        response[layout.started] = moment(started)
    if layout.ended and record.ended is not None:
        response[layout.ended] = moment(record.ended)
    if record.ended is not None or counting:
        response.update(_billing(record, spec))
    if record.ended is not None:
        response.update(_outcome(record, spec))
    return response


def moment(instant: int) -> datetime:
    """An instant as an aware datetime in UTC, cut to the millisecond."""
    return _EPOCH + timedelta(microseconds=instant - instant % _MILLISECOND)


def written(value: Any, write: Callable[[datetime], Any]) -> Any:
    """A copy of a response's value in which each time is written by a function."""
    if isinstance(value, dict):
        return {key: written(item, write) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [written(item, write) for item in value]
    return write(value) if isinstance(value, datetime) else value


def event(record: Record, spec: Spec, detail: Mapping[str, Any], *, number: str) -> dict[str, Any]:
    """The EventBridge event about a record; ``detail`` is what it shows of the job."""
    _, _, _, region, account, _ = record.arn.split(":", 5)
    return {
        "version": "0",
        "id": number,
        "detail-type": spec.layout.event,
        "source": "aws.sagemaker",
        "account": account,
        "time": iso(record.modified - record.modified % SECOND),
        "region": region,
        "resources": [record.arn],
        "detail": detail,
    }


def start_of_training(record: Record, spec: Spec) -> Instant | None:
    """The start of the first entry that starts the clock; None before that."""
    starts = spec.time.clock_starts
    return next((entry.start for entry in record.history if entry.status in starts), None)


def training_seconds(record: Record, spec: Spec) -> int | None:
    """Seconds trained so far, at least 1; None before training started.

    Entries that interrupt training do not count.
    """
    started = start_of_training(record, spec)
    if started is None:
        return None
    until = record.modified if record.ended is None else record.ended
    broken = sum(_broken(record, spec, started, until))
    return max(1, round((until - started - broken) / SECOND))


def _broken(record: Record, spec: Spec, started: int, until: int) -> Iterator[int]:
    """Durations of the entries after ``started`` that interrupt training."""
    starts = [entry.start or started for entry in record.history]
    for entry, (begun, left) in zip(record.history, pairwise([*starts, until]), strict=True):
        if entry.status in spec.time.clock_breaks and begun >= started:
            yield left - begun


def _billing(record: Record, spec: Spec) -> Iterator[tuple[str, int]]:
    layout, seconds = spec.layout, training_seconds(record, spec)
    if seconds is None:
        return
    guard = spec.time.savings_guard
    saves = guard is not None and record.config.of(guard).holds
    if layout.training_seconds:
        yield layout.training_seconds, seconds
    if layout.billable_seconds:
        yield layout.billable_seconds, max(1, int(seconds * record.billed)) if saves else seconds


def _outcome(record: Record, spec: Spec) -> Iterator[tuple[str, Any]]:
    deleted = record.state.primary not in spec.terminal_primaries
    primary = record.state.position.primary if deleted else record.state.primary
    for name, value in record.outcome.items():
        member = spec.member_by_name.get(name)
        if member is None or not member.present_at or primary in member.present_at:
            yield name, value


def _shown(entry: Entry, spec: Spec) -> dict[str, Any]:
    layout = spec.layout
    shown: dict[str, Any] = {layout.entry_status: entry.status}
    if entry.start is not None:
        shown[layout.entry_start] = moment(entry.start)
    if entry.end is not None:
        shown[layout.entry_end] = moment(entry.end)
    if entry.message is not None:
        shown[layout.entry_message] = entry.message
    return shown


def _alone_to(record: Record, spec: Spec, *, ended: bool) -> str | None:
    """The primary of the given kind to which the record's can change alone."""
    primaries = [state.primary for state, _ in run_ahead(spec, record.state)]
    return next((name for name in primaries if (name in spec.ended_primaries) is ended), None)


@lru_cache(maxsize=8192)
def _following(spec: Spec, state: State, status: str, config: Configuration) -> State:
    """The state after an entry; raises IllegalMoveError if it is refused."""
    step = move(spec, state.position, status, config)
    following = None if step.refusal else follow(spec, state, step.position)
    if following is None:
        shown, why = "/".join(state.pair), step.refusal or "its primary has no way there"
        raise IllegalMoveError(f"{status!r} cannot follow {shown}: {why}.")
    return following
