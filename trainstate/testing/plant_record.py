"""Faults of records, vocabulary and pairs: the rules TS0, TS1 and TS2."""

from __future__ import annotations

import json
from collections.abc import Iterator

from trainstate.spec.model import Bound, Evidence
from trainstate.testing.planting import Bed, Spot, after, fault, instant
from trainstate.testing.showing import written


@fault("unreadable-record", as_text=True)
def cut_a_line(bed: Bed) -> Spot | None:
    """One line of the recording ends in the middle."""
    at = bed.choice(bed.every())
    if at is None:
        return None
    lines = [json.dumps(written(response, "iso")) for response in bed.responses]
    lines[at] = lines[at][: len(lines[at]) // 2]
    bed.responses[:] = lines  # type: ignore[assignment]
    return at, ""


@fault("missing-member")
def leave_a_status_out(bed: Bed) -> Spot | None:
    """A response has no primary or no secondary status."""
    at = bed.choice(bed.every())
    if at is None:
        return None
    # A row of a list may lack the secondary one.
    both = bed.layout.primary, bed.layout.secondary
    name = bed.choice(both if bed.history(at) else both[:1]) or ""
    del bed.responses[at][name]
    return at, f"/{name}"


@fault("missing-member")
def leave_the_limits_out(bed: Bed) -> Spot | None:
    """A response that has all else has no stopping condition, or no name."""
    at = bed.choice(bed.whole())
    name = bed.choice((bed.layout.stopping, bed.layout.name))
    if at is None or name not in bed.responses[at]:
        return None
    del bed.responses[at][name]
    return at, f"/{name}"


@fault("wrong-type")
def count_in_a_map(bed: Bed) -> Spot | None:
    """A map has a number, where the service writes texts."""
    maps = [member.name for member in bed.spec.members if member.type == "map"]
    spot = bed.choice((at, m) for at in bed.every() for m in maps if m in bed.responses[at])
    if spot is None:
        return None
    at, name = spot
    bed.responses[at][name] = {**bed.responses[at][name], "count": 3}
    return at, f"/{name}/count"


@fault("contradictory-configuration")
def wait_without_spot(bed: Bed) -> Spot | None:
    """A job has what only another setting allows, and that is off."""
    guard = next((guard for guard in bed.spec.guards if guard.implied_by), None)
    at = next(iter(bed.whole()), None)
    if guard is None or at is None:
        return None
    member, _, name = (guard.implied_by or "").strip("/").partition("/")
    for response in bed.responses:
        response[guard.member.strip("/")] = False
        response[member] = {**response.get(member, {}), name: 10_000_000}
    return 0, guard.implied_by or ""


@fault("wrong-type")
def write_a_number(bed: Bed) -> Spot | None:
    """A member that is a text has a number."""
    at, name = bed.choice(bed.every()), bed.choice((bed.layout.secondary, bed.layout.primary))
    if at is None or name is None:
        return None
    bed.responses[at][name] = 3
    return at, f"/{name}"


@fault("wrong-type")
def entry_without_a_status(bed: Bed) -> Spot | None:
    """An entry of the history has no status."""
    spot = bed.choice(bed.entries())
    if spot is None:
        return None
    at, k = spot
    del bed.history(at)[k][bed.layout.entry_status]
    return at, bed.pointer(k, bed.layout.entry_status)


@fault("bad-timestamp")
def modified_yesterday(bed: Bed) -> Spot | None:
    """A time is a word."""
    at = bed.choice(bed.every())
    if at is None:
        return None
    bed.responses[at][bed.layout.modified] = "yesterday"
    return at, f"/{bed.layout.modified}"


@fault("bad-timestamp")
def thirtieth_of_february(bed: Bed) -> Spot | None:
    """An entry begins on a day that does not exist."""
    spot = bed.choice(bed.entries())
    if spot is None:
        return None
    at, k = spot
    bed.history(at)[k][bed.layout.entry_start] = "2026-02-30T10:00:00Z"
    return at, bed.pointer(k, bed.layout.entry_start)


@fault("naive-timestamp")
def lose_an_offset(bed: Bed) -> Spot | None:
    """One time of a response has no offset, the others have."""
    at, name = bed.choice(bed.every()), bed.layout.modified
    if at is None:
        return None
    aware = after(instant(bed.responses[at][name]), 0)
    bed.responses[at][name] = aware.replace(tzinfo=None)
    return at, f"/{name}"


@fault("arn-name-mismatch")
def rename(bed: Bed) -> Spot | None:
    """A response has the name of another job than its ARN."""
    at = bed.choice(bed.every())
    if at is None:
        return None
    bed.responses[at][bed.layout.name] = "another-job"
    return at, f"/{bed.layout.arn}"


@fault("foreign-arn")
def process(bed: Bed) -> Spot | None:
    """The job's ARN is one of a processing job."""
    for response in bed.responses:
        arn = response[bed.layout.arn]
        response[bed.layout.arn] = arn.replace(f":{bed.layout.resource}/", ":processing-job/")
    return 0, f"/{bed.layout.arn}"


@fault("malformed-name")
def name_with_an_underscore(bed: Bed) -> Spot | None:
    """A response has a name that the service does not accept."""
    at = bed.choice(bed.every())
    if at is None:
        return None
    bed.responses[at][bed.layout.name] = "named_by_nobody"
    return at, f"/{bed.layout.name}"


@fault("envelope-mismatch")
def send_from_elsewhere(bed: Bed) -> Spot | None:
    """A response comes in an event from another account, or about another job."""
    at, layout = bed.choice(bed.every()), bed.layout
    if at is None:
        return None
    detail = bed.responses[at]
    _, _, _, region, account, _ = detail[layout.arn].split(":", 5)
    sent = {"region": region, "account": account, "resources": [detail[layout.arn]]}
    wrong = {"region": "xx-west-9", "account": "9" * 12, "resources": [f"{detail[layout.arn]}-2"]}
    member = bed.choice(wrong) or ""
    kinds = {"detail-type": layout.event, "source": f"aws.{layout.service}"}
    bed.responses[at] = {**kinds, **sent, member: wrong[member], "detail": detail}
    return at, f"/{member}"


@fault("unknown-primary-status")
def paused(bed: Bed) -> Spot | None:
    """The primary status is a word that no specification has."""
    at = bed.choice(bed.every())
    if at is None:
        return None
    bed.responses[at][bed.layout.primary] = "PausedByNobody"
    return at, f"/{bed.layout.primary}"


@fault("unknown-secondary-status")
def warming(bed: Bed) -> Spot | None:
    """The secondary status is a word that no specification has."""
    at = bed.choice(bed.every())
    if at is None:
        return None
    bed.responses[at][bed.layout.secondary] = "WarmingForNobody"
    return at, f"/{bed.layout.secondary}"


@fault("unknown-secondary-status")
def unheard_of_entry(bed: Bed) -> Spot | None:
    """An entry of the history has a status that no specification has."""
    spot = bed.choice(bed.entries())
    if spot is None:
        return None
    at, k = spot
    bed.history(at)[k][bed.layout.entry_status] = "WarmingForNobody"
    return at, bed.pointer(k, bed.layout.entry_status)


@fault("deprecated-status", {"evidence": "inferred"})
def retired_entry(bed: Bed) -> Spot | None:
    """The history of all responses begins with a retired status after its first one."""
    seen = {status for at in bed.every() for status in bed.statuses(at)}
    rows = [row for row in bed.spec.secondaries if row.evidence is Evidence.DEPRECATED]
    row = bed.choice(row for row in rows if row.name not in seen)
    at = next(iter(bed.whole()), None)
    if row is None or at is None or not set(seen).isdisjoint(old.name for old in rows):
        return None
    for index in bed.whole():
        first = bed.history(index)[0]
        begun = first[bed.layout.entry_start]
        entry = {bed.layout.entry_status: row.name, bed.layout.entry_start: begun}
        bed.history(index).insert(1, entry | {bed.layout.entry_end: begun})
    return at, bed.pointer(1, bed.layout.entry_status)


@fault("misspelt-status")
def shout_the_primary(bed: Bed) -> Spot | None:
    """The primary status is in capitals."""
    at = bed.choice(bed.every())
    if at is None:
        return None
    bed.responses[at][bed.layout.primary] = bed.primary(at).upper()
    return at, f"/{bed.layout.primary}"


@fault("misspelt-status")
def whisper_an_entry(bed: Bed) -> Spot | None:
    """The status of an entry is in small letters."""
    spot = bed.choice(bed.entries())
    if spot is None:
        return None
    at, k = spot
    bed.history(at)[k][bed.layout.entry_status] = bed.statuses(at)[k].lower()
    return at, bed.pointer(k, bed.layout.entry_status)


@fault("secondary-used-as-primary")
def mix_up_the_enumerations(bed: Bed) -> Spot | None:
    """The primary status is one that only secondaries can have."""
    names = [row.name for row in bed.spec.secondaries if not bed.spec.canonical_primary(row.name)]
    at, name = bed.choice(bed.every()), bed.choice(names)
    if at is None or name is None:
        return None
    bed.responses[at][bed.layout.primary] = name
    return at, f"/{bed.layout.primary}"


@fault("illegal-pair")
def primary_of_another_state(bed: Bed) -> Spot | None:
    """The primary status is one that does not go with the secondary."""
    at = bed.choice(bed.every())
    if at is None:
        return None
    secondary = bed.responses[at][bed.layout.secondary]
    primary = bed.choice(
        row.name for row in bed.spec.primaries if (row.name, secondary) not in bed.spec.pair_by_key
    )
    if primary is None:
        return None
    bed.responses[at][bed.layout.primary] = primary
    history = bed.history(at)
    told = history and history[-1][bed.layout.entry_status] == secondary
    return at, f"/{bed.layout.primary if told else bed.layout.secondary}"


@fault("undocumented-pair", {"density": "every", "evidence": "documented", "terminal": "Completed"})
def stop_while_it_lags(bed: Bed) -> Spot | None:
    """The primary runs ahead of a secondary with which no recording shows it."""
    inferred = {p for p, row in bed.spec.pair_by_key.items() if row.evidence is Evidence.INFERRED}
    seen = {(bed.primary(at), r[bed.layout.secondary]) for at, r in enumerate(bed.responses)}
    spot = bed.choice(
        (at, primary)
        for at in bed.active()
        for primary, secondary in sorted(inferred - seen)
        if secondary == bed.responses[at][bed.layout.secondary]
    )
    if spot is None:
        return None
    at, primary = spot
    bed.responses[at][bed.layout.primary] = primary
    return at, f"/{bed.layout.secondary}"


@fault("number-out-of-range")
def limit_to_nothing(bed: Bed) -> Spot | None:
    """A number of the job's configuration is below the least that the service accepts."""
    bounds = [bound for bound in bed.spec.bounds if bound.least is not None]
    spots = ((at, bound) for bound in bounds for at in _showing(bed, bound))
    spot = bed.choice(spots)
    if spot is None:
        return None
    _, bound = spot
    member, name = _path(bound)
    found = list(_showing(bed, bound))
    for at in found:
        inner = bed.responses[at][member]
        bed.responses[at][member] = {**inner, name: (bound.least or 0) - 1}
    return found[0], bound.pointer


def _showing(bed: Bed, bound: Bound) -> Iterator[int]:
    """The responses that show the number of a bound."""
    member, name = _path(bound)
    for at, response in enumerate(bed.responses):
        if isinstance(response.get(member), dict) and name in response[member]:
            yield at


def _path(bound: Bound) -> tuple[str, str]:
    member, _, name = bound.pointer.strip("/").partition("/")
    return member, name


@fault("half-the-seconds", {"terminal": "Completed", "evidence": "documented"})
def forget_the_bill(bed: Bed) -> Spot | None:
    """An ended job says how long it trained, and not what is billed, or the other way round."""
    both = (bed.layout.training_seconds, bed.layout.billable_seconds)
    ended = bed.spec.ended_primaries
    at = bed.choice(
        at
        for at, response in enumerate(bed.responses)
        if response.get(bed.layout.primary) in ended and all(name in response for name in both)
    )
    if at is None:
        return None
    # Who is billed by tokens need not say for how many seconds.
    name = bed.choice(both if bed.billed_by_time(at) else both[:1]) or ""
    del bed.responses[at][name]
    return at, f"/{name}"
