"""Faults of times and of the outcome: the rules TS4 and TS5."""

from __future__ import annotations

from collections.abc import Iterator

from trainstate.testing.options import Asked
from trainstate.testing.planting import Bed, Spot, after, fault, instant, shifted

_DONE: Asked = {"terminal": "Completed", "evidence": "documented"}
_DAY = 86_400
_WHILE = 5
"""Seconds by which a time is moved: more than every tolerance for times of entries."""


@fault("entry-ends-before-start", _DONE)
def end_before_the_start(bed: Bed) -> Spot | None:
    """An entry ends some seconds before it begins."""
    layout = bed.layout
    spot = bed.choice((at, k) for at, k in bed.entries() if layout.entry_end in bed.history(at)[k])
    if spot is None:
        return None
    at, k = spot
    entry = bed.history(at)[k]
    entry[layout.entry_end] = shifted(entry[layout.entry_start], -_WHILE)
    return at, bed.pointer(k, layout.entry_end)


def _joints(bed: Bed) -> Iterator[Spot]:
    """The entries before which another one ended: response and pointer of the start."""
    layout = bed.layout
    for at, k in bed.entries():
        if k and layout.entry_end in bed.history(at)[k - 1]:
            yield at, bed.pointer(k, layout.entry_start)


def _move_start(bed: Bed, seconds: float) -> Spot | None:
    spot = bed.choice(_joints(bed))
    if spot is None:
        return None
    at, pointer = spot
    entry = bed.history(at)[int(pointer.split("/")[2])]
    entry[bed.layout.entry_start] = shifted(entry[bed.layout.entry_start], seconds)
    return spot


@fault("overlapping-entries", _DONE)
def start_too_early(bed: Bed) -> Spot | None:
    """An entry begins some seconds before the one before it ends."""
    return _move_start(bed, -_WHILE)


@fault("gap-between-entries", _DONE)
def start_too_late(bed: Bed) -> Spot | None:
    """An entry begins some seconds after the one before it ended."""
    return _move_start(bed, _WHILE)


@fault("times-out-of-order")
def modify_before_the_creation(bed: Bed) -> Spot | None:
    """A response was modified before the job was created."""
    at, layout = bed.choice(bed.every()), bed.layout
    if at is None:
        return None
    response = bed.responses[at]
    response[layout.modified] = shifted(response[layout.created], -_WHILE)
    return at, f"/{layout.modified}"


@fault("times-out-of-order", _DONE)
def train_after_the_end(bed: Bed) -> Spot | None:
    """The training begins after it ended."""
    layout = bed.layout
    at = bed.choice(
        at for at in bed.ended() if {layout.started, layout.ended} <= bed.responses[at].keys()
    )
    if at is None:
        return None
    response = bed.responses[at]
    response[layout.started] = shifted(response[layout.ended], _WHILE)
    return at, f"/{layout.ended}"


@fault("times-out-of-order", _DONE)
def end_before_the_creation(bed: Bed) -> Spot | None:
    """A row of a list shows a job that ended before it was created."""
    layout = bed.layout
    at = bed.choice(at for at in bed.ended() if layout.ended in bed.responses[at])
    if at is None:
        return None
    row = bed.responses[at]
    ended = shifted(row[layout.created], -_WHILE)
    bed.responses[at] = {k: v for k, v in row.items() if k in layout.summary} | {
        layout.ended: ended
    }
    return at, f"/{layout.ended}"


def billed(bed: Bed) -> list[int]:
    """The ended responses that report seconds of training and when it began."""
    layout = bed.layout
    needed = {layout.training_seconds, layout.billable_seconds, layout.started, layout.ended}
    return [at for at in bed.ended() if needed <= bed.responses[at].keys()]


@fault("training-time-mismatch", _DONE)
def report_more_than_passed(bed: Bed) -> Spot | None:
    """More seconds of training are reported than passed."""
    at, layout = bed.choice(billed(bed)), bed.layout
    if at is None:
        return None
    response = bed.responses[at]
    passed = instant(response[layout.ended]) - instant(response[layout.started])
    response[layout.training_seconds] = passed // 1_000_000 + _WHILE
    response[layout.billable_seconds] = response[layout.training_seconds]
    return at, f"/{layout.training_seconds}"


@fault("training-start-mismatch", _DONE)
def train_before_it_starts(bed: Bed) -> Spot | None:
    """The training began before the first entry in which a job trains."""
    name = bed.layout.started
    at = bed.choice(at for at in bed.whole() if name in bed.responses[at])
    if at is None:
        return None
    bed.responses[at][name] = shifted(bed.responses[at][name], -_WHILE / 2)
    return at, f"/{name}"


@fault("training-end-mismatch", _DONE)
def end_before_the_history(bed: Bed) -> Spot | None:
    """The training ended before the last entry."""
    name = bed.layout.ended
    at = bed.choice(at for at in bed.whole() if name in bed.responses[at])
    if at is None:
        return None
    bed.responses[at][name] = shifted(bed.responses[at][name], -_WHILE)
    return at, f"/{name}"


@fault("late-first-entry")
def create_before_the_history(bed: Bed) -> Spot | None:
    """In all responses the job was created some seconds before its first entry."""
    name, at = bed.layout.created, next(iter(bed.whole()), None)
    if at is None:
        return None
    for response in bed.responses:
        response[name] = shifted(response[name], -_WHILE)
    return at, bed.pointer(0, bed.layout.entry_start)


def _without(bed: Bed, name: str, primaries: frozenset[str]) -> Spot | None:
    """Takes a member out of a whole response that has one of these primaries."""
    at = bed.choice(
        at
        for at in bed.ended()
        if bed.primary(at) in primaries and name in bed.responses[at] and bed.history(at)
    )
    if at is None:
        return None
    del bed.responses[at][name]
    return at, f"/{name}"


def _required_at(bed: Bed, name: str) -> frozenset[str]:
    return frozenset(bed.spec.member_by_name[name].present_at)


@fault("missing-failure-reason", {"terminal": "Failed"})
def forget_the_reason(bed: Bed) -> Spot | None:
    """A failed job does not say why."""
    name = bed.layout.failure_reason
    return _without(bed, name, _required_at(bed, name))


@fault("unexpected-failure-reason")
def leave_a_reason(bed: Bed) -> Spot | None:
    """A job that did not fail has a reason for its failure."""
    name = bed.layout.failure_reason
    failed = _required_at(bed, name)
    deleted = bed.spec.ended_primaries - bed.spec.terminal_primaries
    at = bed.choice(
        at for at in bed.whole() if bed.primary(at) not in failed and bed.primary(at) not in deleted
    )
    if at is None:
        return None
    bed.responses[at][name] = "AlgorithmError: exit code 1"
    return at, f"/{name}"


@fault("end-time-while-active")
def end_while_it_runs(bed: Bed) -> Spot | None:
    """An active job has the time of its end."""
    at, layout = bed.choice(bed.active()), bed.layout
    if at is None:
        return None
    bed.responses[at][layout.ended] = bed.responses[at][layout.modified]
    return at, f"/{layout.ended}"


@fault("missing-end-time", _DONE)
def forget_the_end(bed: Bed) -> Spot | None:
    """A completed job lacks the time of its end."""
    name = bed.layout.ended
    return _without(bed, name, _required_at(bed, name))


@fault("billable-exceeds-training", _DONE)
def bill_more_than_it_trained(bed: Bed) -> Spot | None:
    """More seconds are billed than were trained."""
    at, layout = bed.choice(billed(bed)), bed.layout
    if at is None:
        return None
    response = bed.responses[at]
    response[layout.billable_seconds] = response[layout.training_seconds] + _WHILE
    return at, f"/{layout.billable_seconds}"


@fault("spot-savings-without-spot", {**_DONE, "spot": False})
def save_without_spot(bed: Bed) -> Spot | None:
    """Less is billed than was trained, of a job that is no spot job."""
    layout, name = bed.layout, bed.spec.time.savings_guard
    if name is None:
        return None
    flag = bed.spec.guard_by_name[name].member.strip("/")
    at = bed.choice(
        at
        for at in billed(bed)
        if bed.responses[at].get(flag) is False
        # Who is billed by tokens may have no second billed.
        and (bed.billed_by_time(at) or bed.responses[at][layout.training_seconds] > 1)
    )
    if at is None:
        return None
    response = bed.responses[at]
    response[layout.billable_seconds] = response[layout.training_seconds] - 1
    return at, f"/{layout.billable_seconds}"


@fault("negative-seconds", _DONE)
def count_below_zero(bed: Bed) -> Spot | None:
    """An ended job has trained for less than no time."""
    at = bed.choice(billed(bed))
    if at is None:
        return None
    bed.responses[at][bed.layout.training_seconds] = -1
    return at, f"/{bed.layout.training_seconds}"


@fault("missing-model-artifacts", _DONE)
def forget_the_model(bed: Bed) -> Spot | None:
    """A completed job does not say where its model is."""
    name = bed.layout.artifacts
    return _without(bed, name, _required_at(bed, name))


@fault("time-outside-life")
def emit_before_the_job(bed: Bed) -> Spot | None:
    """A metric was emitted, or an evaluation changed, a day before the job was created."""
    at, pointer = bed.choice(bed.every()), bed.choice(bed.layout.moments)
    if at is None or pointer is None:
        return None
    member, name = pointer.strip("/").split("/")
    created = instant(bed.responses[at][bed.layout.created])
    bed.responses[at][member] = [{name: after(created, -_DAY)}]
    return at, f"/{member}/0/{name}"


@fault("foreign-result")
def count_tokens_of_a_timed_job(bed: Bed) -> Spot | None:
    """A job that is billed by its time has tokens billed."""
    at = bed.choice(at for at in bed.whole() if bed.billed_by_time(at))
    member = bed.choice(m for m in bed.spec.members if m.only_with and m.role == "billing")
    if at is None or member is None:
        return None
    bed.responses[at][member.name] = 12_345
    return at, f"/{member.name}"


@fault("savings-mismatch", _DONE, in_log=True)
def print_savings_of_nothing(bed: Bed) -> Spot | None:
    """A log prints savings of a job that was billed for all of its time."""
    lines = [f"2026-01-02 10:00:00 {status} - said so" for status in bed.statuses(-1)]
    if not lines:
        return None
    lines += ["Training seconds: 90", "Billable seconds: 90"]
    lines.append("Managed Spot Training savings: 70.0%")
    bed.responses[:] = lines  # type: ignore[assignment]
    return 0, f"/{bed.layout.billable_seconds}"
