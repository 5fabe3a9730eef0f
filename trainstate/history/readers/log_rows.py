"""A history of printed status lines: their times are bounds, and their job is often unnamed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from trainstate.history.model import Entry, Kind, Origin, Response
from trainstate.history.wire import Notes
from trainstate.spec.model import Spec

LOG = "/log"
"""The pointer for all printed times of a log."""

SAVINGS = "SavingsPercent"
"""The savings that a log prints; a response has no such member."""


@frozen(kw_only=True)
class StatusLine:
    """A printed status line: its time, the status as written, the message."""

    time: object
    status: str
    message: object = None


def log_response(
    rows: Iterable[StatusLine], members: Mapping[str, Any], spec: Spec, *, origin: Origin
) -> Response:
    """The response that the status lines of one job amount to.

    Adjacent lines with one status are one entry, with the first time and the last message.
    ``members`` are printed members under the service's names, usually only totals.
    """
    layout = spec.layout
    primary = members.get(layout.primary)
    secondary = None if layout.secondary is None else members.get(layout.secondary)
    notes = Notes()
    entries: list[Entry] = []
    for index, row in enumerate(rows):
        stamp = notes.instant(row.time, LOG, str(index))
        message = row.message if isinstance(row.message, str) else None
        status = spec.canonical_secondary(row.status) or row.status
        if entries and entries[-1].status == status:
            last = entries.pop()
            stamp, message = last.stamp, message or last.message
        entries.append(Entry(status=status, written=row.status, message=message, stamp=stamp))
    return Response(
        kind=Kind.LOG,
        name=members.get(layout.name),
        arn=members.get(layout.arn),
        primary=primary and (spec.canonical_primary(primary) or primary),
        secondary=secondary and (spec.canonical_secondary(secondary) or secondary),
        written_primary=primary,
        written_secondary=secondary,
        history=tuple(entries) or None,
        members=members,
        problems=tuple(notes.problems),
        naive=(LOG,) if notes.naive else (),
        zoned=notes.zoned,
        origin=origin,
    )


def observations(
    rows: Iterable[StatusLine], members: Mapping[str, Any], spec: Spec, *, origin: Origin
) -> Iterator[Response]:
    """What the lines amount to if others are lost: a response for each status, no history.

    The printed totals are the last one's.
    """
    layout = spec.layout
    read = log_response(rows, members, spec, origin=origin)
    named = {layout.name: read.name} if read.name else {}
    entries = read.history or ()
    for number, entry in enumerate(entries, 1):
        yield evolve(
            read,
            secondary=entry.status,
            written_secondary=entry.written,
            modified=entry.stamp,
            history=None,
            members=members if number == len(entries) else named,
        )


def named_totals(printed: Mapping[str, Any], spec: Spec) -> dict[str, Any]:
    """The totals of a log under the service's names; absent ones are left out."""
    names = {
        "training_seconds": spec.layout.training_seconds,
        "billable_seconds": spec.layout.billable_seconds,
        "savings_pct": SAVINGS,
    }
    return {
        name: printed[key] for key, name in names.items() if name and printed.get(key) is not None
    }
