"""Faults of limits: a job ends too early for one, or goes on beyond it."""

from typing import Any

from trainstate.history.instants import SECOND
from trainstate.testing.mutate_times import billed
from trainstate.testing.mutation import Sequence, Site, fault, instant, need, shifted

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
