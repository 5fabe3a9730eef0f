"""What the newest response of a job showed, and whether the next one continues it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define, field, frozen
from msgspec import Raw

from trainstate.checking.members import is_updatable, without
from trainstate.checking.report import Finding
from trainstate.history.typed import (
    AMOUNTS,
    CREATED,
    ENDED,
    HISTORY,
    MODIFIED,
    PAIR,
    PRIMARY,
    SCALARS,
    STARTED,
    Decode,
    Sliced,
    TypedEntry,
    Values,
    is_moment,
)
from trainstate.machine.guards import UNSEEN, Configuration
from trainstate.spec.model import Evidence


@frozen(eq=False)
class Terms:
    """What a job's configuration allows.

    ``limit`` is the smallest time limit in seconds; ``saves`` holds if the job can be billed less
    than it trained.
    """

    config: Configuration = UNSEEN
    limit: float = 0
    saves: bool = False
    instance_type: str | None = None


_UNKNOWN = Terms()


@define(eq=False)
class Shown:
    """The parts of the newest response of a job.

    ``values`` are those of the typed decode. ``settled`` and ``results`` name the settled members
    and results that rules ask for. ``in_order`` holds if nothing in the response is later than its
    LastModifiedTime; ``goes_on`` if the next response can only extend the history, as no primary
    ran ahead and no order was wrong.
    """

    values: Values
    entries: list[TypedEntry]
    settled: tuple[str, ...]
    results: tuple[str, ...]
    ended: bool
    terms: Terms = _UNKNOWN
    file: str | None = None
    in_order: bool = True
    goes_on: bool = True
    modified: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.modified = self.values[MODIFIED]


@frozen
class Ruling:
    """What rules report for the statuses of a response, once a variant.

    ``rests_on`` is the weakest evidence used, ``findings`` has the findings by their numbers.
    ``plain`` holds if the history leads to the primary status.
    """

    rests_on: Evidence
    findings: Mapping[int, Finding]
    plain: bool


def first_shown(decode: Decode, values: Values) -> Shown | None:
    """The parts of a response; None if its history is empty."""
    entries = decode.history(values[HISTORY])
    if not entries:
        return None
    settled = decode.shown(decode.settled_asked, values)
    results = decode.shown(decode.results_asked, values)
    return Shown(values, entries, settled, results, values[PRIMARY] in decode.ended)


def next_shown(decode: Decode, values: Values, shown: Shown, file: str | None) -> Shown | None:
    """The parts of a response that continues its job; None if it does not."""
    old, entries = shown.values, shown.entries
    if not _is_settled(decode, old, values, ended=shown.ended):
        return None
    if values[HISTORY] != old[HISTORY]:
        known = decode.history(values[HISTORY])
        if not known:
            return None
        entries = known
    ended = values[PRIMARY] in decode.ended
    same = values[decode.results] == old[decode.results]
    results = shown.results if same else decode.shown(decode.results_asked, values)
    now = Shown(values, entries, shown.settled, results, ended, shown.terms, file)
    return now if _grows(decode, shown, now) else None


def kept(values: Values, old: Values, changed: Iterable[int]) -> Values:
    """The values to keep of a response: unchanged ones are the older response's.

    A slice is copied, as it holds its whole line.
    """
    now = list(old)
    for at in changed:
        value = values[at]
        now[at] = value.copy() if type(value) is Raw else value
    return tuple(now)


def is_in_order(shown: Shown) -> bool:
    """Whether nothing in a response is later than its LastModifiedTime."""
    values = shown.values
    times = [time for entry in shown.entries for time in (entry.start, entry.end)]
    times += [values[CREATED], values[STARTED], values[ENDED]]
    known = [time for time in times if time is not None]
    try:
        return all(is_moment(time) and time <= shown.modified for time in known)
    except TypeError:  # times of two kinds
        return False


def _is_settled(decode: Decode, old: Values, new: Values, *, ended: bool) -> bool:
    """Whether settled members are unchanged, apart from permitted updates."""
    settled, rest = decode.settled, decode.settled.stop
    if new[settled.start :] == old[settled.start :]:
        return True
    members = zip(decode.of(settled), old[settled], new[settled], strict=True)
    changed = [one for one in members if one[1] != one[2]]
    if new[rest:] != old[rest:] or (ended and any(one.member.final for one, _, _ in changed)):
        return False
    return all(_is_update(decode, *one) for one in changed)


def _is_update(decode: Decode, sliced: Sliced, old: Any, new: Any) -> bool:
    """Whether a member differs only in parts that an update may change."""
    before, after = decode.value(sliced, old), decode.value(sliced, new)
    if before is None or after is None or not is_updatable(sliced.member):
        return False
    names = sliced.member.updatable
    return not names or without(before, names) == without(after, names)


def _grows(decode: Decode, old: Shown, new: Shown) -> bool:
    """Whether a response shows at least all that the one before did."""
    before, after = old.values, new.values
    if before[decode.attached] != after[decode.attached] and new.modified == old.modified:
        return False
    if old.ended:
        # After the end only the message of the last entry may change.
        results = decode.results
        same = before[SCALARS] == after[SCALARS] and before[results] == after[results]
        return same and len(new.entries) == len(old.entries) and _extends(old, new)
    if before[STARTED] is not None and before[STARTED] != after[STARTED]:
        return False
    amounts = zip(before[AMOUNTS], after[AMOUNTS], strict=True)
    if any(was is not None and (now is None or now < was) for was, now in amounts):
        return False
    if new.entries is old.entries:
        return bool(before[PAIR] == after[PAIR])
    return new.modified != old.modified and _extends(old, new)


def _extends(old: Shown, new: Shown) -> bool:
    """Whether a history extends a known one."""
    known, seen = old.entries, new.entries
    settled = len(known) - 1
    if len(seen) <= settled or seen[:settled] != known[:settled]:
        return False
    last, now = known[settled], seen[settled]
    if last.status != now.status or last.start != now.start:
        return False
    return last.end is None or last.end == now.end
