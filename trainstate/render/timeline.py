"""A tracker's timeline as text lines, for terminals and logs."""

from collections.abc import Iterator

from trainstate.history.instants import iso, parse
from trainstate.render.plain import plain
from trainstate.track import Change, TimelineItem, Tracker

_WIDE = 1_000
_WHOLE, _OF_DAY = 26, 10  # columns of a time with the space after it
_FEW = 3


def change_line(change: Change) -> str:
    """One change: when, from where to where, and how it is known."""
    moment = "-" if change.at is None else iso(parse(change.at)[0])
    how = "" if change.item is None else f"  [{change.provenance}]"
    before = "(none)" if change.before is None else plain(change.before)
    return f"{moment:<24}  {before} -> {plain(change.after)}{how}"


def timeline_lines(tracker: Tracker, *, room: int = _WIDE) -> Iterator[str]:
    """The job, its timeline, and what can come next.

    ``room`` is the number of columns; if there are few, the job's name and the times give way to
    the statuses.
    """
    name = plain((tracker.job or "no job yet").rpartition("/")[2])
    standing = f": {plain(tracker.state)}, {tracker.outcome}"
    yield f"{_cut(name, room - len(standing))}{standing}"
    items = tracker.timeline
    width = max((len(_named(item)) for item in items), default=0)
    for item in items:
        yield f"  {_item_line(item, width, room - 2)}"
    following = tracker.next
    if following:
        names = ", ".join("/".join(state.pair) for state in following[:4])
        more = ", …" if len(following) > 4 else ""
        yield f"  next: {names}{more}"


def summary_lines(tracker: Tracker) -> Iterator[str]:
    """How a job ended and what it took: attempts, interruptions, seconds and savings."""
    yield f"outcome: {tracker.outcome} ({plain(tracker.state)})"
    yield f"attempts: {tracker.attempts}, interruptions: {tracker.interruptions}"
    if tracker.billable is not None:
        savings = "" if not tracker.savings else f", saved {tracker.savings:.1f} %"
        yield f"billable: {tracker.billable:g} s{savings}"
    if tracker.failure_reason is not None:
        yield f"reason: {plain(tracker.failure_reason)}"


def _named(item: TimelineItem) -> str:
    """The status, with the attempt unless it is the first."""
    attempt = "" if item.attempt == 1 else f" (attempt {item.attempt})"
    return f"{plain(item.status)}{attempt}"


def _item_line(item: TimelineItem, width: int, room: int) -> str:
    message = "" if item.message is None else f"  {plain(item.message, longest=60)}"
    lasted = f"{_named(item):<{width}} {_lasted(item):>9}"
    return f"{_moment(item, room - len(lasted))}{lasted}{message}".rstrip()


def _moment(item: TimelineItem, room: int) -> str:
    """When a status was entered: in full, only the time of day, or nothing, as room allows."""
    moment = item.first_seen if item.start is None else item.start
    shown = "-" if moment is None else iso(parse(moment)[0])
    if room >= _WHOLE:
        return f"{shown:<{_WHOLE}}"
    return f"{shown[11:19]:<{_OF_DAY}}" if room >= _OF_DAY else ""


def _cut(text: str, room: int) -> str:
    """A text cut to fit, except for a few characters that always stay."""
    return text if len(text) <= room else text[: max(room - 1, _FEW)] + "…"


def _lasted(item: TimelineItem) -> str:
    if item.start is None:
        return str(item.provenance)
    return "…" if item.end is None else f"{(item.end - item.start).total_seconds():g} s"
