"""Faults of limits: a job ends too early for one, or goes on beyond it."""

from __future__ import annotations

from typing import Any

from trainstate.testing.plant_times import billed
from trainstate.testing.planting import Bed, Spot, fault, instant, need, shifted

_MONTHS = 60 * 86_400
"""Seconds by which a job outstays a limit: more than any limit of a sequence, and its tolerance."""

_ACCELERATED = {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}


@fault("runtime-limit-not-reached", {"terminal": "MaxRuntimeExceeded"})
def raise_the_limit(bed: Bed) -> Spot:
    """A job ends for a limit that lies hours ahead."""
    layout, limits = bed.layout, bed.spec.time.limits
    at = bed.first(i for i in bed.every() if bed.responses[i][layout.secondary] in limits)
    last = bed.responses[at]
    pointer = limits[last[layout.secondary]]
    need(pointer.strip("/").partition("/")[0] in last)
    lived = (instant(last[layout.modified]) - instant(last[layout.created])) // 1_000_000
    _limit(bed, pointer, lived + 3_600)
    return at, f"/{layout.secondary}"


@fault(
    "runtime-limit-ignored",
    {"terminal": "Completed", "evidence": "documented", "retries": 0, "spot": False},
)
def train_for_hours(bed: Bed) -> Spot:
    """A job reports hours of training, and its limit is a minute."""
    layout, pointer = bed.layout, _limit_from(bed, bed.layout.started)
    at = bed.choice(
        at for at in billed(bed) if (seen := bed.statuses(at)) and len(set(seen)) == len(seen)
    )
    response = bed.responses[at]
    lived = (instant(response[layout.ended]) - instant(response[layout.created])) // 1_000_000
    response[layout.training_seconds] = lived + 4_000
    _limit(bed, pointer, 60)
    return at, pointer


def _limit(bed: Bed, pointer: str, seconds: int) -> None:
    name, _, member = pointer.strip("/").partition("/")
    for response in bed.responses:
        if name in response:
            response[name] = {**response[name], member: seconds}


@fault("runtime-limit-ignored", {"evidence": "documented", "retries": 1, "terminal": "Completed"})
def train_for_months(bed: Bed) -> Spot:
    """In one of its attempts a job trains for months, far beyond its limit."""
    layout, starts = bed.layout, bed.spec.time.clock_starts
    pointer = _limit_from(bed, layout.started)
    trained = [
        (at, instant(entry[layout.entry_start]))
        for at in _showing(bed, pointer)
        for k, entry in enumerate(bed.history(at))
        if entry[layout.entry_status] in starts and _lasts(bed, at, k)
    ]
    since = bed.choice(start for _, start in trained)
    _stretch(bed, since)
    return next(at for at, start in trained if start == since), pointer


@fault("waiting-limit-ignored", {"spot": True, "terminal": "Completed"})
def wait_for_months(bed: Bed) -> Spot:
    """A spot job waits for months before anything happens, far beyond its limit."""
    pointer = _limit_from(bed, bed.layout.created)
    at = bed.first(at for at in _showing(bed, pointer) if _lasts(bed, at, 0))
    _stretch(bed, instant(bed.responses[at][bed.layout.created]))
    return at, pointer


@fault("pending-limit-ignored", {"terminal": "Completed"})
def queue_for_months(bed: Bed) -> Spot:
    """A job waits for accelerated instances for months, far beyond its limit."""
    layout, facts = bed.layout, bed.spec.time
    name, resources = (
        pointer.strip("/").partition("/")[0]
        for pointer in (facts.pending_limit, bed.spec.attempts.instance_type)
    )
    whole = [at for at in bed.whole() if name in bed.responses[at]]
    at = bed.first(at for at in whole if _lasts(bed, at, 0))
    need(len(whole) == len(bed.responses))
    for number, response in enumerate(bed.responses):
        first = bed.history(number)[0]
        if len(bed.history(number)) == 1:
            response[layout.secondary] = facts.pending[0]
        first[layout.entry_status] = facts.pending[0]
        response[resources] = {**_ACCELERATED}
    _limit(bed, facts.pending_limit, 7_200)
    _stretch(bed, instant(bed.responses[at][layout.created]))
    return at, facts.pending_limit


def _lasts(bed: Bed, at: int, k: int) -> bool:
    """Holds if a response shows that an entry took some time, or takes some already."""
    if len(bed.history(at)) <= k:
        return False
    entry, response = bed.history(at)[k], bed.responses[at]
    end = entry.get(bed.layout.entry_end, response[bed.layout.modified])
    return instant(end) > instant(entry[bed.layout.entry_start])


def _limit_from(bed: Bed, member: str) -> str:
    """The pointer of the limit that counts from the time of a member."""
    facts = bed.spec.time
    return bed.first(facts.limits[name] for name, start in facts.spans.items() if start == member)


def _showing(bed: Bed, pointer: str) -> list[int]:
    """The responses that show a limit."""
    name, _, member = pointer.strip("/").partition("/")
    return [at for at in bed.every() if member in bed.responses[at].get(name, {})]


def _stretch(bed: Bed, since: int) -> None:
    """Makes what a job began at an instant last for months: all until then was so much earlier."""
    members = [member.name for member in bed.spec.members if member.type == "timestamp"]
    ends = (bed.layout.entry_start, bed.layout.entry_end)
    for at, response in enumerate(bed.responses):
        holders: list[tuple[dict[str, Any], Any]] = [(response, members)]
        holders += [(entry, ends) for entry in bed.history(at)]
        for holder, names in holders:
            for name in names:
                if name in holder and instant(holder[name]) <= since:
                    holder[name] = shifted(holder[name], -_MONTHS)
