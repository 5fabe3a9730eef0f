"""Faults of times, limits and the outcome: the rules TS4 and TS5."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from trainstate.history.instants import SECOND
from trainstate.testing.configuration import RESULTS
from trainstate.testing.mutation import (
    LEFT_OUT,
    Place,
    Sequence,
    Site,
    after,
    change,
    fault,
    instant,
    need,
    shifted,
)
from trainstate.testing.options import Keywords

_DONE: Keywords = {"terminal": "Completed", "evidence": "documented"}
_NO_SPOT: Keywords = {**_DONE, "spot": False}
_FAILED: Keywords = {"terminal": "Failed"}
_DAY = 86_400
_WHILE = 5
"""Seconds by which a time is moved: more than every tolerance for times of entries."""
_SOONER, LATER = timedelta(seconds=-_WHILE), timedelta(seconds=_WHILE)


def _closed(sequence: Sequence) -> list[tuple[int, int]]:
    end = sequence.layout.entry_end
    return [(at, k) for at, k in sequence.entries() if end in sequence.history(at)[k]]


def _joints(sequence: Sequence) -> list[tuple[int, int]]:
    """The entries before which another one ended."""
    closed = set(_closed(sequence))
    return [(at, k) for at, k in sequence.entries() if (at, k - 1) in closed]


def billed(sequence: Sequence) -> list[int]:
    """The ended responses that report seconds of training and when it began."""
    layout = sequence.layout
    seconds = (layout.training_seconds, layout.billable_seconds)
    return [at for at in _timed(sequence) if sequence[at].keys() >= set(seconds)]


def _timed(sequence: Sequence) -> list[int]:
    """The ended responses that say when the training began and ended."""
    shown = sequence.having(sequence.layout.started, sequence.layout.ended)
    return [at for at in shown if at in sequence.ended()]


def _whole(member: str) -> Callable[[Sequence], list[int]]:
    """The whole responses that have this part of the layout."""
    return lambda sequence: [
        at for at in sequence.having(getattr(sequence.layout, member)) if sequence.history(at)
    ]


def _required(member: str) -> Callable[[Sequence], list[int]]:
    """The whole responses of ended jobs that must have this part of the layout."""

    def found(sequence: Sequence) -> list[int]:
        needed = sequence.spec.member_by_name[getattr(sequence.layout, member)].present_at
        ended = [at for at in sequence.ended() if sequence.primary(at) in needed]
        return [at for at in _whole(member)(sequence) if at in ended]

    return found


def _beside(member: str, seconds: float) -> Callable[[Sequence, Place], Any]:
    """The time of another member of the same response or entry, and so many seconds."""
    return lambda sequence, place: shifted(
        sequence.value(place, getattr(sequence.layout, member)), seconds
    )


def _more_than_trained(seconds: int) -> Callable[[Sequence, Place], Any]:
    return lambda sequence, place: sequence.value(place, sequence.layout.training_seconds) + seconds


def _not_failed(sequence: Sequence) -> list[int]:
    spec = sequence.spec
    deleted = spec.ended_primaries - spec.terminal_primaries
    others = {*spec.member_by_name[sequence.layout.failure_reason].present_at, *deleted}
    return [at for at in sequence.whole() if sequence.primary(at) not in others]


def _without_spot(sequence: Sequence) -> list[int]:
    """The billed responses that say that the job is no spot job."""
    need(sequence.spec.time.savings_guard)
    guard = sequence.spec.guard_by_name[sequence.spec.time.savings_guard or ""]
    trained = sequence.layout.training_seconds
    return [
        at
        for at in billed(sequence)
        if sequence[at].get(guard.member.strip("/")) is False
        # Who is billed by tokens may have no second billed.
        and (sequence.billed_by_time(at) or sequence[at][trained] > 1)
    ]


_REASON = "AlgorithmError: exit code 1"
_HALF = _SOONER / 2
_BEFORE, _UNBORN = _beside("entry_start", -_WHILE), _beside("created", -_WHILE)
_UNBEGUN, _NOW = _beside("started", -_WHILE), _beside("modified", 0)
_EXCESS, _SAVED = _more_than_trained(_WHILE), _more_than_trained(-1)
_started, _over = _whole("started"), _whole("ended")
_dated, _reasoned, _modelled = map(_required, ("ended", "failure_reason", "artifacts"))

change("overlapping-entries", "start_too_early", _joints, "entry_start", _SOONER, base=_DONE)
change("gap-between-entries", "start_too_late", _joints, "entry_start", LATER, base=_DONE)
change("entry-ends-before-start", "end_before_the_start", _closed, "entry_end", _BEFORE, base=_DONE)
change("times-out-of-order", "modify_before_the_creation", Sequence.every, "modified", _UNBORN)
change("times-out-of-order", "train_after_the_end", _timed, "ended", _UNBEGUN, base=_DONE)
change("negative-seconds", "count_below_zero", billed, "training_seconds", -1, base=_DONE)
change("training-start-mismatch", "train_before_it_starts", _started, "started", _HALF, base=_DONE)
change("training-end-mismatch", "end_before_the_history", _over, "ended", _SOONER, base=_DONE)
change("end-time-while-active", "end_while_it_runs", Sequence.active, "ended", _NOW)
change(
    "missing-failure-reason",
    "forget_the_reason",
    _reasoned,
    "failure_reason",
    LEFT_OUT,
    base=_FAILED,
)
change("missing-end-time", "forget_the_end", _dated, "ended", LEFT_OUT, base=_DONE)
change("missing-model-artifacts", "forget_the_model", _modelled, "artifacts", LEFT_OUT, base=_DONE)
change("unexpected-failure-reason", "leave_a_reason", _not_failed, "failure_reason", _REASON)
change(
    "billable-exceeds-training",
    "bill_more_than_it_trained",
    billed,
    "billable_seconds",
    _EXCESS,
    base=_DONE,
)
change(
    "spot-savings-without-spot",
    "save_without_spot",
    _without_spot,
    "billable_seconds",
    _SAVED,
    base=_NO_SPOT,
)


@fault("times-out-of-order", _DONE)
def end_before_the_creation(sequence: Sequence) -> Site:
    """A row of a list shows a job that ended before it was created."""
    layout, ended = sequence.layout, sequence.ended()
    at = sequence.choice(at for at in sequence.having(layout.ended) if at in ended)
    sequence.shorten(at)
    return sequence.put(at, layout.ended, shifted(sequence[at][layout.created], -_WHILE))


@fault("training-time-mismatch", _DONE)
def report_more_than_passed(sequence: Sequence) -> Site:
    """More seconds of training are reported than passed."""
    at, layout = sequence.choice(billed(sequence)), sequence.layout
    passed = instant(sequence[at][layout.ended]) - instant(sequence[at][layout.started])
    reported = passed // SECOND + _WHILE
    sequence.put(at, layout.billable_seconds, reported)
    return sequence.put(at, layout.training_seconds, reported)


@fault("late-first-entry")
def create_before_the_history(sequence: Sequence) -> Site:
    """In all responses the job was created some seconds before its first entry."""
    at, name = sequence.first(sequence.whole()), sequence.layout.created
    for response in sequence.responses:
        response[name] = shifted(response[name], -_WHILE)
    return sequence.entry_site(at, 0, sequence.layout.entry_start)


@fault("time-outside-life")
def emit_before_the_job(sequence: Sequence) -> Site:
    """A metric was emitted, or an evaluation changed, a day before the job was created."""
    at, pointer = sequence.choice(sequence.every()), sequence.choice(sequence.layout.moments)
    member, name = pointer.strip("/").split("/")
    machines = [one for one in sequence.spec.machines if one.member == member]
    evaluation = [{one.key: "loss", one.status: one.statuses[0]} for one in machines]
    whole = (evaluation or RESULTS.get(member) or [{}])[0]
    created = instant(sequence[at][sequence.layout.created])
    sequence.put(at, member, [{**whole, name: after(created, -_DAY)}])
    return at, f"/{member}/0/{name}"


@fault("foreign-result")
def count_tokens_of_a_timed_job(sequence: Sequence) -> Site:
    """A job that is billed by its time has tokens billed."""
    at = sequence.choice(at for at in sequence.whole() if sequence.billed_by_time(at))
    members = sequence.spec.members_with("billing")
    return sequence.put(at, sequence.choice(m for m in members if m.only_with).name, 12_345)


@fault("savings-mismatch", _DONE, in_log=True)
def print_savings_of_nothing(sequence: Sequence) -> Site:
    """A log prints savings of a job that was billed for all of its time."""
    lines = [f"2026-01-02 10:00:00 {status} - said so" for status in sequence.statuses(-1)]
    need(lines)
    lines += ["Training seconds: 90", "Billable seconds: 90"]
    lines.append("Managed Spot Training savings: 70.0%")
    sequence.responses[:] = lines  # type: ignore[assignment]
    return 0, f"/{sequence.layout.billable_seconds}"


_MONTHS = 60 * 86_400
"""Seconds by which a job outstays a limit: more than any limit of a sequence, and its tolerance."""

_ACCELERATED = {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}


@fault("runtime-limit-not-reached", {"terminal": "MaxRuntimeExceeded"})
def raise_the_limit(sequence: Sequence) -> Site:
    """A job ends for a limit that lies hours ahead."""
    name, limits = sequence.layout.secondary, sequence.spec.time.limits
    at = sequence.first(i for i in sequence.every() if sequence[i][name] in limits)
    pointer = limits[sequence[at][name]]
    need(_path(pointer)[0] in sequence[at])
    _limit(sequence, pointer, _lived(sequence, at, sequence.layout.modified) + 3_600)
    return at, f"/{name}"


@fault(
    "runtime-limit-ignored",
    {"terminal": "Completed", "evidence": "documented", "retries": 0, "spot": False},
)
def train_for_hours(sequence: Sequence) -> Site:
    """A job reports hours of training, and its limit is a minute."""
    layout, pointer = sequence.layout, _limit_from(sequence, sequence.layout.started)
    at = sequence.choice(
        at
        for at in billed(sequence)
        if (seen := sequence.statuses(at)) and len(set(seen)) == len(seen)
    )
    sequence.put(at, layout.training_seconds, _lived(sequence, at, layout.ended) + 4_000)
    _limit(sequence, pointer, 60)
    return at, pointer


def _path(pointer: str) -> tuple[str, str]:
    name, _, member = pointer.strip("/").partition("/")
    return name, member


def _lived(sequence: Sequence, at: int, until: str) -> int:
    """The seconds from the creation to the time of a member."""
    response = sequence[at]
    return (instant(response[until]) - instant(response[sequence.layout.created])) // SECOND


def _limit(sequence: Sequence, pointer: str, seconds: int) -> None:
    name, member = _path(pointer)
    for at in sequence.having(name):
        sequence.put(at, name, {**sequence[at][name], member: seconds})


@fault("runtime-limit-ignored", {"evidence": "documented", "retries": 1, "terminal": "Completed"})
def train_for_months(sequence: Sequence) -> Site:
    """In one of its attempts a job trains for months, far beyond its limit."""
    layout, starts = sequence.layout, sequence.spec.time.clock_starts
    pointer = _limit_from(sequence, layout.started)
    trained = [
        (at, instant(entry[layout.entry_start]))
        for at in _showing(sequence, pointer)
        for k, entry in enumerate(sequence.history(at))
        if entry[layout.entry_status] in starts and _lasts(sequence, at, k)
    ]
    since = sequence.choice(start for _, start in trained)
    _stretch(sequence, since)
    return next(at for at, start in trained if start == since), pointer


@fault("waiting-limit-ignored", {"spot": True, "terminal": "Completed"})
def wait_for_months(sequence: Sequence) -> Site:
    """A spot job waits for months before anything happens, far beyond its limit."""
    pointer = _limit_from(sequence, sequence.layout.created)
    at = sequence.first(at for at in _showing(sequence, pointer) if _lasts(sequence, at, 0))
    _stretch(sequence, instant(sequence[at][sequence.layout.created]))
    return at, pointer


@fault("pending-limit-ignored", {"terminal": "Completed"})
def queue_for_months(sequence: Sequence) -> Site:
    """A job waits for accelerated instances for months, far beyond its limit."""
    layout, facts = sequence.layout, sequence.spec.time
    limited = [at for at in sequence.having(_path(facts.pending_limit)[0]) if sequence.history(at)]
    at = sequence.first(at for at in limited if _lasts(sequence, at, 0))
    need(len(limited) == len(sequence.responses))
    for number in limited:
        sequence.put((number, 0), layout.entry_status, facts.pending[0])
        sequence.put(number, layout.secondary, sequence.statuses(number)[-1])
    sequence.put_in_all(_path(sequence.spec.attempts.instance_type)[0], _ACCELERATED)
    _limit(sequence, facts.pending_limit, 7_200)
    _stretch(sequence, instant(sequence[at][layout.created]))
    return at, facts.pending_limit


def _lasts(sequence: Sequence, at: int, k: int) -> bool:
    """Whether an entry of the response took some time, or is still open after some."""
    if len(sequence.history(at)) <= k:
        return False
    layout, entry = sequence.layout, sequence.history(at)[k]
    end = entry.get(layout.entry_end, sequence[at][layout.modified])
    return instant(end) > instant(entry[layout.entry_start])


def _limit_from(sequence: Sequence, member: str) -> str:
    """The pointer of the limit that counts from the time of a member."""
    facts = sequence.spec.time
    spans = facts.spans.items()
    return sequence.first(facts.limits[name] for name, start in spans if start == member)


def _showing(sequence: Sequence, pointer: str) -> list[int]:
    name, member = _path(pointer)
    return [at for at in sequence.having(name) if member in sequence[at][name]]


def _stretch(sequence: Sequence, since: int) -> None:
    """Makes what a job began at an instant last for months: all until then was so much earlier."""
    members = [member.name for member in sequence.spec.members if member.type == "timestamp"]
    ends = [sequence.layout.entry_start, sequence.layout.entry_end]
    for at, response in enumerate(sequence.responses):
        holders: list[tuple[dict[str, Any], list[str]]] = [(response, members)]
        holders += [(entry, ends) for entry in sequence.history(at)]
        for holder, names in holders:
            for name in names:
                if name in holder and instant(holder[name]) <= since:
                    holder[name] = shifted(holder[name], -_MONTHS)
