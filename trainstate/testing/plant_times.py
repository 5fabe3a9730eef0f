"""Faults of times and of the outcome: the rules TS4 and TS5."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from trainstate.testing.options import Keywords
from trainstate.testing.planting import (
    LEFT_OUT,
    Bed,
    Flaw,
    Spot,
    after,
    changes,
    fault,
    instant,
    need,
    shifted,
)

_DONE: Keywords = {"terminal": "Completed", "evidence": "documented"}
_DAY = 86_400
_WHILE = 5
"""Seconds by which a time is moved: more than every tolerance for times of entries."""
_SOONER, _LATER = timedelta(seconds=-_WHILE), timedelta(seconds=_WHILE)


def _joints(bed: Bed) -> Iterator[tuple[int, int]]:
    """The entries before which another one ended."""
    end = bed.layout.entry_end
    return ((at, k) for at, k in bed.entries() if k and end in bed.history(at)[k - 1])


def billed(bed: Bed) -> list[int]:
    """The ended responses that report seconds of training and when it began."""
    layout = bed.layout
    needed = {layout.training_seconds, layout.billable_seconds, layout.started, layout.ended}
    return [at for at in bed.ended() if needed <= bed.responses[at].keys()]


changes(
    Flaw("overlapping-entries", "start_too_early", _joints, "entry_start", _SOONER, _DONE),
    Flaw("gap-between-entries", "start_too_late", _joints, "entry_start", _LATER, _DONE),
    Flaw("negative-seconds", "count_below_zero", billed, "training_seconds", -1, _DONE),
)


@fault("entry-ends-before-start", _DONE)
def end_before_the_start(bed: Bed) -> Spot:
    """An entry ends some seconds before it begins."""
    end = bed.layout.entry_end
    place = bed.choice((at, k) for at, k in bed.entries() if end in bed.history(at)[k])
    return bed.put(place, end, shifted(bed.value(place, bed.layout.entry_start), -_WHILE))


@fault("times-out-of-order")
def modify_before_the_creation(bed: Bed) -> Spot:
    """A response was modified before the job was created."""
    at, layout = bed.choice(bed.every()), bed.layout
    return bed.put(at, layout.modified, shifted(bed.responses[at][layout.created], -_WHILE))


@fault("times-out-of-order", _DONE)
def train_after_the_end(bed: Bed) -> Spot:
    """The training begins after it ended."""
    layout = bed.layout
    at = bed.choice(
        at for at in bed.ended() if {layout.started, layout.ended} <= bed.responses[at].keys()
    )
    response = bed.responses[at]
    response[layout.started] = shifted(response[layout.ended], _WHILE)
    return at, f"/{layout.ended}"


@fault("times-out-of-order", _DONE)
def end_before_the_creation(bed: Bed) -> Spot:
    """A row of a list shows a job that ended before it was created."""
    layout = bed.layout
    at = bed.choice(at for at in bed.ended() if layout.ended in bed.responses[at])
    row = bed.responses[at]
    ended = shifted(row[layout.created], -_WHILE)
    bed.responses[at] = {k: v for k, v in row.items() if k in layout.summary} | {
        layout.ended: ended
    }
    return at, f"/{layout.ended}"


@fault("training-time-mismatch", _DONE)
def report_more_than_passed(bed: Bed) -> Spot:
    """More seconds of training are reported than passed."""
    at, layout = bed.choice(billed(bed)), bed.layout
    response = bed.responses[at]
    passed = instant(response[layout.ended]) - instant(response[layout.started])
    response[layout.training_seconds] = passed // 1_000_000 + _WHILE
    response[layout.billable_seconds] = response[layout.training_seconds]
    return at, f"/{layout.training_seconds}"


@fault("training-start-mismatch", _DONE)
def train_before_it_starts(bed: Bed) -> Spot:
    """The training began before the first entry in which a job trains."""
    return _soonened(bed, bed.layout.started, _WHILE / 2)


@fault("training-end-mismatch", _DONE)
def end_before_the_history(bed: Bed) -> Spot:
    """The training ended before the last entry."""
    return _soonened(bed, bed.layout.ended, _WHILE)


def _soonened(bed: Bed, name: str, seconds: float) -> Spot:
    """Moves a time in one of the responses with a history to an earlier instant."""
    at = bed.choice(at for at in bed.whole() if name in bed.responses[at])
    return bed.put(at, name, shifted(bed.responses[at][name], -seconds))


@fault("end-time-while-active")
def end_while_it_runs(bed: Bed) -> Spot:
    """An active job has the time of its end."""
    at = bed.choice(bed.active())
    return bed.put(at, bed.layout.ended, bed.responses[at][bed.layout.modified])


@fault("late-first-entry")
def create_before_the_history(bed: Bed) -> Spot:
    """In all responses the job was created some seconds before its first entry."""
    at, name = bed.first(bed.whole()), bed.layout.created
    for response in bed.responses:
        response[name] = shifted(response[name], -_WHILE)
    return at, bed.pointer(0, bed.layout.entry_start)


def _without(bed: Bed, name: str) -> Spot:
    """Takes a member out of a whole response that must have it."""
    required = bed.spec.member_by_name[name].present_at
    at = bed.choice(
        at
        for at in bed.ended()
        if bed.primary(at) in required and name in bed.responses[at] and bed.history(at)
    )
    return bed.put(at, name, LEFT_OUT)


@fault("missing-failure-reason", {"terminal": "Failed"})
def forget_the_reason(bed: Bed) -> Spot:
    """A failed job does not say why."""
    return _without(bed, bed.layout.failure_reason)


@fault("missing-end-time", _DONE)
def forget_the_end(bed: Bed) -> Spot:
    """A completed job lacks the time of its end."""
    return _without(bed, bed.layout.ended)


@fault("missing-model-artifacts", _DONE)
def forget_the_model(bed: Bed) -> Spot:
    """A completed job does not say where its model is."""
    return _without(bed, bed.layout.artifacts)


@fault("unexpected-failure-reason")
def leave_a_reason(bed: Bed) -> Spot:
    """A job that did not fail has a reason for its failure."""
    name = bed.layout.failure_reason
    failed = bed.spec.member_by_name[name].present_at
    deleted = bed.spec.ended_primaries - bed.spec.terminal_primaries
    at = bed.choice(at for at in bed.whole() if bed.primary(at) not in {*failed, *deleted})
    return bed.put(at, name, "AlgorithmError: exit code 1")


@fault("billable-exceeds-training", _DONE)
def bill_more_than_it_trained(bed: Bed) -> Spot:
    """More seconds are billed than were trained."""
    return _billed(bed, bed.choice(billed(bed)), _WHILE)


@fault("spot-savings-without-spot", {**_DONE, "spot": False})
def save_without_spot(bed: Bed) -> Spot:
    """Less is billed than was trained, of a job that is no spot job."""
    need(bed.spec.time.savings_guard)
    flag = bed.spec.guard_by_name[bed.spec.time.savings_guard or ""].member.strip("/")
    at = bed.choice(
        at
        for at in billed(bed)
        if bed.responses[at].get(flag) is False
        # Who is billed by tokens may have no second billed.
        and (bed.billed_by_time(at) or bed.responses[at][bed.layout.training_seconds] > 1)
    )
    return _billed(bed, at, -1)


def _billed(bed: Bed, at: int, more: int) -> Spot:
    """Bills so many seconds more than were trained."""
    layout = bed.layout
    trained = bed.responses[at][layout.training_seconds]
    return bed.put(at, layout.billable_seconds, trained + more)


@fault("time-outside-life")
def emit_before_the_job(bed: Bed) -> Spot:
    """A metric was emitted, or an evaluation changed, a day before the job was created."""
    at, pointer = bed.choice(bed.every()), bed.choice(bed.layout.moments)
    member, name = pointer.strip("/").split("/")
    created = instant(bed.responses[at][bed.layout.created])
    bed.responses[at][member] = [{name: after(created, -_DAY)}]
    return at, f"/{member}/0/{name}"


@fault("foreign-result")
def count_tokens_of_a_timed_job(bed: Bed) -> Spot:
    """A job that is billed by its time has tokens billed."""
    at = bed.choice(at for at in bed.whole() if bed.billed_by_time(at))
    member = bed.choice(m for m in bed.spec.members if m.only_with and m.role == "billing")
    return bed.put(at, member.name, 12_345)


@fault("savings-mismatch", _DONE, in_log=True)
def print_savings_of_nothing(bed: Bed) -> Spot:
    """A log prints savings of a job that was billed for all of its time."""
    lines = [f"2026-01-02 10:00:00 {status} - said so" for status in bed.statuses(-1)]
    need(lines)
    lines += ["Training seconds: 90", "Billable seconds: 90"]
    lines.append("Managed Spot Training savings: 70.0%")
    bed.responses[:] = lines  # type: ignore[assignment]
    return 0, f"/{bed.layout.billable_seconds}"
